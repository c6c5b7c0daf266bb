// ObjectChecks: whether an object that plugins watch may be written as it is.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "admission/object_check_route.h"
#include "kube/client.h"
#include "planner/core_loop.h"

namespace tutti::apps {

// Asks the plugins, on the core's thread. They may not have heard yet of a parent that was written
// a moment ago: what they only have against `/parent` is held against the API server.
class ObjectChecks {
 public:
  // Both must outlive every answer. `kinds`: what plugins watch.
  ObjectChecks(planner::CoreLoop& core, kube::Client& client, std::vector<ObjectKind> kinds)
      : core_(core), client_(client), kinds_(std::move(kinds)) {}

  // As admission::CheckObject.
  bool Check(model::WatchedObjectUpserted object,
             std::function<void(admission::ObjectErrors)> answer) const;

 private:
  planner::CoreLoop& core_;
  kube::Client& client_;
  const std::vector<ObjectKind> kinds_;
};

}  // namespace tutti::apps
