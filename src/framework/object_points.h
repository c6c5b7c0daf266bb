// ObjectPoints: tells plugins of the API objects that they watch.
#pragma once

#include <string>
#include <vector>

#include "framework/guard.h"
#include "framework/plugins.h"
#include "model/cluster_event.h"

namespace tutti::framework {

// The core's thread. `plugins` must outlive it.
class ObjectPoints {
 public:
  explicit ObjectPoints(const Plugins& plugins);

  // Everything that somebody watches, each kind once.
  std::vector<ObjectKind> kinds() const;
  void Tell(const model::ObjectKey& key, const model::ObjectSpec& spec) const;
  void TellGone(const model::ObjectKey& key) const;
  // What plugins have against the object; empty: nothing.
  std::vector<ConfigError> Check(const model::ObjectKey& key, const model::ObjectSpec& spec) const;

 private:
  // Calls `call` with each plugin that watches this resource.
  template <class Call>
  void ForEach(const std::string& resource, Call&& call) const;

  const Plugins& plugins_;
  std::vector<std::vector<ObjectKind>> kinds_;  // as in Profile::object_watches
};

}  // namespace tutti::framework
