#include "record/event_codec.h"

#include <utility>

namespace tutti::record {
namespace {

using model::WriteOutcome;

// One overload for each alternative: a new one does not compile until it has its own.
struct EventWriter {
  pb::Event& out;
  TableWriter& tables;

  void operator()(const model::NodeUpserted& e) const { Put(e.node, *out.mutable_node_upserted()); }
  void operator()(const model::NodeDeleted& e) const { out.set_node_deleted(e.name); }
  void operator()(const model::PodUpserted& e) const {
    Put(e.pod, *out.mutable_pod_upserted(), tables);
  }
  void operator()(const model::PodDeleted& e) const { Put(e.uid, *out.mutable_pod_deleted()); }
  void operator()(const model::GangObjectUpserted& e) const {
    Put(e, *out.mutable_gang_object_upserted(), tables);
  }
  void operator()(const model::GangObjectDeleted& e) const {
    Put(e.key, *out.mutable_gang_object_deleted());
  }
  void operator()(const model::VolumeClaimUpserted& e) const {
    Put(e.claim, *out.mutable_volume_claim_upserted());
  }
  void operator()(const model::VolumeClaimDeleted& e) const {
    const auto& [namespace_name, name] = e;
    pb::VolumeClaimInfo& to = *out.mutable_volume_claim_deleted();
    to.set_namespace_name(namespace_name);
    to.set_name(name);
  }
  void operator()(const model::VolumeUpserted& e) const {
    Put(e.volume, *out.mutable_volume_upserted());
  }
  void operator()(const model::VolumeDeleted& e) const { out.set_volume_deleted(e.name); }
  void operator()(const model::WatchedObjectUpserted& e) const {
    Put(e, *out.mutable_watched_object_upserted());
  }
  void operator()(const model::WatchedObjectDeleted& e) const {
    Put({e.key, {}}, *out.mutable_watched_object_deleted());
  }
  void operator()(const model::CachesSynced&) const { out.set_caches_synced(true); }
  void operator()(const model::LeadershipChanged& e) const {
    out.set_leadership_changed(e.leading);
  }
  void operator()(const model::PodAdmitted& e) const {
    const auto& [pod, dry_run, ticket] = e;
    pb::PodAdmitted& to = *out.mutable_pod_admitted();
    Put(pod, *to.mutable_pod(), tables);
    to.set_dry_run(dry_run);
    to.set_ticket(ticket);
  }
  void operator()(const model::BindRequested& e) const { Put(e, *out.mutable_bind_requested()); }
  void operator()(const model::BindAbandoned& e) const { out.set_bind_abandoned(e.ticket); }
  void operator()(const model::PlacementNotOffered& e) const {
    const auto& [uid, node_name] = e;
    Put(uid, *out.mutable_placement_not_offered()->mutable_uid());
    out.mutable_placement_not_offered()->set_node_name(node_name);
  }
  void operator()(const model::GangHeld& e) const {
    const auto& [key, held] = e;
    Put(key, *out.mutable_gang_held()->mutable_key());
    out.mutable_gang_held()->set_held(held);
  }
  void operator()(const model::QueueGateSet& e) const {
    out.set_queue_gate_set(static_cast<uint32_t>(e.gate));
  }
  void operator()(const model::NodeClosed& e) const {
    const auto& [name, closed] = e;
    out.mutable_node_closed()->set_name(name);
    out.mutable_node_closed()->set_closed(closed);
  }
  void operator()(const model::WriteFinished& e) const {
    const auto& [write, outcome, message] = e;
    pb::WriteFinished& to = *out.mutable_write_finished();
    to.set_write(write);
    to.set_outcome(static_cast<uint32_t>(outcome));
    to.set_message(message);
  }
  void operator()(const model::TimePassed&) const { out.set_time_passed(true); }
};

template <class Strings>
void PutAll(const std::vector<std::string>& texts, Strings& out) {
  for (const std::string& text : texts) out.Add()->assign(text);
}

struct EffectWriter {
  pb::Effect& out;
  TableWriter& tables;

