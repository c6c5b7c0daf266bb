// Numbers as people read them in a Kubernetes cluster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::cli {

// The control API's base units: "2500m", "64Gi", "8".
std::string HumanAmount(int64_t amount, std::string_view resource);
// With the resource's name: "64Gi memory"; without a resource, pods: "4 pods".
std::string HumanQuantity(int64_t amount, std::string_view resource);
// As kubectl shows ages: "45s", "5m10s", "3h", "2d4h".
std::string HumanAge(double seconds);
// "1 node", "5 nodes".
std::string Count(int64_t count, std::string_view thing);

}  // namespace tutti::cli
