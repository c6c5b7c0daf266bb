// QueueArgs: the configuration of HierarchicalQueues, as entries.
#pragma once

#include <string>
#include <vector>

#include "tutti/config.h"

namespace tutti::testing {

class QueueArgs {
 public:
  // The next queue; what follows is of it.
  QueueArgs& Queue(const std::string& name, const std::string& parent = "") {
    ++count_;
    listed_ = 0;
    String("name", name);
    return parent.empty() ? *this : String("parent", parent);
  }
  QueueArgs& Guaranteed(const std::string& resource, const std::string& amount) {
    return String(Config::Child("guaranteed", resource), amount);
  }
  QueueArgs& Limit(const std::string& resource, const std::string& amount) {
    return String(Config::Child("limit", resource), amount);
  }
  QueueArgs& UserLimit(const std::string& resource, const std::string& amount) {
    return String(Config::Child("userLimit", resource), amount);
  }
  QueueArgs& String(const std::string& key, const std::string& value) {
    return Add(At(key), ConfigKind::kString, value);
  }
  QueueArgs& Integer(const std::string& key, int64_t value) {
    return Add(At(key), ConfigKind::kInteger, std::to_string(value));
  }
  // The next flavor that the queue lists; without `cpu` it has no limit.
  QueueArgs& Lists(const std::string& flavor, const std::string& cpu = "") {
    const std::string at = "flavors/" + std::to_string(listed_++);
    String(at + "/name", flavor);
    return cpu.empty() ? *this : String(at + "/limit/cpu", cpu);
  }
  // Of the flavor that was listed last: so many CPUs of "guaranteed", "borrowLimit" or "lendLimit".
  QueueArgs& OfFlavor(const std::string& key, const std::string& cpu) {
    return String("flavors/" + std::to_string(listed_ - 1) + "/" + key + "/cpu", cpu);
  }
  // Of the plugin: nodes with this label.
  QueueArgs& Flavor(const std::string& name, const std::string& key, const std::string& value) {
    const std::string at = "flavors/" + std::to_string(flavors_++);
    return Global(at + "/name", name).Global(Config::Child(at + "/nodeLabels", key), value);
  }
  // Of the plugin, not of a queue.
  QueueArgs& Global(const std::string& key, const std::string& value) {
    return Add("/" + key, ConfigKind::kString, value);
  }
  QueueArgs& Flag(const std::string& key, bool value) {
    return Add("/" + key, ConfigKind::kBoolean, value ? "true" : "false");
  }
  const std::vector<ConfigEntry>& entries() const { return entries_; }

 private:
  std::string At(const std::string& key) const {
    return "/queues/" + std::to_string(count_ - 1) + "/" + key;
  }
  QueueArgs& Add(std::string pointer, ConfigKind kind, const std::string& text) {
    entries_.push_back({std::move(pointer), kind, text, "test.yaml"});
    return *this;
  }

  std::vector<ConfigEntry> entries_;
  int count_ = 0;
  int listed_ = 0;
  int flavors_ = 0;
};

}  // namespace tutti::testing
