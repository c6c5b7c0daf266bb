#include "check/asked.h"

#include <array>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::check {
namespace {

std::string ShowVerdict(const NodeAnswer& node, const ProbeWorld& world) {
  if (node.passed) return "passed";
  return absl::StrFormat("refused%s (%s)", node.unresolvable ? " for good" : "",
                         world.ReasonName(node.reason));
}

std::string DifferentStatus(const char* point, const Status& a, const Status& b,
                            const ProbeWorld& world) {
  if (a == b) return "";
  return absl::StrFormat("%s answered %s, then %s", point, Show(a, world), Show(b, world));
}

}  // namespace

std::string UndeclaredReason(const char* point, const Status& status, const ProbeWorld& world) {
  const bool refused = status.code() == Code::kPending || status.code() == Code::kUnschedulable ||
                       status.code() == Code::kUnschedulableAndUnresolvable;
  if (!refused || world.services().reasons.Find(status.reason()) != nullptr) return "";
  return absl::StrFormat("%s answered %s: give a reason that host.Reason has made", point,
                         Show(status, world));
}

Asked::Asked(const framework::Points& points, const PodClassView& pod, const ClusterView& cluster,
             uint64_t seed)
    : points_(points),
      pod_(pod),
      cluster_(cluster),
      state_(seed),
      filter_(cluster.blocks.size()),
      score_(cluster.blocks.size()) {
  answer_.nodes.resize(cluster.blocks.size() * kNodesPerBlock);
}

PodAnswer Asked::Ask() {
  PreFilter();
  for (size_t b = 0; b < cluster_.blocks.size(); ++b) FilterBlock(b);
  PreScore();
  for (size_t b = 0; b < cluster_.blocks.size(); ++b) ScoreBlock(b);
  return Answer();
}

void Asked::PreFilter() {
  if (points_.pre_filter != nullptr) {
    answer_.pre_filter =
        Contained([&] { return points_.pre_filter->PreFilter(state_, pod_, cluster_); });
  }
  filters_ = points_.filter != nullptr && answer_.pre_filter.ok();
}

void Asked::FilterBlock(size_t block) {
  const NodeBlockView& view = cluster_.blocks[block];
  BlockVerdict verdict(view.present);
  if (filters_) {
    filter_[block] =
        Contained([&] { return points_.filter->FilterBlock(state_, pod_, view, verdict); });
  }
  view.present.ForEach([&](uint32_t i) {
    NodeAnswer& node = answer_.nodes[view.first + i];
    node.asked = true;
    node.passed = verdict.passing().Has(i);
    node.unresolvable = verdict.unresolvable().Has(i);
    if (!node.passed) node.reason = verdict.reason(i);
  });
}

void Asked::PreScore() {
  // As the runtime: nobody is scored for a pod that no node may take.
  if (!answer_.pre_filter.ok() && answer_.pre_filter.code() != Code::kSkip) return;
  if (points_.pre_score != nullptr) {
    answer_.pre_score =
        Contained([&] { return points_.pre_score->PreScore(state_, pod_, cluster_); });
  }
  scores_ = points_.score != nullptr && answer_.pre_score.ok();
}

void Asked::ScoreBlock(size_t block) {
  if (!scores_) return;
  const NodeBlockView& view = cluster_.blocks[block];
  std::array<int64_t, kNodesPerBlock> scores{};
  score_[block] =
      Contained([&] { points_.score->ScoreBlock(state_, pod_, view, view.present, scores); });
  view.present.ForEach([&](uint32_t i) { answer_.nodes[view.first + i].score = scores[i]; });
}

void Asked::NormalizeScore() {
  std::vector<int64_t> dense;
  for (const NodeAnswer& node : answer_.nodes) {
    if (node.asked) dense.push_back(node.score);
  }
  answer_.score = Contained([&] { points_.score->NormalizeScore(state_, pod_, dense); });
  size_t next = 0;
  for (NodeAnswer& node : answer_.nodes) {
    if (node.asked) node.score = dense[next++];
  }
}

PodAnswer Asked::Answer() {
  for (size_t b = 0; b < filter_.size(); ++b) {
    if (answer_.filter.ok()) answer_.filter = filter_[b];
    if (answer_.score.ok()) answer_.score = score_[b];
  }
  if (scores_ && answer_.score.ok() && points_.score->HasNormalizeScore()) NormalizeScore();
  return std::move(answer_);
}

std::string Difference(const PodAnswer& a, const PodAnswer& b, const ProbeWorld& world,
                       const ProbeCluster& cluster) {
  const std::pair<const char*, const Status PodAnswer::*> points[] = {
      {"PreFilter", &PodAnswer::pre_filter},
      {"Filter", &PodAnswer::filter},
      {"PreScore", &PodAnswer::pre_score},
      {"Score", &PodAnswer::score}};
  for (const auto& [point, status] : points) {
    std::string different = DifferentStatus(point, a.*status, b.*status, world);
    if (!different.empty()) return different;
  }
  for (uint32_t i = 0; i < a.nodes.size(); ++i) {
    if (a.nodes[i] == b.nodes[i]) continue;
    const std::string first = ShowVerdict(a.nodes[i], world);
    const std::string second = ShowVerdict(b.nodes[i], world);
    if (first != second)
      return absl::StrFormat("Filter %s %s, then %s", first, cluster.Name(i), second);
    return absl::StrFormat("Score gave %s %d, then %d", cluster.Name(i), a.nodes[i].score,
                           b.nodes[i].score);
  }
  return "";
}

std::string Show(const Status& status, const ProbeWorld& world) {
  if (status.code() == Code::kError) return "an Error: " + status.message();
  std::string text(CodeName(status.code()));
  if (status.code() == Code::kUnschedulable || status.code() == Code::kPending ||
      status.code() == Code::kUnschedulableAndUnresolvable) {
    absl::StrAppendFormat(&text, " (%s, need %d, have %d)", world.ReasonName(status.reason()),
                          status.need(), status.have());
  }
  return text;
}

}  // namespace tutti::check
