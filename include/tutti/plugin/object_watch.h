// ObjectWatch: API objects that a plugin lives by, as others live by their configuration.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tutti/config.h"
#include "tutti/object_view.h"
#include "tutti/plugin.h"

namespace tutti {

struct WatchedObject {
  std::string_view resource;        // ObjectKind::resource: "queues"
  std::string_view namespace_name;  // empty: of the whole cluster
  std::string_view name;
  int64_t generation = 0;  // of its spec
};

// Core thread; must not block. While a process starts, the objects that are there come before any
// gang is planned, but nodes, pods and gangs may come before them.
//
// `spec`: what stands under the object's `spec`, read as a plugin's configuration is. What cannot
// be read is collected there; the plugin goes on with what it can read, and keeps the mistake apart
// from what is right: nobody is there to be refused. PluginHost::Resource may be called here, too.
class ObjectWatchPlugin : public virtual Plugin {
 public:
  // Asked after the plugin was made; always the same. A kind that is not served is no error.
  virtual std::vector<ObjectKind> Watches() const = 0;
  // It is there, or has changed.
  virtual void OnObject(const WatchedObject& object, Config& spec) = 0;
  virtual void OnObjectGone(const WatchedObject& object) = 0;
  // Whether the object should be let into the cluster beside those that are there now: whoever
  // writes it is refused what is failed in `spec`. Pure.
  virtual void CheckObject(const WatchedObject& object, Config& spec) const = 0;
};

}  // namespace tutti
