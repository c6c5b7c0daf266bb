#include "hierarchical_queues.h"

#include <algorithm>
#include <utility>

#include "flavored_queues.h"
#include "run_time_limit.h"

namespace tutti::plugins {
namespace {

QueueCatalog MakeCatalog(Config& config, PluginHost& host, const NodeFlavors& flavors,
                         ResourceNames& names) {
  std::vector<QueueSpec> specs = ReadQueueSpecs(config, host, flavors, names);
  // Of wrong specs there is no tree; the plugin is refused anyway.
  if (!config.errors().empty()) specs.clear();
  return QueueCatalog(std::move(specs));
}

}  // namespace

const PluginDescriptor& HierarchicalQueues::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "HierarchicalQueues", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        if (config.Size("/flavors") > 0) return std::make_unique<FlavoredQueues>(config, host);
        return std::make_unique<HierarchicalQueues>(config, host);
      }};
  return kDescriptor;
}

HierarchicalQueues::HierarchicalQueues(Config& config, PluginHost& host)
    : default_queue_(config.String("/defaultQueue", "")),
      watches_objects_(config.Boolean("/queueObjects", true)),
      node_flavors_(config, host),
      catalog_(MakeCatalog(config, host, node_flavors_, resource_names_)),
      tree_(config.Duration("/halfLife", {})),
      host_(host),
      group_label_(host.PodLabel(kGroupLabel)),
      reasons_(host) {
  Settle();
  if (watches_objects_) {
    // Whatever is missing may come.
  } else if (tree_.size() == 1) {
    if (config.errors().empty())
      config.Fail("/queues", "expected a list of queues, with at least one, or queueObjects: true");
  } else if (!default_queue_.empty() && catalog_.Find(default_queue_) == kNowhere) {
    config.Fail("/defaultQueue", "there is no queue " + default_queue_ +
                                     ": name one of `queues`, or leave it out to refuse gangs "
                                     "that name no queue");
  }
}

void HierarchicalQueues::Settle() const {
  if (!std::exchange(stale_, false)) return;
  tree_.Rebuild(catalog_.Specs(), host_.Now());
  flavors_.Rebuild(tree_, host_.Now());
  accounts_.Rebuilt();
  naps_.Rebuilt();
  for (auto it = homeless_.begin(); it != homeless_.end();) {
    const QueueId queue = Named(it->second.namespace_name, it->second.queue);
    if (queue == kNowhere) {
      ++it;
      continue;
    }
    accounts_.Enter(
        it->first, queue,
        {std::move(it->second.user), AccountOf(PartKind::kGroup, "", it->second.namespace_name)},
        host_.Now());
    it = homeless_.erase(it);
  }
}

std::size_t HierarchicalQueues::queues() const {
  Settle();
  return tree_.size();
}

QueueId HierarchicalQueues::Named(std::string_view namespace_name, std::string_view queue) const {
  if (!queue.empty()) return catalog_.Meant(namespace_name, queue);
  if (const QueueId own = catalog_.Of(namespace_name); own != kNowhere) return own;
  if (const QueueId local = catalog_.MeantLocally(namespace_name, kDefaultHandle);
      local != kNowhere)
    return local;
  return default_queue_.empty() ? kNowhere : catalog_.Find(default_queue_);
}

bool HierarchicalQueues::Allows(QueueId queue, std::string_view namespace_name) const {
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) {
    const std::vector<std::string>& namespaces = tree_.spec(*at).namespaces;
    if (!namespaces.empty() &&
        std::find(namespaces.begin(), namespaces.end(), namespace_name) == namespaces.end())
      return false;
  }
  return true;
}

// A gang that may not be in the queue is not in it: it must not hold up those that may.
QueueId HierarchicalQueues::QueueOf(const GangView& gang) const {
  Settle();
  const QueueId queue = Named(gang);
  const bool waits_there =
      queue != kNowhere && tree_.leaf(queue) && Allows(queue, gang.namespace_name);
  return waits_there ? queue : kNowhere;
}

void HierarchicalQueues::BeginRound(std::span<const QueueId> waiting) {
  Settle();
  nowhere_waits_ = !waiting.empty() && waiting.front() == kNowhere;
  const std::chrono::nanoseconds now = host_.Now();
  std::vector<QueueId> awake;
  for (const QueueId queue : waiting.subspan(nowhere_waits_ ? 1 : 0)) {
    if (!naps_.Asleep(queue, now)) awake.push_back(queue);
  }
  naps_.Begin(awake, now);
  turns_.Begin(awake);
}

std::optional<QueueId> HierarchicalQueues::NextQueue() {
  if (nowhere_waits_) return kNowhere;
  return turns_.Next(host_.Now());
}

