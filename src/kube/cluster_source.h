// ClusterSource: watches everything that the core needs to know and turns it into cluster events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/interner.h"
#include "kube/client.h"
#include "kube/reflector.h"
#include "model/cluster_event.h"
#include "model/device_table.h"
#include "model/resource_table.h"
#include "objects/pod_decoder.h"
#include "objects/shape_table.h"
#include "tutti/gang_grouping.h"

namespace tutti::kube {

// Pods, nodes, volumes and claims, the objects of every gang grouping and those that plugins watch
// (`watched`), each by its own reflector. Events of one collection come in order, from one thread
// at a time; those of different collections interleave.
class ClusterSource {
 public:
  struct Callbacks {
    // May block: the watch then waits.
    std::function<void(model::ClusterEvent)> event;
    // An object that could not be decoded, or a failed list or watch: for logs and metrics.
    std::function<void(const std::string& resource, const absl::Status&)> problem;
  };

  // Everything referred to must outlive the source. Emits CachesSynced once every collection has
  // been listed.
  ClusterSource(Client& client, const base::Clock& clock, base::Interner& labels,
                model::ResourceTable& resources, objects::ShapeTable& shapes,
                objects::GangGroupings groupings, const model::Fields& fields,
                const model::DeviceTable& devices, const std::vector<ObjectKind>& watched,
                Callbacks callbacks);
  ~ClusterSource();

  bool synced() const;
  // Collections that are not listed yet: for /readyz.
  std::vector<std::string> unsynced() const;
  struct Watched {
    std::string resource;
    base::Timestamp last_contact;
    ReflectorStats stats;
  };
  std::vector<Watched> watched() const;

  // The path of the first version of `kind` that the server serves; of the preferred one where none
  // is.
  static std::string FindPath(Client& client, const ObjectKind& kind);

 private:
  struct Collection;
  struct SyncGate;
  void Add(const base::Clock& clock, std::string resource, std::string path, bool may_be_absent,
           std::unique_ptr<ReflectorSink> sink);

  Client& client_;
  const Callbacks callbacks_;
  std::shared_ptr<SyncGate> gate_;
  std::vector<std::unique_ptr<Collection>> collections_;
};

}  // namespace tutti::kube
