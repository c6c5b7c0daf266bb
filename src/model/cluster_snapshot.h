// ClusterSnapshot: what a request sees of the cluster and of the plans, as of one moment.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "model/cow_map.h"
#include "model/device_table.h"
#include "model/node_block.h"
#include "model/node_table.h"
#include "model/reason.h"

namespace tutti::model {

// What filter says of a pod that is in a gang.
struct PodVerdict {
  NodeIndex node;  // valid: placed there, and nowhere else
  Reason reason;   // where not placed: why it is held
};

// Immutable; read by any thread without a lock.
struct ClusterSnapshot {
  uint64_t generation = 0;
  bool ready = false;  // synced and leading: verdicts may be given
  std::vector<std::shared_ptr<const NodeBlock>> blocks;
  NodeTable::Directory directory;
  CowMap<base::Uid, PodVerdict> verdicts;  // members of gangs only
  // Plans whose slots were handed out at admission: a member that our watch has not shown yet
  // carries the token.
  CowMap<std::string, bool> plans;
  DeviceTable devices;
  bool any_placed = false;               // some block's column `placed` is not all zero
  std::optional<int32_t> head_priority;  // where room is kept for the head: pods above it pass

  const NodeInfo* Info(NodeIndex node) const {
    if (!node.valid() || BlockOf(node) >= blocks.size()) return nullptr;
    return blocks[BlockOf(node)]->statics->infos[OffsetOf(node)].get();
  }
};

// The current snapshot: one writer, each request pins it once.
class SnapshotCell {
 public:
  std::shared_ptr<const ClusterSnapshot> Get() const {
    absl::MutexLock lock(&mutex_);
    return snapshot_;
  }
  void Set(std::shared_ptr<const ClusterSnapshot> snapshot) {
    absl::MutexLock lock(&mutex_);
    snapshot_.swap(snapshot);  // the old one is freed after the lock
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const ClusterSnapshot> snapshot_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const ClusterSnapshot>();
};

}  // namespace tutti::model