std::chrono::nanoseconds HierarchicalQueues::RunTimeLimit(QueueId queue,
                                                          const GangView& gang) const {
  Settle();
  return plugins::RunTimeLimit(tree_, queue, gang);
}

bool HierarchicalQueues::Served(QueueId queue, const GangView* gang, QueueOutcome outcome,
                                bool more) {
  if (queue == kNowhere) return nowhere_waits_ = more;
  const QueueSpec& spec = tree_.spec(queue);
  const bool waits = outcome == QueueOutcome::kHeld || outcome == QueueOutcome::kNoPlace;
  const bool old = gang != nullptr && spec.fifo_after.count() > 0 &&
                   host_.Now() - gang->created >= spec.fifo_after;
  const bool full = outcome == QueueOutcome::kHeld && gang != nullptr && gang->arrival == refused_;
  // A bound of its user's, or group's, is nobody else's: those behind it need not wait for that.
  const bool holds_up = waits && !(full && for_part_);
  const bool stays = more && !(holds_up && (spec.strict_fifo || old));
  if (gang != nullptr)
    naps_.Tried(queue, gang->arrival, full ? std::optional(full_) : std::nullopt, host_.Now());
  if (!stays) {
    turns_.TakeOut(queue);
    naps_.Out(queue);
  }
  return stays;
}

// Where order is strict, the first one holds up the others again.
bool HierarchicalQueues::Skips(QueueId queue, uint64_t arrival) const {
  if (queue == kNowhere) return false;
  if (!naps_.Refused(queue, arrival)) return false;
  const QueueSpec& spec = tree_.spec(queue);
  return !spec.strict_fifo && spec.fifo_after.count() == 0;
}

Status HierarchicalQueues::MayWait(const GangView& gang, QueueId queue) const {
  Status status = IsOpen(queue, gang.namespace_name,
                         gang.queue.empty() ? std::string_view(default_queue_) : gang.queue);
  for (std::optional<QueueId> at = queue; status.ok() && at; at = tree_.parent(*at)) {
    const QueueSpec& spec = tree_.spec(*at);
    if (MayRunTooLong(spec, gang)) return RunsTooLong(gang, spec);
  }
  return status;
}

Status HierarchicalQueues::IsOpen(QueueId queue, std::string_view namespace_name,
                                  std::string_view name) const {
  if (queue == kNowhere) {
    return Status::UnschedulableAndUnresolvable(reasons_.not_found)
        .With(name.empty() ? "it names none, and there is no default queue"
                           : "there is no queue " + std::string(name.substr(0, 253)));
  }
  const std::string of = "queue " + tree_.spec(queue).name;
  if (!tree_.leaf(queue))
    return Status::UnschedulableAndUnresolvable(reasons_.not_leaf).With(std::string(of));
  if (!Allows(queue, namespace_name)) {
    return Status::UnschedulableAndUnresolvable(reasons_.not_allowed)
        .With(of + ", namespace " + std::string(namespace_name));
  }
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) {
    const QueueSpec& spec = tree_.spec(*at);
    if (!spec.problem.empty())
      return Status::Pending(reasons_.misconfigured).With(std::string(spec.problem));
    if (spec.state == QueueSpec::State::kHeld)
      return Status::Pending(reasons_.held).With("queue " + spec.name);
    if (spec.state == QueueSpec::State::kClosed)
      return Status::UnschedulableAndUnresolvable(reasons_.closed).With("queue " + spec.name);
  }
  return Status::Success();
}

Status HierarchicalQueues::RunsTooLong(const GangView& gang, const QueueSpec& spec) const {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  std::string detail = "queue " + spec.name;
  if (gang.duration.count() == 0) detail += "; it does not say how long: set activeDeadlineSeconds";
  return Status::UnschedulableAndUnresolvable(reasons_.runs_too_long,
                                              duration_cast<seconds>(gang.duration).count(),
                                              duration_cast<seconds>(spec.max_run_time).count())
      .With(std::move(detail));
}

std::string HierarchicalQueues::Called(const QueueTree::Refusal& refusal) const {
  const std::string of = "queue " + tree_.spec(refusal.queue).name;
  const auto name = resource_names_.find(refusal.resource);
  return name == resource_names_.end() ? of : name->second + " in " + of;
}

std::string_view HierarchicalQueues::GroupOf(const GangView& gang) const {
  for (const PodClassView& pods : gang.classes) {
    if (const std::string_view group = pods.Field(group_label_); !group.empty()) return group;
  }
  return {};
}

