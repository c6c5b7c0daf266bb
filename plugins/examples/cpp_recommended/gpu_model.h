// GpuModel: a pod says which models of GPU it can run on, the best ones first.
//
//   metadata: {annotations: {example.com/gpu-models: "H100, A100"}}
//
// Assumptions: all GPUs of a node are of one model, and a label of the node names it.
// Rule: nodes of other models are refused; of the rest, those of an earlier model score more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tutti/plugin/filter.h"
#include "tutti/plugin/score.h"

namespace examples {

class GpuModel final : public tutti::PreFilterPlugin,
                       public tutti::FilterPlugin,
                       public tutti::PreScorePlugin,
                       public tutti::ScorePlugin {
 public:
  static const tutti::PluginDescriptor& Descriptor();
  static constexpr std::size_t kMostModels = 8;  // that a pod may name

  GpuModel(tutti::Config& config, tutti::PluginHost& host);

  tutti::Status PreFilter(tutti::CycleState& state, const tutti::PodClassView& pod,
                          const tutti::ClusterView& cluster) const override;
  tutti::Status Filter(const tutti::CycleState& state, const tutti::PodClassView& pod,
                       const tutti::NodeView& node) const override;
  tutti::Status FilterBlock(const tutti::CycleState& state, const tutti::PodClassView& pod,
                            const tutti::NodeBlockView& block,
                            tutti::BlockVerdict& verdict) const override;
  tutti::Status PreScore(tutti::CycleState& state, const tutti::PodClassView& pod,
                         const tutti::ClusterView& cluster) const override;
  int64_t Score(const tutti::CycleState& state, const tutti::PodClassView& pod,
                const tutti::NodeView& node) const override;

 private:
  // The pod's wish, parsed once per cycle: nodes are compared by number.
  struct Wish {
    std::array<tutti::TextId, kMostModels> models;
    std::size_t count = 0;

    // kMostModels: not among them.
    std::size_t RankOf(tutti::TextId model) const;
  };

  // False: more models than a pod may name.
  bool Parse(std::string_view text, Wish& wish) const;
  tutti::Status Judge(const Wish& wish, tutti::TextId model) const;

  const tutti::PluginHost& host_;
  tutti::PodField annotation_;
  tutti::NodeField label_;
  bool refuse_unlabelled_ = true;
  tutti::ReasonId other_model_;
  tutti::ReasonId model_unknown_;
  tutti::ReasonId too_many_models_;
  tutti::CounterId judged_;
  tutti::CounterId misconfigured_;
};

}  // namespace examples
