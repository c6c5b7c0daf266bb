#include "framework/plugin_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::framework {

bool IsPluginName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= 63 && name[0] >= 'A' && name[0] <= 'Z' &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

absl::Status PluginRegistry::Add(std::string_view name, Entry entry) {
  if (!IsPluginName(name)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "plugin \"%s\" (%s): expected a name in UpperCamelCase, letters and digits, at most 63",
        name, entry.origin));
  }
  if (!entry.make) {
    return absl::InvalidArgumentError(
        absl::StrFormat("plugin %s (%s): it has no factory", name, entry.origin));
  }
  if (const Entry* other = Find(name)) {
    return absl::AlreadyExistsError(
        absl::StrFormat("plugin %s comes from %s and from %s: rename one, or load one of them only",
                        name, other->origin, entry.origin));
  }
  entries_.emplace(name, std::move(entry));
  return absl::OkStatus();
}

const PluginRegistry::Entry* PluginRegistry::Find(std::string_view name) const {
  const auto it = entries_.find(name);
  return it == entries_.end() ? nullptr : &it->second;
}

}  // namespace tutti::framework
