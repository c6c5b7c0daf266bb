#include "remote/remote_plugin.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "remote/answer_reader.h"
#include "remote/to_wire.h"

namespace tutti::remote {
namespace {

// The verdict on the only candidate of a block, as Filter answers it.
Status RefusalOf(const BlockVerdict& verdict, uint32_t offset) {
  if (verdict.passing().Has(offset)) return Status::Success();
  const BlockVerdict::Diagnosis& why = verdict.diagnoses()[0];
  return verdict.unresolvable().Has(offset)
             ? Status::UnschedulableAndUnresolvable(verdict.reason(offset), why.need, why.have)
             : Status::Unschedulable(verdict.reason(offset), why.need, why.have);
}

// What the request says of candidates, and of their blocks where they have changed.
void ShowCandidates(std::span<const NodeBlockView> blocks, std::span<const NodeMask> candidates,
                    Session& session, wire::NodeSet& set) {
  for (size_t b = 0; b < candidates.size(); ++b) {
    if (!candidates[b].empty()) session.mirror.Show(blocks[b], *session.request.mutable_cluster());
  }
  ToWire(blocks, candidates, set);
}

}  // namespace

absl::Status RemotePlugin::Missing(const char* member) {
  return absl::InvalidArgumentError(absl::StrFormat("no member %s, expected one", member));
}

void RemotePlugin::ThrowIfFailed(const Status& status) {
  if (status.ok()) return;
  throw std::runtime_error(status.code() == Code::kError
                               ? status.message()
                               : "it answered " + std::string(CodeName(status.code())) +
                                     ": expected Success or Error");
}

void RemotePlugin::ShowAll(const ClusterView& cluster, Session& session) {
  session.mirror.ShowAll(cluster, *session.request.mutable_cluster());
}

struct RemotePlugin::HeldStream {
  std::unique_ptr<CycleStream> stream;
};

void RemotePlugin::Hold(CycleState& state) const {
  if (StreamOf(state) == nullptr)
    state.Set(HeldStream{std::make_unique<CycleStream>(*link_, remembers_, answers_hold_)});
}

CycleStream* RemotePlugin::StreamOf(const CycleState& state) const {
  const auto* held = state.Get<HeldStream>();
  return held == nullptr ? nullptr : held->stream.get();
}

RemotePlugin::RemotePlugin(std::shared_ptr<Link> link, const Manifest& manifest, PluginHost& host)
    : link_(std::move(link)),
      manifest_(manifest),
      host_(host),
      numbers_(Numbering::Make(manifest, host)),
      remembers_(manifest.Serves(wire::EXTENSION_POINT_PRE_FILTER) ||
                 manifest.Serves(wire::EXTENSION_POINT_PRE_SCORE) ||
                 manifest.Serves(wire::EXTENSION_POINT_PLACEMENT_GENERATE)),
      answers_hold_(manifest.resources.empty()) {
  link_->Use(numbers_);
  points_ = Served();
}

RemotePlugin::~RemotePlugin() {
  if (binding_ != nullptr) link_->GiveBack(std::move(binding_));
  link_->CloseIdle();
}

framework::Points RemotePlugin::Served() {
  const auto serves = [&](wire::ExtensionPoint point) { return manifest_.Serves(point); };
  framework::Points points;
  if (serves(wire::EXTENSION_POINT_FILTER)) points.filter = this;
  if (serves(wire::EXTENSION_POINT_SCORE)) points.score = this;
  // Where answers are kept for the cycle, it is here that the keeping begins.
  if (serves(wire::EXTENSION_POINT_PRE_FILTER) || (answers_hold_ && points.filter != nullptr))
    points.pre_filter = this;
  if (serves(wire::EXTENSION_POINT_PRE_SCORE) || (answers_hold_ && points.score != nullptr))
    points.pre_score = this;
  if (serves(wire::EXTENSION_POINT_PRE_ENQUEUE)) points.pre_enqueue = this;
  if (serves(wire::EXTENSION_POINT_QUEUE_SORT)) points.queue_sort = this;
  if (serves(wire::EXTENSION_POINT_PLACEMENT_GENERATE)) points.placement_generate = this;
  if (serves(wire::EXTENSION_POINT_PLACEMENT_SCORE)) points.placement_score = this;
  if (serves(wire::EXTENSION_POINT_POST_FILTER)) points.post_filter = this;
  if (serves(wire::EXTENSION_POINT_DEVICE_SELECT)) points.device_select = this;
  if (serves(wire::EXTENSION_POINT_PERMIT)) points.permit = this;
  if (serves(wire::EXTENSION_POINT_PRE_BIND)) points.pre_bind = this;
  if (serves(wire::EXTENSION_POINT_POST_BIND)) points.post_bind = this;
  if (serves(wire::EXTENSION_POINT_QUEUE_SELECT))
    points.queue_select = &queues_, points.reserve = &queues_, points.cluster_event = &queues_;
  if (serves(wire::EXTENSION_POINT_OBJECT_WATCH)) points.object_watch = this;
  return points;
}

Status RemotePlugin::Ask(const char* point, std::unique_ptr<Session>& session, Fill fill,
                         Read read) const {
  Status answer;
  bool thrown = false;
  const auto fill_in = [&](Session& asking) {
    asking.request.set_now_ns(host_.Now().count());
    if (asking.objects_shown != objects_.version())
      asking.objects_shown = objects_.Show(asking.objects_shown, *asking.request.mutable_objects());
    fill(asking);
  };
  const absl::Status asked =
      link_->Ask(point, session, fill_in, [&](const wire::ServeResponse& response) -> absl::Status {
        for (const wire::CounterIncrement& count : response.counters()) {
          if (count.counter() < numbers_.counters.size()) continue;
          return absl::InvalidArgumentError(
              absl::StrFormat("counters: number %d, expected less than the %d that it has declared",
                              count.counter(), numbers_.counters.size()));
        }
        TUTTI_ASSIGN_OR_RETURN(answer, ReadStatus(response.status(), numbers_));
        thrown = answer.code() == Code::kError && response.status().thrown();
        const bool waits = answer.code() == Code::kWait && response.has_permit();
        if (answer.ok() || waits) TUTTI_RETURN_IF_ERROR(read(response));
        Count(response);
        return absl::OkStatus();
      });
  if (!asked.ok()) return Status::Error(std::string(asked.message()));
  if (thrown) throw std::runtime_error(answer.message());
  return answer;
}

void RemotePlugin::Count(const wire::ServeResponse& response) const {
  for (const wire::CounterIncrement& count : response.counters()) {
    // A counter only grows, and what is no number would spoil it for good.
    if (count.by() > 0 && count.by() <= 1e15)
      host_.Increment(numbers_.counters[count.counter()], count.by());
  }
}

Status RemotePlugin::AskAlone(const char* point, Fill fill, Read read) const {
  std::unique_ptr<Session> session;
  Status answer;
  try {
    answer = Ask(point, session, fill, read);
  } catch (...) {
    if (session != nullptr) link_->GiveBack(std::move(session));
    throw;
  }
  if (session != nullptr) link_->GiveBack(std::move(session));
  return answer;
}

Status RemotePlugin::AskInCycle(const char* point, const CycleState& state, Fill fill,
                                Read read) const {
  const auto fill_in = [&](Session& session) {
    wire::Cycle& cycle = *session.request.mutable_cycle();
    cycle.set_seed(state.seed());
    cycle.set_begins(std::exchange(session.cycle_begins, false));
    fill(session);
  };
  CycleStream* const stream = StreamOf(state);
  if (stream == nullptr) return AskAlone(point, fill_in, read);
  return stream->With(
      [&](std::unique_ptr<Session>& session) { return Ask(point, session, fill_in, read); });
}

Status RemotePlugin::PreFilter(CycleState& state, const PodClassView& pod,
                               const ClusterView& cluster) const {
  Hold(state);
  if (!manifest_.Serves(wire::EXTENSION_POINT_PRE_FILTER)) return Status::Success();
  return AskInCycle(
      "PreFilter", state,
      [&](Session& session) {
        ShowAll(cluster, session);
        ToWire(pod, numbers_, *session.request.mutable_pre_filter()->mutable_pod());
      },
      Nothing);
}

Status RemotePlugin::FilterBlocks(const CycleState& state, const PodClassView& pod,
                                  std::span<const NodeBlockView> blocks,
                                  std::span<BlockVerdict> verdicts) const {
  CycleStream* const stream = StreamOf(state);
  if (stream != nullptr && stream->AllPassed(blocks, verdicts)) return Status::Success();
  std::vector<NodeMask> candidates;
  for (const BlockVerdict& verdict : verdicts) candidates.push_back(verdict.passing());
  Status answer = AskInCycle(
      "Filter", state,
      [&](Session& session) {
        wire::Filter& filter = *session.request.mutable_filter();
        ShowCandidates(blocks, candidates, session, *filter.mutable_candidates());
        ToWire(pod, numbers_, *filter.mutable_pod());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_filter() ? ReadVerdicts(response.filter(), numbers_, blocks, verdicts)
                                     : Missing("filter");
      });
  if (answer.ok() && stream != nullptr) stream->Keep(blocks, verdicts);
  return answer;
}

Status RemotePlugin::FilterBlock(const CycleState& state, const PodClassView& pod,
                                 const NodeBlockView& block, BlockVerdict& verdict) const {
  return FilterBlocks(state, pod, {&block, 1}, {&verdict, 1});
}

Status RemotePlugin::Filter(const CycleState& state, const PodClassView& pod,
                            const NodeView& node) const {
  NodeMask alone;
  alone.Add(node.offset());
  BlockVerdict verdict(alone);
  Status status = FilterBlock(state, pod, node.block(), verdict);
  return status.ok() ? RefusalOf(verdict, node.offset()) : status;
}

Status RemotePlugin::PreScore(CycleState& state, const PodClassView& pod,
                              const ClusterView& cluster) const {
  Hold(state);
  if (!manifest_.Serves(wire::EXTENSION_POINT_PRE_SCORE)) return Status::Success();
  return AskInCycle(
      "PreScore", state,
      [&](Session& session) {
        ShowAll(cluster, session);
        ToWire(pod, numbers_, *session.request.mutable_pre_score()->mutable_pod());
      },
      Nothing);
}

void RemotePlugin::ScoreBlocks(const CycleState& state, const PodClassView& pod,
                               std::span<const NodeBlockView> blocks,
                               std::span<const NodeMask> candidates,
                               std::span<int64_t> scores) const {
  CycleStream* const stream = StreamOf(state);
  if (stream != nullptr && stream->AllScored(blocks, candidates, scores)) return;
  ThrowIfFailed(AskInCycle(
      "Score", state,
      [&](Session& session) {
        wire::Score& score = *session.request.mutable_score();
        ShowCandidates(blocks, candidates, session, *score.mutable_candidates());
        ToWire(pod, numbers_, *score.mutable_pod());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_score() ? ReadScores(response.score().scores(), candidates, scores)
                                    : Missing("score");
      }));
  if (stream != nullptr) stream->Keep(blocks, candidates, scores);
}

void RemotePlugin::ScoreBlock(const CycleState& state, const PodClassView& pod,
                              const NodeBlockView& block, const NodeMask& candidates,
                              std::span<int64_t, kNodesPerBlock> scores) const {
  ScoreBlocks(state, pod, {&block, 1}, {&candidates, 1}, scores);
}

int64_t RemotePlugin::Score(const CycleState& state, const PodClassView& pod,
                            const NodeView& node) const {
  NodeMask alone;
  alone.Add(node.offset());
  std::array<int64_t, kNodesPerBlock> scores;
  ScoreBlock(state, pod, node.block(), alone, scores);
  return scores[node.offset()];
}

bool RemotePlugin::IsNodeLocal() const { return manifest_.score_is_node_local; }

bool RemotePlugin::HasNormalizeScore() const {
  return manifest_.Serves(wire::EXTENSION_POINT_NORMALIZE_SCORE);
}

void RemotePlugin::NormalizeScore(const CycleState& state, const PodClassView& pod,
                                  std::span<int64_t> scores) const {
  ThrowIfFailed(AskInCycle(
      "NormalizeScore", state,
      [&](Session& session) {
        wire::NormalizeScore& normalize = *session.request.mutable_normalize_score();
        ToWire(scores, *normalize.mutable_scores());
        ToWire(pod, numbers_, *normalize.mutable_pod());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_normalize_score()
                   ? ReadScores(response.normalize_score().scores(), scores)
                   : Missing("normalize_score");
      }));
}

DeviceSet RemotePlugin::SelectDevices(const CycleState& state, const PodClassView& pod,
                                      const NodeView& node, const DeviceRequest& request,
                                      const DeviceSet& fitting) const {
  DeviceSet selected;
  ThrowIfFailed(AskInCycle(
      "DeviceSelect", state,
      [&](Session& session) {
        session.mirror.Show(node.block(), *session.request.mutable_cluster());
        wire::DeviceSelect& question = *session.request.mutable_device_select();
        ToWire(pod, numbers_, *question.mutable_pod());
        question.set_node(node.index().value);
        question.set_count(request.count);
        question.set_milli(request.milli);
        question.set_fitting(ToWire(fitting));
      },
      [&](const wire::ServeResponse& response) -> absl::Status {
        if (!response.has_device_select()) return Missing("device_select");
        TUTTI_ASSIGN_OR_RETURN(selected, ReadDevices(response.device_select(), request, fitting));
        return absl::OkStatus();
      }));
  return selected;
}

}  // namespace tutti::remote
