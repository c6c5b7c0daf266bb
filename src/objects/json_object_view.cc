#include "objects/json_object_view.h"

#include <string>
#include <utility>

#include "nlohmann/json.hpp"

namespace tutti::objects {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

// Stops before nesting can overflow the stack of whoever copies or prints the document.
json ParseBounded(std::string_view text) {
  bool too_deep = false;
  const auto check = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  json document = json::parse(text.begin(), text.end(), check, /*allow_exceptions=*/false);
  return too_deep ? json(json::value_t::discarded) : document;
}

std::string TextOf(const json& object, const char* key) {
  const auto text = object.find(key);
  return text != object.end() && text->is_string() ? text->get<std::string>() : std::string();
}

}  // namespace

struct JsonObjectView::Document {
  json root;

  const json* At(std::string_view pointer) const {
    try {
      const json::json_pointer at{std::string(pointer)};
      if (!root.contains(at)) return nullptr;
      const json& value = root.at(at);
      return value.is_null() ? nullptr : &value;  // null is Go's way to write "not there"
    } catch (const json::exception&) {
      return nullptr;  // no pointer, or an index into what is no array
    }
  }
};

JsonObjectView::JsonObjectView(std::unique_ptr<Document> document)
    : document_(std::move(document)) {}
JsonObjectView::~JsonObjectView() = default;
JsonObjectView::JsonObjectView(JsonObjectView&&) noexcept = default;

absl::StatusOr<JsonObjectView> JsonObjectView::Parse(std::string_view text) {
  json root = ParseBounded(text);
  if (!root.is_object())
    return absl::InvalidArgumentError("expected a JSON object no deeper than 64 levels");
  return JsonObjectView(std::make_unique<Document>(Document{std::move(root)}));
}

absl::Status JsonObjectView::ParseList(std::string_view text,
                                       const std::function<void(const JsonObjectView&)>& each) {
  json root = ParseBounded(text);
  if (!root.is_object())
    return absl::InvalidArgumentError("expected a JSON list no deeper than 64 levels");
  const auto items = root.find("items");
  if (items != root.end() && items->is_null()) return absl::OkStatus();
  if (items == root.end() || !items->is_array())
    return absl::InvalidArgumentError("not a list: expected an array items");
  // Of built-in kinds the API server leaves them out of the items.
  const std::string api_version = TextOf(root, "apiVersion");
  std::string kind = TextOf(root, "kind");
  if (kind.ends_with("List")) kind.resize(kind.size() - 4);
  for (json& item : *items) {
    if (!item.is_object()) continue;
    if (!kind.empty()) {
      item.emplace("kind", kind);
      item.emplace("apiVersion", api_version);
    }
    each(JsonObjectView(std::make_unique<Document>(Document{std::move(item)})));
  }
  return absl::OkStatus();
}

std::optional<int64_t> JsonObjectView::Integer(std::string_view pointer) const {
  const json* value = document_->At(pointer);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<uint64_t>() > INT64_MAX) return std::nullopt;
  return value->get<int64_t>();
}

std::optional<bool> JsonObjectView::Boolean(std::string_view pointer) const {
  const json* value = document_->At(pointer);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<std::string> JsonObjectView::String(std::string_view pointer) const {
  const json* value = document_->At(pointer);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

bool JsonObjectView::Has(std::string_view pointer) const {
  return document_->At(pointer) != nullptr;
}

std::vector<std::string> JsonObjectView::Keys(std::string_view pointer) const {
  const json* value = document_->At(pointer);
  std::vector<std::string> keys;
  if (value == nullptr || !value->is_object()) return keys;
  // A pointer of one token, less its leading '/'.
  for (const auto& [key, entry] : value->items())
    keys.push_back((json::json_pointer() / key).to_string().substr(1));
  return keys;
}

std::string JsonObjectView::name() const { return String("/metadata/name").value_or(""); }

std::string JsonObjectView::namespace_name() const {
  return String("/metadata/namespace").value_or("");
}

base::Uid JsonObjectView::uid() const {
  return base::Uid::Parse(String("/metadata/uid").value_or("")).value_or(base::Uid());
}

std::string JsonObjectView::JsonText(std::string_view pointer) const {
  const json* value = document_->At(pointer);
  return value == nullptr ? std::string()
                          : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tutti::objects
