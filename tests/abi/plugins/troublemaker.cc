#include "troublemaker.h"

#include <stdexcept>

namespace tutti::testing {

const PluginDescriptor& Troublemaker::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "Troublemaker", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        if (config.Boolean("/nothing", false)) return nullptr;
        return std::make_unique<Troublemaker>(config, host);
      }};
  return kDescriptor;
}

Troublemaker::Troublemaker(Config& config, PluginHost&) {
  at_ = config.String("/at", "",
                      {"", "Make", "PreFilter", "Filter", "PreScore", "Score", "NormalizeScore",
                       "DeviceSelect", "Less"});
  if (config.Integer("/least", 0, 0, 10) > config.Integer("/most", 10, 0, 10))
    config.Fail("/most", "expected at least /least");
  MaybeThrow("Make");
}

void Troublemaker::MaybeThrow(const char* point) const {
  if (at_ == point) throw std::runtime_error("trouble at " + at_);
}

Status Troublemaker::PreFilter(CycleState&, const PodClassView&, const ClusterView&) const {
  MaybeThrow("PreFilter");
  return Status::Success();
}

Status Troublemaker::Filter(const CycleState&, const PodClassView&, const NodeView&) const {
  MaybeThrow("Filter");
  return Status::Success();
}

Status Troublemaker::PreScore(CycleState&, const PodClassView&, const ClusterView&) const {
  MaybeThrow("PreScore");
  return Status::Success();
}

int64_t Troublemaker::Score(const CycleState&, const PodClassView&, const NodeView&) const {
  MaybeThrow("Score");
  return 1;
}

bool Troublemaker::HasNormalizeScore() const { return at_ == "NormalizeScore"; }

void Troublemaker::NormalizeScore(const CycleState&, const PodClassView&,
                                  std::span<int64_t>) const {
  MaybeThrow("NormalizeScore");
}

DeviceSet Troublemaker::SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                                      const DeviceRequest&, const DeviceSet& fitting) const {
  MaybeThrow("DeviceSelect");
  return fitting;
}

bool Troublemaker::Less(const GangView& a, const GangView& b) const {
  MaybeThrow("Less");
  return a.arrival > b.arrival;
}

}  // namespace tutti::testing