QueueAccounts::Owner HierarchicalQueues::OwnerOf(const GangView& gang) const {
  return {AccountOf(PartKind::kUser, gang.user, gang.namespace_name),
          AccountOf(PartKind::kGroup, GroupOf(gang), gang.namespace_name)};
}

std::optional<QueueRefusal> HierarchicalQueues::PartRefuses(PartKind kind, const GangView& gang,
                                                            QueueId queue, bool runs,
                                                            const Amounts& asked) const {
  const bool user = kind == PartKind::kUser;
  const QueueAccounts::Owner* const entered = runs ? accounts_.OwnerOf(gang.arrival) : nullptr;
  const QueueAccounts::Owner owner = entered == nullptr ? OwnerOf(gang) : *entered;
  const std::string& account = user ? owner.user : owner.group;
  const std::optional<QueueTree::Refusal> refusal =
      RefusesPart(tree_, user ? users_ : groups_, kind, queue, account, asked, runs);
  if (!refusal) return std::nullopt;
  return QueueRefusal{user ? QueueRefusal::Of::kUser : QueueRefusal::Of::kGroup, *refusal, account,
                      refusal->queue};
}

// `runs`: the gang counts among those that run already.
Status HierarchicalQueues::MayHold(const GangView& gang, QueueId queue, bool runs) const {
  using Why = QueueTree::Refusal::Why;
  const Amounts asked = Asked(gang);
  std::optional<QueueRefusal> refusal;
  // What can never be is worth more than what is not now.
  const auto heed = [&](std::optional<QueueRefusal> next) {
    if (next && (!refusal || (next->never() && !refusal->never()))) refusal = std::move(next);
  };
  if (const std::optional<QueueTree::Refusal> own = tree_.Refuses(queue, asked, runs))
    refusal = QueueRefusal{QueueRefusal::Of::kQueue, *own, "", own->queue};
  if (users_.active()) heed(PartRefuses(PartKind::kUser, gang, queue, runs, asked));
  if (groups_.active()) heed(PartRefuses(PartKind::kGroup, gang, queue, runs, asked));
  if (flavors_.active()) heed(FlavorRefuses(gang, queue, asked));
  if (!refusal) return Status::Success();
  // What others keep back may be lent when their queues change.
  if (refusal->why.why == Why::kOverLimit || refusal->why.why == Why::kTooMany) {
    refused_ = gang.arrival;
    full_ = refusal->full;
    for_part_ = refusal->of == QueueRefusal::Of::kUser || refusal->of == QueueRefusal::Of::kGroup;
  }
  return reasons_.Of(*refusal, Called(refusal->why));
}

Status HierarchicalQueues::PreEnqueue(const GangView& gang, const ClusterView&) const {
  Settle();
  const QueueId queue = Named(gang);
  Status status = MayWait(gang, queue);
  return status.ok() ? MayHold(gang, queue, false) : status;
}

Status HierarchicalQueues::Reserve(const GangView& gang, const PlacementView& placement,
                                   const ClusterView&) {
  Settle();
  const std::optional<QueueId> holds = accounts_.HolderOf(gang.arrival);
  const QueueId queue = holds.value_or(Named(gang));
  if (!holds) {
    Status status = MayWait(gang, queue);
    if (!status.ok()) return status;
  }
  Status status = MayHold(gang, queue, holds.has_value());
  const std::string_view flavor = node_flavors_.OfAll(placement);
  if (status.ok() && flavors_.active()) status = MayUse(gang, queue, flavor);
  if (!status.ok()) return status;
  if (!holds) accounts_.Enter(gang.arrival, queue, OwnerOf(gang), host_.Now());
  accounts_.Charge(gang.arrival, Asked(gang), 1, host_.Now());
  accounts_.Place(gang.arrival, flavor);
  return status;
}

void HierarchicalQueues::Unreserve(const GangView& gang, const PlacementView&) {
  Freed(gang.arrival);
  accounts_.Charge(gang.arrival, Asked(gang), -1, host_.Now());
}

QueueingHint HierarchicalQueues::Freed(uint64_t gang) {
  const std::optional<QueueId> queue = accounts_.HolderOf(gang);
  if (!queue) return QueueingHint::kQueueSkip;
  naps_.Freed(*queue);
  return QueueingHint::kQueue;
}

