// QueueEcho: queues, watched objects and state whose answers are made of everything that it was
// told: whatever gets lost on the way shows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/reserve.h"
#include "tutti/plugin/state.h"

namespace tutti::testing {

class QueueEcho final : public QueueSelectPlugin,
                        public PreEnqueuePlugin,
                        public ReservePlugin,
                        public ObjectWatchPlugin,
                        public StatePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  QueueEcho(Config& config, PluginHost& host);

  std::size_t queues() const override;
  QueueId QueueOf(const GangView& gang) const override;
  void BeginRound(std::span<const QueueId> waiting) override;
  std::optional<QueueId> NextQueue() override;
  bool Skips(QueueId queue, uint64_t arrival) const override;
  bool Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) override;
  QueueDescription Describe(QueueId queue) const override;
  Status PreEnqueue(const GangView& gang, const ClusterView& cluster) const override;
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) override;
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView& cluster) override;
  void Unreserve(const GangView& gang, const PlacementView& placement) override;
  std::vector<ObjectKind> Watches() const override;
  void OnObject(const WatchedObject& object, Config& spec) override;
  void OnObjectGone(const WatchedObject& object) override;
  void CheckObject(const WatchedObject& object, Config& spec) const override;
  std::string Save() const override;
  Status Restore(std::string_view bytes) override;

 private:
  void Hear(uint64_t number);
  void Hear(std::string_view text);
  void Hear(const GangView& gang);
  void MaybeThrow(uint64_t of) const;

  PluginHost& host_;
  const uint64_t throws_;  // one call in so many; 0: none
  const ReasonId held_;
  uint64_t told_ = 1;
  std::vector<QueueId> round_;
};

}  // namespace tutti::testing
