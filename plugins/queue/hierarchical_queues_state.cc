// What is kept for a plugin that takes this one's place: see tutti/plugin/state.h.
#include <utility>

#include "hierarchical_queues.h"
#include "queue_state.h"

namespace tutti::plugins {

std::string HierarchicalQueues::Save() const {
  QueueState state;
  state.names = catalog_.Names();
  state.stale = stale_;
  tree_.Save(state.nodes);
  naps_.Save(state.naps);
  state.accounts = accounts_.Save();
  for (const auto& [gang, home] : homeless_)
    state.homeless.push_back({gang, home.namespace_name, home.queue, home.user});
  state.in_round = turns_.InRound();
  state.nowhere_waits = nowhere_waits_;
  state.refused = refused_;
  state.full = full_;
  state.for_part = for_part_;
  return state.ToBytes();
}

Status HierarchicalQueues::Restore(std::string_view bytes) {
  const std::optional<QueueState> state = QueueState::FromBytes(bytes);
  if (!state)
    return Status::Error(
        "the saved state of its queues cannot be read: expected what this version has saved; it "
        "goes on with what queues hold now");
  catalog_.Renumber(state->names);
  stale_ = state->stale;
  std::vector<QueueSpec> specs;
  if (stale_) {
    // As it was, until somebody asks: who is above whom is all that counts so long.
    for (size_t q = 0; q < state->nodes.size(); ++q) {
      QueueSpec& spec = specs.emplace_back();
      const QueueState::Node& node = state->nodes[q];
      if (q > 0 && node.there) spec.name = state->names[q - 1];
      if (node.parent && node.parent->value > 0) spec.parent = state->names[node.parent->value - 1];
    }
  } else {
    specs = catalog_.Specs();
  }
  tree_.Clear();
  tree_.Rebuild(std::move(specs), host_.Now());
  flavors_.Clear();
  flavors_.Rebuild(tree_, host_.Now());
  accounts_.Restore(state->accounts, host_.Now());
  homeless_.clear();
  for (const QueueState::Homeless& of : state->homeless)
    homeless_[of.gang] = {of.namespace_name, of.queue, of.user};
  tree_.Restore(state->nodes);
  naps_.Rebuilt();
  naps_.Restore(state->naps);
  turns_.Begin(state->in_round);
  nowhere_waits_ = state->nowhere_waits;
  refused_ = state->refused;
  full_ = state->full;
  for_part_ = state->for_part;
  return Status::Success();
}

// What was entered once is entered, whatever the limits are now.
void HierarchicalQueues::ReserveAgain(const GangView& gang, const PlacementView& placement,
                                      const ClusterView&) {
  accounts_.Charge(gang.arrival, Asked(gang), 1, host_.Now());
  accounts_.Place(gang.arrival, node_flavors_.OfAll(placement));
}

}  // namespace tutti::plugins
