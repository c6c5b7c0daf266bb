#include "extender/binding_args.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "extender/extender_args.h"

namespace tutti::extender {
namespace {

bool IsDnsName(std::string_view name) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongestName && alphanumeric(name.front()) &&
         alphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return alphanumeric(c) || c == '-' || c == '.';
         });
}

}  // namespace

absl::StatusOr<framework::CorePort::BindRequest> MakeBindRequest(std::string_view pod_namespace,
                                                                 std::string_view pod_name,
                                                                 std::string_view pod_uid,
                                                                 std::string_view node) {
  const std::pair<const char*, std::string_view> names[] = {
      {"PodNamespace", pod_namespace}, {"PodName", pod_name}, {"Node", node}};
  for (const auto& [field, value] : names) {
    if (!IsDnsName(value)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s is \"%s\": expected a DNS name of at most %d characters", field,
                          value.substr(0, kLongestName), kLongestName));
    }
  }
  const std::optional<base::Uid> uid = base::Uid::Parse(pod_uid);
  if (!uid || !uid->valid()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "PodUID is \"%s\": expected the pod's metadata.uid", pod_uid.substr(0, kLongestName)));
  }
  return framework::CorePort::BindRequest{*uid, std::string(pod_namespace), std::string(pod_name),
                                          std::string(node)};
}

absl::StatusOr<framework::CorePort::BindRequest> DecodeBindingArgs(std::string_view body,
                                                                   objects::JsonIndex& index) {
  static constexpr std::array<std::string_view, 4> kFields = {"podnamespace", "podname", "poduid",
                                                              "node"};
  std::array<std::string_view, kFields.size()> values;
  std::array<bool, kFields.size()> seen{};
  TUTTI_RETURN_IF_ERROR(index.Build(body));
  objects::JsonCursor cursor(index);
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [&](std::string_view name) { return KeyIs(key, name); });
    if (field == kFields.end()) {
      cursor.Skip();
      continue;
    }
    const size_t i = static_cast<size_t>(field - kFields.begin());
    if (seen[i]) cursor.Fail(absl::StrFormat("the key \"%s\" stands twice", key));
    seen[i] = true;
    if (!cursor.TakeNull()) cursor.TakeString(values[i]);
  }
  cursor.Finish();
  TUTTI_RETURN_IF_ERROR(cursor.status());
  return MakeBindRequest(values[0], values[1], values[2], values[3]);
}

}  // namespace tutti::extender