Status HierarchicalQueues::SelectVictims(const GangView& gang, const GangDiagnosis&,
                                         const ClusterView& cluster, const BoundPods& pods,
                                         std::vector<PodUid>& victims) const {
  const QueueId queue = QueueOf(gang);
  if (queue == kNowhere) return Status::Skip();
  const std::vector<Reclaim::Claim> claims = ClaimsOf(gang, queue);
  if (claims.empty()) return Status::Skip();
  const std::chrono::nanoseconds now = host_.Now();
  const std::chrono::nanoseconds delay = tree_.spec(queue).reclaim_delay;
  if (delay.count() > 0 && now - gang.created < delay) return Status::Skip();
  Reclaim reclaim(tree_, flavors_, accounts_, now);
  for (const NodeBlockView& block : cluster.blocks) {
    block.present.ForEach([&](uint32_t offset) {
      for (const PlacedPodView& pod : pods.On(block.Index(offset))) reclaim.Look(pod);
    });
  }
  victims = reclaim.Victims(claims, kMostVictims);
  return victims.empty() ? Status::Skip() : Status::Success();
}

ClusterEventKinds HierarchicalQueues::EventsToRegister() const {
  return KindBit(ClusterEventKind::kNodeAdded) | KindBit(ClusterEventKind::kNodeUpdated) |
         KindBit(ClusterEventKind::kNodeRemoved) | KindBit(ClusterEventKind::kPodBound) |
         KindBit(ClusterEventKind::kPodRemoved) | KindBit(ClusterEventKind::kGangArrived) |
         KindBit(ClusterEventKind::kGangGone);
}

void HierarchicalQueues::NodeChanged(const NodeView& node, bool there) {
  Amounts& known = nodes_[node.index()];
  AddCapacity(node.index(), known, -1);
  known.clear();
  const size_t columns = there ? node.block().allocatable.size() : 0;
  for (uint16_t r = 0; r < columns; ++r) {
    const int64_t amount = node.Allocatable(ResourceId(r));
    if (amount != 0) known.emplace_back(r, amount);
  }
  FlavorOfNodeChanged(node, there);
  AddCapacity(node.index(), known, 1);
  if (!there) nodes_.erase(node.index());
}

void HierarchicalQueues::AddCapacity(NodeIndex node, const Amounts& amounts, int64_t sign) {
  const std::string_view flavor = node_flavors_.Of(node);
  for (const auto& [resource, amount] : amounts) {
    tree_.AddCapacity(resource, sign * amount);
    flavors_.AddCapacity(flavor, resource, sign * amount);
  }
}

QueueingHint HierarchicalQueues::PodChanged(const ClusterEventView& event) {
  if (event.pod->gang_arrival == 0) return QueueingHint::kQueueSkip;
  const Amounts amounts(event.pod->requests.begin(), event.pod->requests.end());
  const bool bound = event.kind == ClusterEventKind::kPodBound;
  const QueueingHint hint = bound ? QueueingHint::kQueueSkip : Freed(event.pod->gang_arrival);
  const std::string_view group = event.pod->Field(group_label_);
  if (bound && !group.empty())
    accounts_.Join(event.pod->gang_arrival, AccountOf(PartKind::kGroup, group, ""));
  // What Reserve has entered for it is what it holds now.
  if (!event.was_reserved)
    accounts_.Charge(event.pod->gang_arrival, amounts, bound ? 1 : -1, host_.Now());
  if (bound) PlaceBound(*event.pod);
  return hint;
}

QueueingHint HierarchicalQueues::OnClusterEvent(const ClusterEventView& event) {
  switch (event.kind) {
    case ClusterEventKind::kNodeAdded:
    case ClusterEventKind::kNodeUpdated:
    case ClusterEventKind::kNodeRemoved:
      NodeChanged(*event.node, event.kind != ClusterEventKind::kNodeRemoved);
      naps_.WakeAll();
      return QueueingHint::kQueueSkip;
    case ClusterEventKind::kPodBound:
    case ClusterEventKind::kPodRemoved:
      return PodChanged(event);
    case ClusterEventKind::kGangArrived:
      // Of one whose pods were bound before: it holds what it holds, wherever it may wait.
      if (const QueueId queue = Named(*event.gang); queue != kNowhere && !stale_) {
        accounts_.Enter(event.gang->arrival, queue, OwnerOf(*event.gang), host_.Now());
        naps_.Wake(queue);
      } else {
        homeless_[event.gang->arrival] = {std::string(event.gang->namespace_name),
                                          std::string(event.gang->queue),
                                          OwnerOf(*event.gang).user};
      }
      return QueueingHint::kQueueSkip;
    case ClusterEventKind::kGangGone: {
      const QueueingHint hint = Freed(event.gang->arrival);
      accounts_.Leave(event.gang->arrival, host_.Now());
      homeless_.erase(event.gang->arrival);
      std::erase_if(early_, [&](const auto& pod) { return pod.second == event.gang->arrival; });
      return hint;
    }
    case ClusterEventKind::kGangPlaced:
      break;
  }
  return QueueingHint::kQueueSkip;
}

}  // namespace tutti::plugins
