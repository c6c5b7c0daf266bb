// PluginRegistry: every plugin that a process could run, by name. A value, filled explicitly.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tutti/plugin.h"

namespace tutti::framework {

// UpperCamelCase, letters and digits, 1 to 63.
bool IsPluginName(std::string_view name);

class PluginRegistry {
 public:
  using Factory = std::function<std::unique_ptr<Plugin>(Config&, PluginHost&)>;
  struct Entry {
    std::string version;
    std::string origin;  // "built in", a path, an address: for messages
    Factory make;
  };

  // AlreadyExists names both origins; InvalidArgument: the name or the factory is none.
  absl::Status Add(std::string_view name, Entry entry);
  absl::Status AddBuiltin(const PluginDescriptor& descriptor) {
    return Add(descriptor.name, {std::string(descriptor.version), "built in", descriptor.make});
  }
  const Entry* Find(std::string_view name) const;
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tutti::framework
