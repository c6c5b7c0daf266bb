#include "rpc/control_messages.h"

#include <algorithm>
#include <chrono>

#include "control/explanation_text.h"
#include "model/reason.h"
#include "tutti/v1/control.pb.h"

namespace tutti::rpc {
namespace {

namespace pb = control::v1;
using model::ResourceId;
using model::ResourceTable;

double Seconds(base::Duration duration) { return std::chrono::duration<double>(duration).count(); }

pb::GangPhase PhaseOf(planner::GangPhase phase) {
  switch (phase) {
    case planner::GangPhase::kWaiting:
      return pb::GANG_PHASE_WAITING;
    case planner::GangPhase::kPlaced:
      return pb::GANG_PHASE_PLACED;
    case planner::GangPhase::kBinding:
      return pb::GANG_PHASE_BINDING;
    case planner::GangPhase::kScheduled:
      return pb::GANG_PHASE_SCHEDULED;
  }
  return pb::GANG_PHASE_UNSPECIFIED;
}

pb::MarkerVerdict VerdictOf(planner::MarkerVerdict verdict) {
  switch (verdict) {
    case planner::MarkerVerdict::kConflict:
      return pb::MARKER_VERDICT_CONFLICT;
    case planner::MarkerVerdict::kUnderstood:
      return pb::MARKER_VERDICT_UNDERSTOOD;
    case planner::MarkerVerdict::kIgnored:
      return pb::MARKER_VERDICT_IGNORED;
  }
  return pb::MARKER_VERDICT_UNSPECIFIED;
}

pb::MemberState StateOf(planner::Member::State state) {
  switch (state) {
    case planner::Member::State::kWaiting:
      return pb::MEMBER_STATE_WAITING;
    case planner::Member::State::kPlaced:
      return pb::MEMBER_STATE_PLACED;
    case planner::Member::State::kBinding:
      return pb::MEMBER_STATE_BINDING;
    case planner::Member::State::kBound:
    case planner::Member::State::kLeaving:
      return pb::MEMBER_STATE_BOUND;
  }
  return pb::MEMBER_STATE_UNSPECIFIED;
}

pb::Cause CauseOf(planner::Cause cause) {
  using planner::Cause;
  switch (cause) {
    case Cause::kPinnedElsewhere:
      return pb::CAUSE_PINNED_ELSEWHERE;
    case Cause::kUnschedulable:
      return pb::CAUSE_UNSCHEDULABLE;
    case Cause::kUntoleratedTaint:
      return pb::CAUSE_UNTOLERATED_TAINT;
    case Cause::kNodeSelector:
      return pb::CAUSE_NODE_SELECTOR;
    case Cause::kNodeAffinity:
      return pb::CAUSE_NODE_AFFINITY;
    case Cause::kVolume:
      return pb::CAUSE_VOLUME;
    case Cause::kClosed:
      return pb::CAUSE_DRAINED;
    case Cause::kRefusedByKubeScheduler:
      return pb::CAUSE_REFUSED_BY_KUBE_SCHEDULER;
    case Cause::kTooSmall:
      return pb::CAUSE_TOO_SMALL;
    case Cause::kReservedForHead:
      return pb::CAUSE_RESERVED_FOR_HEAD;
    case Cause::kReserved:
      return pb::CAUSE_RESERVED;
    case Cause::kInsufficientResource:
      return pb::CAUSE_INSUFFICIENT_RESOURCE;
    case Cause::kHostPort:
      return pb::CAUSE_HOST_PORT;
    case Cause::kPlugin:
      return pb::CAUSE_PLUGIN;
  }
  return pb::CAUSE_UNSPECIFIED;
}

pb::Remedy::Kind KindOf(planner::Remedy::Kind kind) {
  using Kind = planner::Remedy::Kind;
  switch (kind) {
    case Kind::kNone:
      return pb::Remedy::KIND_NONE;
    case Kind::kOwner:
      return pb::Remedy::KIND_OWNER;
    case Kind::kOthersEnd:
      return pb::Remedy::KIND_OTHERS_END;
    case Kind::kHeadFirst:
      return pb::Remedy::KIND_HEAD_FIRST;
    case Kind::kTime:
      return pb::Remedy::KIND_TIME;
    case Kind::kOperator:
      return pb::Remedy::KIND_OPERATOR;
  }
  return pb::Remedy::KIND_UNSPECIFIED;
}

void FillRef(const model::GangKey& key, const std::string& name, pb::GangRef& message) {
  message.set_namespace_(key.namespace_name);
  message.set_name(name);
  message.set_dialect(key.dialect);
}

void FillRef(const model::PodRef& pod, pb::PodRef& message) {
  message.set_namespace_(pod.namespace_name);
  message.set_name(pod.name);
}

void FillReason(const model::Reason& reason, const ResourceTable& resources, pb::Reason& message) {
  message.set_code(std::string(model::CodeName(reason)));
  if (reason.plugin != nullptr) message.set_plugin(reason.plugin->plugin);
  message.set_need(reason.need);
  message.set_have(reason.have);
  message.set_resource(resources.Name(reason.resource));
  message.set_text(model::Describe(reason, {}, resources));
}

template <class List>
void FillHolders(const std::vector<model::Holder>& holders, List& list) {
  for (const model::Holder& holder : holders) {
    auto& message = *list.Add();
    message.set_who(holder.who);
    message.set_amount(holder.amount);
  }
}

template <class List>
void FillAmounts(const model::ResourceList& amounts, const ResourceTable& resources, List& list) {
  for (const auto& [resource, amount] : amounts.entries()) {
    auto& message = *list.Add();
    message.set_resource(resources.Name(resource));
    message.set_amount(amount);
  }
}

void FillClass(const planner::ClassDiagnosis& of, const ResourceTable& resources,
               pb::ClassDiagnosis& message) {
  message.set_example_pod(of.example_pod);
  message.set_pods(of.pods);
  FillAmounts(of.requests, resources, *message.mutable_requests());
  message.set_room_now(of.room_now);
  message.set_nodes_with_room(of.nodes_with_room);
  for (const planner::ClassDiagnosis::Refused& refused : of.refused) {
    pb::NodeCount& count = *message.add_refused();
    count.set_cause(CauseOf(refused.cause));
    count.set_nodes(refused.nodes);
    count.set_resource(resources.Name(refused.resource));
    if (refused.plugin != nullptr) {
      count.set_plugin(refused.plugin->plugin);
      count.set_code(refused.plugin->code);
    }
    count.set_need(refused.need);
    count.set_have(refused.have);
    count.set_text(control::CauseText(refused, resources));
  }
}

void FillRemedy(const planner::WhyWaiting& why, const ResourceTable& resources,
                pb::Remedy& message) {
  message.set_kind(KindOf(why.remedy.kind));
  for (const std::string& node : why.remedy.nodes) message.add_nodes(node);
  FillHolders(why.remedy.must_end, *message.mutable_must_end());
  message.set_not_before_seconds(Seconds(why.remedy.not_before));
  message.set_text(control::RemedyText(why, resources));
}

template <class Message>
void FillStart(const planner::StartRange& start, Message& message) {
  if (!start.known()) return;
  pb::StartRange& range = *message.mutable_start();
  if (start.earliest) range.set_earliest_seconds(Seconds(*start.earliest));
  if (start.latest) range.set_latest_seconds(Seconds(*start.latest));
  range.set_ends(start.ends);
  range.set_before(start.before);
  range.set_reserved(start.reserved);
}

void Fill(const QueueAmount& amount, const ResourceTable& resources, pb::QueueAmount& to) {
  to.set_resource(resources.Name(amount.resource));
  to.set_used(amount.used);
  to.set_guaranteed(amount.guaranteed);
  if (amount.limit != QueueAmount::kUnlimited) to.set_limit(amount.limit);
}

void Fill(const QueuePart& part, const ResourceTable& resources, pb::QueuePart& to) {
  to.set_name(part.name);
  for (const QueueAmount& amount : part.amounts) Fill(amount, resources, *to.add_amounts());
  to.set_running_gangs(part.running);
  if (part.most_running > 0) to.set_most_running_gangs(part.most_running);
}

}  // namespace

void Fill(const planner::GangReport& gang, const ResourceTable& resources, pb::Gang& message) {
  FillRef(gang.key, gang.name, *message.mutable_ref());
  message.set_phase(PhaseOf(gang.phase));
  FillReason(gang.reason, resources, *message.mutable_reason());
  message.set_detail(gang.detail);
  message.set_min_member(gang.min_member);
  message.set_waiting(gang.waiting);
  message.set_placed(gang.placed);
  message.set_binding(gang.binding);
  message.set_bound(gang.bound);
  message.set_finished(gang.finished);
  message.set_priority(gang.priority);
  message.set_queue(gang.queue);
  message.set_position(gang.position);
  message.set_head(gang.head);
  message.set_held(gang.held);
  message.set_waited_seconds(Seconds(gang.waited));
  FillStart(gang.start, message);
  for (const planner::GangReport::MemberReport& member : gang.members) {
    pb::Member& shown = *message.add_members();
    shown.set_pod(member.pod);
    shown.set_state(StateOf(member.state));
    shown.set_node(member.node);
  }
  for (const planner::MarkerLine& line : gang.markers) {
    pb::GangMarker& shown = *message.add_markers();
    shown.set_verdict(VerdictOf(line.verdict));
    shown.set_dialect(line.dialect);
    shown.set_marker(line.marker);
    shown.set_value(line.value);
    shown.set_text(line.text);
  }
}

void Fill(const planner::QueueReport& queue, const std::string& order,
          const ResourceTable& resources, pb::Queue& message) {
  message.set_name(queue.description.name);
  message.set_parent(queue.description.parent);
  message.set_state(queue.description.state);
  message.set_problem(queue.description.problem);
  message.set_leaf(queue.description.leaf);
  message.set_running_gangs(queue.description.running);
  message.set_share(queue.description.share);
  for (const QueueAmount& amount : queue.description.amounts)
    Fill(amount, resources, *message.add_amounts());
  for (const QueuePart& part : queue.description.flavors)
    Fill(part, resources, *message.add_flavors());
  for (const QueuePart& part : queue.description.users) Fill(part, resources, *message.add_users());
  for (const QueuePart& part : queue.description.groups)
    Fill(part, resources, *message.add_groups());
  message.set_waiting_gangs(queue.waiting_gangs);
  message.set_waiting_pods(queue.waiting_pods);
  if (queue.head) FillRef(*queue.head, queue.head_name, *message.mutable_head());
  message.set_held(queue.gate == model::QueueGate::kHeld);
  message.set_draining(queue.gate == model::QueueGate::kDraining);
  message.set_order(order);
}

void Fill(const control::NodeReport& node, const ResourceTable& resources, pb::Node& message) {
  const model::NodeBlock& block = *node.block;
  message.set_name(node.info->name);
  message.set_unschedulable(node.info->unschedulable);
  message.set_draining(block.statics->closed.Has(node.offset));
  const size_t columns = std::max({block.statics->allocatable.size(), block.requested.size(),
                                   block.placed.size(), block.for_head.size()});
  std::vector<std::pair<std::string, ResourceId>> shown;
  for (size_t r = 0; r < columns; ++r) {
    const ResourceId resource(static_cast<uint16_t>(r));
    const bool any = block.Allocatable(resource, node.offset) != 0 ||
                     model::NodeBlock::At(block.requested, resource, node.offset) != 0 ||
                     block.Reserved(resource, node.offset) != 0;
    if (any) shown.emplace_back(resources.Name(resource), resource);
  }
  std::sort(shown.begin(), shown.end());
  for (const auto& [name, resource] : shown) {
    pb::NodeAmount& amount = *message.add_amounts();
    amount.set_resource(name);
    amount.set_allocatable(block.Allocatable(resource, node.offset));
    amount.set_requested(model::NodeBlock::At(block.requested, resource, node.offset));
    amount.set_placed(model::NodeBlock::At(block.placed, resource, node.offset));
    amount.set_for_head(model::NodeBlock::At(block.for_head, resource, node.offset));
    amount.set_free(block.Free(resource, node.offset));
  }
}

void Fill(const planner::ReservationReport& reservation, const ResourceTable& resources,
          pb::Reservation& message) {
  using Kind = planner::ReservationReport::Kind;
  message.set_id(reservation.id);
  switch (reservation.kind) {
    case Kind::kPlaced:
      message.set_kind(pb::Reservation::KIND_PLACED);
      break;
    case Kind::kSlot:
      message.set_kind(pb::Reservation::KIND_SLOT);
      break;
    case Kind::kHead:
      message.set_kind(pb::Reservation::KIND_HEAD);
      break;
    case Kind::kAssumed:
      message.set_kind(pb::Reservation::KIND_ASSUMED);
      break;
  }
  message.set_node(reservation.node);
  if (reservation.gang) FillRef(*reservation.gang, reservation.gang_name, *message.mutable_gang());
  if (reservation.pod) FillRef(*reservation.pod, *message.mutable_pod());
  FillAmounts(reservation.amounts, resources, *message.mutable_amounts());
}

void Fill(const control::PluginInfo& plugin, pb::Plugin& message) {
  message.set_name(plugin.name);
  message.set_version(plugin.version);
  message.set_origin(plugin.origin);
  for (const std::string& point : plugin.points) message.add_points(point);
  message.set_weight(plugin.weight);
  message.set_on_error(plugin.on_error);
  for (const model::PluginReason& reason : plugin.reasons) {
    pb::PluginReason& shown = *message.add_reasons();
    shown.set_code(reason.code);
    shown.set_meaning(reason.meaning);
  }
}

void Fill(const control::Explained& explained, const ResourceTable& resources,
          pb::Explanation& message) {
  const planner::Explanation& e = explained.explanation;
  if (e.gang) {
    Fill(*e.gang, resources, *message.mutable_gang());
    message.set_position(e.gang->position);
  }
  if (e.pod) {
    FillRef(*e.pod, *message.mutable_pod());
    message.set_pod_state(StateOf(e.pod_state));
    message.set_node(e.node);
  }
  FillReason(e.why.reason, resources, *message.mutable_reason());
  FillHolders(e.why.holders, *message.mutable_holders());
  for (const planner::ClassDiagnosis& of : e.why.classes)
    FillClass(of, resources, *message.add_classes());
  message.set_nodes(e.nodes);
  message.set_queue_length(e.queue_length);
  for (const planner::DomainRoom& domain : e.why.domains) {
    pb::DomainRoom& shown = *message.add_domains();
    shown.set_name(domain.name);
    shown.set_nodes(domain.nodes);
    shown.set_room(domain.room);
  }
  FillRemedy(e.why, resources, *message.mutable_remedy());
  FillStart(e.start, message);
  for (const std::string& sentence : explained.text) message.add_text(sentence);
}

void Fill(const control::Simulated::Job& job, const ResourceTable& resources,
          pb::SimulatedGang& message) {
  const planner::SimulatedOutcome& o = job.outcome;
  FillRef({o.namespace_name, o.dialect, o.name}, o.name, *message.mutable_gang());
  message.set_single_pods(o.single_pods);
  message.set_pods(o.pods);
  message.set_min_member(o.min_member);
  message.set_fits_now(o.fits_now);
  message.set_placed(o.placed);
  FillStart(o.start, message);
  for (const auto& [node, pods] : o.nodes) {
    pb::NodePods& there = *message.add_nodes();
    there.set_node(node);
    there.set_pods(pods);
  }
  message.set_fits_empty_cluster(o.fits_empty_cluster);
  message.set_position(o.position);
  if (!o.fits_now) {
    FillReason(o.why.reason, resources, *message.mutable_reason());
    FillHolders(o.why.holders, *message.mutable_waits_for());
    for (const planner::ClassDiagnosis& of : o.why.classes)
      FillClass(of, resources, *message.add_classes());
    FillRemedy(o.why, resources, *message.mutable_remedy());
  }
  for (const std::string& sentence : job.text) message.add_text(sentence);
}

void Fill(const control::Decision& decision, const ResourceTable& resources,
          pb::Decision& message) {
  using Kind = control::Decision::Kind;
  message.set_unix_nanos(decision.unix_nanos);
  if (!decision.gang.empty())
    FillRef({decision.namespace_name, decision.dialect, {}}, decision.gang,
            *message.mutable_gang());
  if (!decision.pod.empty())
    FillRef(model::PodRef{{}, decision.namespace_name, decision.pod}, *message.mutable_pod());
  message.set_node(decision.node);
  message.set_text(decision.detail);
  switch (decision.kind) {
    case Kind::kGang:
      message.set_kind(pb::Decision::KIND_GANG);
      FillReason(decision.reason, resources, *message.mutable_reason());
      FillHolders(decision.holders, *message.mutable_holders());
      message.set_text(model::Describe(decision.reason, decision.holders, resources));
      if (!decision.detail.empty()) message.mutable_text()->append(": " + decision.detail);
      break;
    case Kind::kPlaced:
      message.set_kind(pb::Decision::KIND_PLACED);
      break;
    case Kind::kBind:
      message.set_kind(pb::Decision::KIND_BIND);
      break;
    case Kind::kEvict:
      message.set_kind(pb::Decision::KIND_EVICT);
      break;
  }
}

}  // namespace tutti::rpc