  void operator()(const model::ReleasePod& e) const {
    const auto& [write, pod, shape, nodes] = e;
    pb::ReleasePod& to = *out.mutable_release_pod();
    to.set_write(write);
    Put(pod, *to.mutable_pod());
    to.set_shape(tables.NumberOf(shape));
    PutAll(nodes, *to.mutable_nodes());
  }
  void operator()(const model::NominatePod& e) const {
    const auto& [write, pod, node_name] = e;
    pb::NominatePod& to = *out.mutable_nominate_pod();
    to.set_write(write);
    Put(pod, *to.mutable_pod());
    to.set_node_name(node_name);
  }
  void operator()(const model::BindPod& e) const {
    const auto& [write, pod, node_name, annotations] = e;
    pb::BindPod& to = *out.mutable_bind_pod();
    to.set_write(write);
    Put(pod, *to.mutable_pod());
    to.set_node_name(node_name);
    for (const auto& [key, value] : annotations) {
      to.add_annotations(key);
      to.add_annotations(value);
    }
  }
  void operator()(const model::EvictPod& e) const {
    const auto& [write, pod, message, only_unbound] = e;
    pb::EvictPod& to = *out.mutable_evict_pod();
    to.set_write(write);
    Put(pod, *to.mutable_pod());
    to.set_message(message);
    to.set_only_unbound(only_unbound);
  }
  void operator()(const model::AnswerAdmission& e) const {
    const auto& [ticket, gate, pins, plan_token] = e;
    pb::AnswerAdmission& to = *out.mutable_answer_admission();
    to.set_ticket(ticket);
    to.set_gate(gate);
    PutAll(pins, *to.mutable_pins());
    to.set_plan_token(plan_token);
  }
  void operator()(const model::AnswerBind& e) const {
    const auto& [ticket, error] = e;
    out.mutable_answer_bind()->set_ticket(ticket);
    out.mutable_answer_bind()->set_error(error);
  }
  void operator()(const model::ReportGang& e) const {
    const auto& [key, display_name, reason, detail, holders, examples, waited, had_to_wait] = e;
    pb::ReportGang& to = *out.mutable_report_gang();
    Put(key, *to.mutable_key());
    to.set_display_name(display_name);
    Put(reason, *to.mutable_reason(), tables);
    to.set_detail(detail);
    for (const auto& [who, amount] : holders) {
      pb::Holder& holder = *to.add_holders();
      holder.set_who(who);
      holder.set_amount(amount);
    }
    for (const model::PodRef& example : examples) Put(example, *to.add_examples());
    to.set_waited(waited.count());
    to.set_had_to_wait(had_to_wait);
  }
  void operator()(const model::ReportScores& e) const {
    const auto& [key, nodes] = e;
    pb::ReportScores& to = *out.mutable_report_scores();
    Put(key, *to.mutable_key());
    for (const auto& [name, members, score] : nodes) {
      pb::ScoredNode& node = *to.add_nodes();
      node.set_name(name);
      node.set_members(members);
      node.set_score(score);
    }
  }
  void operator()(const model::ReportRun& e) const {
    const auto& [key, ran, declared, learned] = e;
    pb::ReportRun& to = *out.mutable_report_run();
    Put(key, *to.mutable_key());
    to.set_ran(ran.count());
    to.set_declared(declared.count());
    to.set_learned(learned.count());
  }
  void operator()(const model::ReportMarkers& e) const {
    const auto& [key, display_name, conflicts, examples] = e;
    pb::ReportMarkers& to = *out.mutable_report_markers();
    Put(key, *to.mutable_key());
    to.set_display_name(display_name);
    PutAll(conflicts, *to.mutable_conflicts());
    for (const model::PodRef& example : examples) Put(example, *to.add_examples());
  }
};

template <class Write>
Write WriteTo(const pb::PodRef& pod, uint64_t write, std::string text, const ModelReader& reader) {
  Write effect;
  effect.write = write;
  reader.Get(pod, effect.pod);
  if constexpr (requires { effect.node_name; }) effect.node_name = std::move(text);
  if constexpr (requires { effect.message; }) effect.message = std::move(text);
  return effect;
}

}  // namespace

void Put(const model::BindRequested& request, pb::BindRequested& out) {
  const auto& [uid, namespace_name, name, node_name, ticket] = request;
  Put(uid, *out.mutable_pod()->mutable_uid());
  out.mutable_pod()->set_namespace_name(namespace_name);
  out.mutable_pod()->set_name(name);
  out.set_node_name(node_name);
  out.set_ticket(ticket);
}

void Get(const pb::BindRequested& in, model::BindRequested& request, ModelReader& reader) {
  auto& [uid, namespace_name, name, node_name, ticket] = request;
  reader.Get(in.pod().uid(), uid);
  namespace_name = in.pod().namespace_name();
  name = in.pod().name();
  node_name = in.node_name();
  ticket = in.ticket();
}

void Put(const model::ClusterEvent& event, pb::Event& out, TableWriter& tables) {
  std::visit(EventWriter{out, tables}, event);
}

void Put(const model::Effect& effect, pb::Effect& out, TableWriter& tables) {
  std::visit(EffectWriter{out, tables}, effect);
}

// Every case is named and there is no default: one that is forgotten is a warning.
model::ClusterEvent GetEvent(const pb::Event& in, ModelReader& reader) {
  switch (in.event_case()) {
    case pb::Event::kNodeUpserted: {
      model::NodeUpserted e;
      reader.Get(in.node_upserted(), e.node);
      return e;
    }
    case pb::Event::kNodeDeleted:
      return model::NodeDeleted{in.node_deleted()};
    case pb::Event::kPodUpserted: {
      model::PodUpserted e;
      reader.Get(in.pod_upserted(), e.pod);
      return e;
    }
    case pb::Event::kPodDeleted: {
      model::PodDeleted e;
      reader.Get(in.pod_deleted(), e.uid);
      return e;
    }
    case pb::Event::kGangObjectUpserted: {
      model::GangObjectUpserted e;
      reader.Get(in.gang_object_upserted(), e);
      return e;
    }
    case pb::Event::kGangObjectDeleted: {
      model::GangObjectDeleted e;
      reader.Get(in.gang_object_deleted(), e.key);
      return e;
    }
    case pb::Event::kVolumeClaimUpserted: {
      model::VolumeClaimUpserted e;
      reader.Get(in.volume_claim_upserted(), e.claim);
      return e;
    }
    case pb::Event::kVolumeClaimDeleted:
      return model::VolumeClaimDeleted{in.volume_claim_deleted().namespace_name(),
                                       in.volume_claim_deleted().name()};
    case pb::Event::kVolumeUpserted: {
      model::VolumeUpserted e;
      reader.Get(in.volume_upserted(), e.volume);
      return e;
    }
    case pb::Event::kVolumeDeleted:
      return model::VolumeDeleted{in.volume_deleted()};
    case pb::Event::kWatchedObjectUpserted: {
      model::WatchedObjectUpserted e;
      reader.Get(in.watched_object_upserted(), e);
      return e;
    }
    case pb::Event::kWatchedObjectDeleted: {
      model::WatchedObjectUpserted e;
      reader.Get(in.watched_object_deleted(), e);
      return model::WatchedObjectDeleted{std::move(e.key)};
    }
    case pb::Event::kCachesSynced:
      return model::CachesSynced{};
    case pb::Event::kLeadershipChanged:
      return model::LeadershipChanged{in.leadership_changed()};
    case pb::Event::kPodAdmitted: {
      model::PodAdmitted e;
      reader.Get(in.pod_admitted().pod(), e.pod);
      e.dry_run = in.pod_admitted().dry_run();
      e.ticket = in.pod_admitted().ticket();
      return e;
    }
    case pb::Event::kBindRequested: {
      model::BindRequested e;
      Get(in.bind_requested(), e, reader);
      return e;
    }
    case pb::Event::kBindAbandoned:
      return model::BindAbandoned{in.bind_abandoned()};
    case pb::Event::kPlacementNotOffered: {
      model::PlacementNotOffered e;
      reader.Get(in.placement_not_offered().uid(), e.uid);
      e.node_name = in.placement_not_offered().node_name();
      return e;
    }
    case pb::Event::kWriteFinished: {
      const pb::WriteFinished& e = in.write_finished();
      return model::WriteFinished{
          e.write(), reader.Enumerator(e.outcome(), WriteOutcome::kFailed, "write outcome"),
          e.message()};
    }
    case pb::Event::kGangHeld: {
      model::GangHeld e;
      reader.Get(in.gang_held().key(), e.key);
      e.held = in.gang_held().held();
      return e;
    }
    case pb::Event::kQueueGateSet:
      return model::QueueGateSet{
          reader.Enumerator(in.queue_gate_set(), model::QueueGate::kHeld, "gate of the queue")};
    case pb::Event::kNodeClosed:
      return model::NodeClosed{in.node_closed().name(), in.node_closed().closed()};
    case pb::Event::kTimePassed:
      return model::TimePassed{};
    case pb::Event::EVENT_NOT_SET:
      break;
  }
  reader.Fail("an event of a kind that this version does not know");
  return model::TimePassed{};
}

model::Effect GetEffect(const pb::Effect& in, ModelReader& reader) {
  switch (in.effect_case()) {
    case pb::Effect::kReleasePod: {
      const pb::ReleasePod& from = in.release_pod();
      model::ReleasePod e;
      e.write = from.write();
      reader.Get(from.pod(), e.pod);
      e.shape = reader.Shape(from.shape());
      e.nodes.assign(from.nodes().begin(), from.nodes().end());
      return e;
    }
    case pb::Effect::kNominatePod: {
      const pb::NominatePod& e = in.nominate_pod();
      return WriteTo<model::NominatePod>(e.pod(), e.write(), e.node_name(), reader);
    }
    case pb::Effect::kBindPod: {
      const pb::BindPod& from = in.bind_pod();
      auto e = WriteTo<model::BindPod>(from.pod(), from.write(), from.node_name(), reader);
      if (from.annotations_size() % 2 != 0) reader.Fail("an annotation has a key without a value");
      for (int i = 0; i + 1 < from.annotations_size(); i += 2)
        e.annotations.emplace_back(from.annotations(i), from.annotations(i + 1));
      return e;
    }
    case pb::Effect::kEvictPod: {
      const pb::EvictPod& from = in.evict_pod();
      auto e = WriteTo<model::EvictPod>(from.pod(), from.write(), from.message(), reader);
      e.only_unbound = from.only_unbound();
      return e;
    }
    case pb::Effect::kAnswerAdmission: {
      const pb::AnswerAdmission& from = in.answer_admission();
      model::AnswerAdmission e;
      e.ticket = from.ticket();
      e.gate = from.gate();
      e.pins.assign(from.pins().begin(), from.pins().end());
      e.plan_token = from.plan_token();
      return e;
    }
    case pb::Effect::kAnswerBind:
      return model::AnswerBind{in.answer_bind().ticket(), in.answer_bind().error()};
    case pb::Effect::kReportGang: {
      const pb::ReportGang& from = in.report_gang();
      model::ReportGang e;
      reader.Get(from.key(), e.key);
      e.display_name = from.display_name();
      reader.Get(from.reason(), e.reason);
      e.detail = from.detail();
      for (const pb::Holder& holder : from.holders())
        e.holders.push_back({holder.who(), holder.amount()});
      for (const pb::PodRef& example : from.examples())
        reader.Get(example, e.examples.emplace_back());
      e.waited = base::Duration(from.waited());
      e.had_to_wait = from.had_to_wait();
      return e;
    }
    case pb::Effect::kReportScores: {
      const pb::ReportScores& from = in.report_scores();
      model::ReportScores e;
      reader.Get(from.key(), e.key);
      for (const pb::ScoredNode& node : from.nodes())
        e.nodes.push_back({node.name(), node.members(), node.score()});
      return e;
    }
    case pb::Effect::kReportMarkers: {
      const pb::ReportMarkers& from = in.report_markers();
      model::ReportMarkers e;
      reader.Get(from.key(), e.key);
      e.display_name = from.display_name();
      e.conflicts.assign(from.conflicts().begin(), from.conflicts().end());
      for (const pb::PodRef& example : from.examples())
        reader.Get(example, e.examples.emplace_back());
      return e;
    }
    case pb::Effect::kReportRun: {
      const pb::ReportRun& from = in.report_run();
      model::ReportRun e;
      reader.Get(from.key(), e.key);
      e.ran = base::Duration(from.ran());
      e.declared = base::Duration(from.declared());
      e.learned = base::Duration(from.learned());
      return e;
    }
    case pb::Effect::EFFECT_NOT_SET:
      break;
  }
  reader.Fail("an effect of a kind that this version does not know");
  return model::AnswerBind{};
}

}  // namespace tutti::record
