// StandingObjects: which API objects of the kinds that plugins watch there are.
#pragma once

#include <set>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "model/cluster_event.h"

namespace tutti::apps {

// Any thread.
class StandingObjects {
 public:
  // Of everything that the watches tell; what is about no such object costs nothing.
  void Notice(const model::ClusterEvent& event);
  // There is one of this kind: "queues".
  bool Any(std::string_view resource) const;

 private:
  mutable absl::Mutex mutex_;
  std::set<model::ObjectKey> objects_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::apps
