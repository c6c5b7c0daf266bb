#include "sim/openb/openb_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace tutti::sim {
namespace {

struct Policy {
  std::string_view name;
  std::string_view plugin;
};
constexpr Policy kPolicies[] = {
    {"random", "RandomNode"},  {"dotprod", "GpuDotProduct"}, {"clustering", "GpuClustering"},
    {"packing", "GpuPacking"}, {"bestfit", "GpuBestFit"},    {"fgd", "FragmentationGradient"},
};
constexpr std::string_view kGradient = "fgd";

std::vector<ConfigEntry> TypicalPodsArgs(const OpenbWorkload& workload) {
  std::vector<ConfigEntry> args;
  const auto add = [&](std::string pointer, ConfigKind kind, std::string text) {
    args.push_back({std::move(pointer), kind, std::move(text), ""});
  };
  add("/modelLabel", ConfigKind::kString, kOpenbModelLabel);
  size_t number = 0;
  for (const OpenbKind& kind : TypicalOpenbPods(workload)) {
    const std::string item = absl::StrFormat("/typicalPods/%d", number++);
    int64_t cpu = 0;
    for (const auto& [resource, amount] : kind.role.requests) {
      if (resource == "cpu") cpu = amount;
    }
    add(item + "/cpuMilli", ConfigKind::kInteger, absl::StrFormat("%d", cpu));
    add(item + "/gpuCount", ConfigKind::kInteger, absl::StrFormat("%d", kind.role.gpus));
    add(item + "/gpuMilli", ConfigKind::kInteger, absl::StrFormat("%d", kind.role.gpu_milli));
    add(item + "/models", ConfigKind::kString, absl::StrJoin(kind.role.gpu_models, "|"));
    add(item + "/weight", ConfigKind::kInteger, absl::StrFormat("%d", kind.pods));
  }
  return args;
}

}  // namespace

std::vector<std::string> OpenbPolicies() {
  std::vector<std::string> names;
  for (const Policy& policy : kPolicies) names.emplace_back(policy.name);
  return names;
}

std::optional<framework::PluginSpec> OpenbPolicy(std::string_view policy,
                                                 const OpenbWorkload& workload) {
  const auto* const found = std::find_if(std::begin(kPolicies), std::end(kPolicies),
                                         [&](const Policy& p) { return p.name == policy; });
  if (found == std::end(kPolicies)) return std::nullopt;
  framework::PluginSpec spec;
  spec.name = std::string(found->plugin);
  if (policy == kGradient) spec.args = TypicalPodsArgs(workload);
  return spec;
}

}  // namespace tutti::sim
