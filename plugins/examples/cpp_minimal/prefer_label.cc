// PreferLabel: nodes with a given label are better.
//
//   args: {key: topology.kubernetes.io/zone, value: zone-a}
#include <memory>
#include <string>

#include "tutti/export.h"
#include "tutti/plugin/score.h"

namespace {

class PreferLabel final : public tutti::ScorePlugin {
 public:
  static const tutti::PluginDescriptor& Descriptor() {
    static constexpr tutti::PluginDescriptor kDescriptor = {
        "PreferLabel", "1",
        [](tutti::Config& config, tutti::PluginHost& host) -> std::unique_ptr<tutti::Plugin> {
          return std::make_unique<PreferLabel>(config, host);
        }};
    return kDescriptor;
  }

  PreferLabel(tutti::Config& config, tutti::PluginHost& host)
      : value_(config.String("/value", "")) {
    const std::string key = config.String("/key", "");
    if (key.empty()) config.Fail("/key", "expected the key of a node label");
    label_ = host.NodeLabel(key);
  }

  int64_t Score(const tutti::CycleState&, const tutti::PodClassView&,
                const tutti::NodeView& node) const override {
    return node.Field(label_) == value_ ? tutti::kMaxNodeScore : tutti::kMinNodeScore;
  }

 private:
  std::string value_;
  tutti::NodeField label_;
};

}  // namespace

TUTTI_EXPORT_PLUGIN(PreferLabel)
