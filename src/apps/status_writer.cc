#include "apps/status_writer.h"

#include <set>

#include "base/status_macros.h"

namespace tutti::apps {

using nlohmann::json;

namespace {

// What a merge patch with them has taken out.
void DropNulls(json& object) {
  std::erase_if(object.get_ref<json::object_t&>(),
                [](const auto& entry) { return entry.second.is_null(); });
}

}  // namespace

void StatusWriter::Write(const std::vector<Item>& items) {
  if (items.empty()) return written_.clear();
  std::set<Key> there;
  for (const Item& item : items) there.insert(KeyOf(item));
  std::erase_if(written_, [&](const auto& known) { return !there.contains(known.first); });
  int writes = 0;
  for (size_t i = 0; i < items.size() && writes < kMostWrites; ++i) {
    const Item& item = items[next_++ % items.size()];
    const auto known = written_.find(KeyOf(item));
    if (known != written_.end() && item.status(known->second) == known->second) continue;
    ++writes;
    if (!WriteOne(item)) return;
  }
}

absl::StatusOr<json> StatusWriter::StatusOf(const Item& item) {
  const auto known = written_.find(KeyOf(item));
  if (known != written_.end()) return known->second;
  kube::Request get;
  get.path = kube::ResourcePath(resource_, item.object);
  const absl::StatusOr<kube::Response> reply = client_.Call(std::move(get));
  TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, "reading " + kind_ + " " + item.object.name));
  const json object = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  return object.is_object() ? object.value("status", json::object()) : json::object();
}

bool StatusWriter::WriteOne(const Item& item) {
  const auto failed = [&](const absl::Status& status) {
    written_.erase(KeyOf(item));
    // It was deleted a moment ago, or the next turn will tell.
    if (absl::IsNotFound(status)) return true;
    log_.Warn("queue_status", {{kind_, item.object.name},
                               {"namespace", item.object.ns},
                               {"problem", std::string(status.message())}});
    return false;
  };
  const absl::StatusOr<json> before = StatusOf(item);
  if (!before.ok()) return failed(before.status());
  json status = item.status(*before);
  const absl::Status written =
      kube::ReplyStatus(client_.Call(kube::MergePatchRequest(resource_, item.object, "status",
                                                             json{{"status", status}}.dump())),
                        "writing the status of " + kind_ + " " + item.object.name);
  if (!written.ok()) return failed(written);
  for (auto& [key, value] : status.items()) {
    if (value.is_object()) DropNulls(value);
  }
  written_[KeyOf(item)] = std::move(status);
  return true;
}

}  // namespace tutti::apps
