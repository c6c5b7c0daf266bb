#include "gpu_model.h"

#include <algorithm>
#include <memory>
#include <string>

#include "tutti/export.h"

namespace examples {

using tutti::Status;

const tutti::PluginDescriptor& GpuModel::Descriptor() {
  static constexpr tutti::PluginDescriptor kDescriptor = {
      "GpuModel", "1.0",
      [](tutti::Config& config, tutti::PluginHost& host) -> std::unique_ptr<tutti::Plugin> {
        return std::make_unique<GpuModel>(config, host);
      }};
  return kDescriptor;
}

GpuModel::GpuModel(tutti::Config& config, tutti::PluginHost& host) : host_(host) {
  const std::string annotation = config.String("/annotation", "example.com/gpu-models");
  const std::string label = config.String("/label", "nvidia.com/gpu.product");
  if (annotation.empty()) config.Fail("/annotation", "expected the key of a pod annotation");
  if (label.empty()) config.Fail("/label", "expected the key of a node label");
  refuse_unlabelled_ = config.String("/unlabelledNodes", "Refuse", {"Allow", "Refuse"}) == "Refuse";
  annotation_ = host.PodAnnotation(annotation);
  label_ = host.NodeLabel(label);
  other_model_ = host.Reason("OtherGpuModel", "the node has another model of GPU");
  model_unknown_ = host.Reason("GpuModelUnknown", "no label says which model of GPU the node has");
  too_many_models_ = host.Reason("TooManyGpuModels", "the pod names too many models of GPU");
  judged_ = host.Counter("pods_judged", "Classes of pods that named models");
  misconfigured_ = host.Counter("pods_misconfigured", "Classes of pods that named too many");
}

std::size_t GpuModel::Wish::RankOf(tutti::TextId model) const {
  for (std::size_t rank = 0; rank < count; ++rank) {
    if (models[rank] == model) return rank;
  }
  return kMostModels;
}

bool GpuModel::Parse(std::string_view text, Wish& wish) const {
  constexpr std::string_view kBlank = " \t";
  std::size_t named = 0;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view name = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    name.remove_prefix(std::min(name.find_first_not_of(kBlank), name.size()));
    name = name.substr(0, name.find_last_not_of(kBlank) + 1);
    if (name.empty()) continue;
    if (++named > kMostModels) return false;
    // A model that no node has is no number, and no node could have it.
    const tutti::TextId model = host_.texts().Find(name);
    if (model.valid()) wish.models[wish.count++] = model;
  }
  return true;
}

Status GpuModel::PreFilter(tutti::CycleState& state, const tutti::PodClassView& pod,
                           const tutti::ClusterView&) const {
  const std::string_view text = pod.Field(annotation_);
  if (text.empty()) return Status::Skip();
  host_.Increment(judged_);
  Wish wish;
  if (!Parse(text, wish)) {
    host_.Increment(misconfigured_);
    return Status::UnschedulableAndUnresolvable(too_many_models_);
  }
  state.Set(wish);
  return Status::Success();
}

Status GpuModel::Judge(const Wish& wish, tutti::TextId model) const {
  if (wish.RankOf(model) != kMostModels) return Status::Success();
  if (model.valid()) return Status::UnschedulableAndUnresolvable(other_model_);
  return refuse_unlabelled_ ? Status::UnschedulableAndUnresolvable(model_unknown_)
                            : Status::Success();
}

Status GpuModel::Filter(const tutti::CycleState& state, const tutti::PodClassView&,
                        const tutti::NodeView& node) const {
  const Wish* wish = state.Get<Wish>();
  return wish == nullptr ? Status::Success() : Judge(*wish, node.FieldId(label_));
}

// The same as Filter for each candidate; what does not change from node to node is looked up once.
Status GpuModel::FilterBlock(const tutti::CycleState& state, const tutti::PodClassView&,
                             const tutti::NodeBlockView& block,
                             tutti::BlockVerdict& verdict) const {
  const Wish* wish = state.Get<Wish>();
  if (wish == nullptr) return Status::Success();
  const tutti::NodeMask candidates = verdict.passing();
  candidates.ForEach([&](uint32_t offset) {
    const Status status = Judge(*wish, block.FieldId(label_, offset));
    if (!status.ok()) verdict.Refuse(offset, status);
  });
  return Status::Success();
}

Status GpuModel::PreScore(tutti::CycleState& state, const tutti::PodClassView&,
                          const tutti::ClusterView&) const {
  return state.Get<Wish>() == nullptr ? Status::Skip() : Status::Success();
}

int64_t GpuModel::Score(const tutti::CycleState& state, const tutti::PodClassView&,
                        const tutti::NodeView& node) const {
  const Wish* wish = state.Get<Wish>();
  if (wish == nullptr) return tutti::kMinNodeScore;
  const std::size_t rank = wish->RankOf(node.FieldId(label_));
  if (rank == kMostModels) return tutti::kMinNodeScore;
  return tutti::kMaxNodeScore * static_cast<int64_t>(wish->count - rank) /
         static_cast<int64_t>(wish->count);
}

}  // namespace examples

TUTTI_EXPORT_PLUGIN(examples::GpuModel)
