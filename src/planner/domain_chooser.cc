#include "planner/domain_chooser.h"

#include <algorithm>
#include <span>
#include <string>

namespace tutti::planner {

using framework::Guarded;
using framework::OnError;
using model::ReasonCode;

bool DomainChooser::Generate(const GangView& gang) {
  domains_.clear();
  refusal_ = {ReasonCode::kNoEligibleNode, 0, 0, {}};
  if (!plugins_.active() || plugins_.profile->placement_generates().empty()) return false;
  const framework::Profile& profile = *plugins_.profile;
  const auto& at = profile.placement_generates().front();
  views_.Reset(nodes_.blocks());
  states_.clear();
  for (size_t i = 0; i < profile.plugins().size(); ++i) states_.emplace_back(Mix(gang.arrival, i));
  const Status status = Guarded(profile, at.plugin, "PlacementGenerate", &plugins_.on_failure, [&] {
    Status answer = at.point->PlacementGenerate(states_[at.plugin], gang, views_.view(), domains_);
    if (answer.code() == Code::kWait || answer.code() == Code::kPending) {
      return framework::WrongCode("PlacementGenerate", answer,
                                  "Success, Skip, Unschedulable, UnschedulableAndUnresolvable or "
                                  "Error");
    }
    if (domains_.size() > PlacementGeneratePlugin::kMostDomains) {
      return Status::Error("PlacementGenerate gave " + std::to_string(domains_.size()) +
                           " domains: expected at most " +
                           std::to_string(PlacementGeneratePlugin::kMostDomains));
    }
    return answer;
  });
  if (status.ok()) {
    StayAtHome(gang);
    return true;
  }
  domains_.clear();
  if (status.code() == Code::kSkip) return false;
  if (status.code() == Code::kError) {
    refusal_.code = ReasonCode::kPluginFailed;
    return profile.plugins()[at.plugin].on_error != OnError::kSkip;
  }
  refusal_ = plugins_.ReasonOf(status);
  return true;
}

void DomainChooser::StayAtHome(const GangView& gang) {
  const auto is_home = [&](const Domain& domain) {
    return std::all_of(gang.placed_on.begin(), gang.placed_on.end(),
                       [&](NodeIndex node) { return Has(domain, node); });
  };
  if (std::any_of(domains_.begin(), domains_.end(), is_home))
    std::erase_if(domains_, [&](const Domain& domain) { return !is_home(domain); });
}

int64_t DomainChooser::Score(const GangView& gang, const Domain& domain,
                             const std::vector<std::vector<NodeIndex>>& nodes) {
  const framework::Profile& profile = *plugins_.profile;
  const std::vector<std::span<const NodeIndex>> spans(nodes.begin(), nodes.end());
  const PlacementView placement{&domain, spans};
  int64_t total = 0;
  for (const auto& at : profile.placement_scores()) {
    int64_t score = 0;
    const Status status = Guarded(profile, at.plugin, "PlacementScore", &plugins_.on_failure, [&] {
      score = at.point->PlacementScore(states_[at.plugin], gang, placement, views_.view());
      if (score >= kMinNodeScore && score <= kMaxNodeScore) return Status::Success();
      return Status::Error("PlacementScore gave " + std::to_string(score) + " for domain " +
                           domain.name + ": expected 0 to 100");
    });
    if (status.ok()) total += profile.plugins()[at.plugin].weight * score;
  }
  return total;
}

}  // namespace tutti::planner
