// OpenbPolicy: the policies of the openb experiments, as plugins and their arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/profile.h"
#include "sim/openb/openb_workload.h"

namespace tutti::sim {

// The node label that holds the model of a node's devices.
inline constexpr char kOpenbModelLabel[] = "alibabacloud.com/gpu-card-model";

// As figures name them: random, dotprod, clustering, packing, bestfit, fgd.
std::vector<std::string> OpenbPolicies();
// nullopt: there is no such policy. FGD's typical pods are those of the workload.
std::optional<framework::PluginSpec> OpenbPolicy(std::string_view policy,
                                                 const OpenbWorkload& workload);

}  // namespace tutti::sim
