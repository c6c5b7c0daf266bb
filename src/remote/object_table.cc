#include "remote/object_table.h"

#include <utility>

namespace tutti::remote {

void ToWire(const WatchedObject& object, const std::vector<ConfigEntry>& spec,
            wire::WatchedObject& to) {
  to.set_resource(std::string(object.resource));
  to.set_namespace_(std::string(object.namespace_name));
  to.set_name(std::string(object.name));
  to.set_generation(object.generation);
  for (const ConfigEntry& entry : spec) {
    wire::ConfigEntry& into = *to.add_spec();
    into.set_pointer(entry.pointer);
    into.set_kind(static_cast<wire::ConfigEntry::Kind>(entry.kind));
    into.set_text(entry.text);
  }
}

ObjectTable::Key ObjectTable::KeyOf(const WatchedObject& object) {
  return {std::string(object.resource), std::string(object.namespace_name),
          std::string(object.name)};
}

void ObjectTable::Set(const WatchedObject& object, const std::vector<ConfigEntry>& spec) {
  absl::MutexLock lock(&mutex_);
  Object& there = objects_[KeyOf(object)];
  there.shown.Clear();
  ToWire(object, spec, there.shown);
  there.version = version_.load(std::memory_order_relaxed) + 1;
  version_.store(there.version, std::memory_order_release);
}

void ObjectTable::Remove(const WatchedObject& object) {
  absl::MutexLock lock(&mutex_);
  Key key = KeyOf(object);
  if (objects_.erase(key) == 0) return;
  const uint64_t version = version_.load(std::memory_order_relaxed) + 1;
  gone_.emplace(version, std::move(key));
  if (gone_.size() > kMostGone) {
    forgotten_ = gone_.begin()->first;
    gone_.erase(gone_.begin());
  }
  version_.store(version, std::memory_order_release);
}

uint64_t ObjectTable::Show(uint64_t since, wire::ObjectUpdate& update) const {
  absl::MutexLock lock(&mutex_);
  const bool afresh = since < forgotten_;
  if (afresh) update.set_afresh(true);
  for (const auto& [key, object] : objects_) {
    if (afresh || object.version > since) *update.add_objects() = object.shown;
  }
  for (auto it = gone_.upper_bound(since); !afresh && since > 0 && it != gone_.end(); ++it) {
    if (objects_.contains(it->second)) continue;  // it is there again
    wire::WatchedObject& gone = *update.add_gone();
    std::tie(*gone.mutable_resource(), *gone.mutable_namespace_(), *gone.mutable_name()) =
        it->second;
  }
  return version_.load(std::memory_order_relaxed);
}

}  // namespace tutti::remote
