#include "sim/openb/openb_workload.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "sim/workload/openb_reader.h"
#include "sim/workload/random.h"

namespace tutti::sim {
namespace {

constexpr int64_t kWholeDevice = 1000;
constexpr int64_t kTypicalPercent = 95;
constexpr uint64_t kNameStream = 0x6e616d6573;  // apart from what the seed draws of pods

int64_t GpuMilli(const Role& role) { return role.gpus * role.gpu_milli; }

int64_t Cpu(const Role& role) {
  for (const auto& [resource, amount] : role.requests) {
    if (resource == "cpu") return amount;
  }
  return 0;
}

absl::StatusOr<std::unique_ptr<std::ifstream>> OpenFile(const std::string& file) {
  auto in = std::make_unique<std::ifstream>(file);
  if (*in) return in;
  return absl::NotFoundError(
      absl::StrFormat("%s: cannot be opened: expected an openb table", file));
}

template <typename T>
void Shuffle(std::vector<T>& order, Random& random) {
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<size_t>(random.Below(i))]);
}

}  // namespace

int64_t OpenbWorkload::gpu_milli() const {
  return std::accumulate(
      nodes.begin(), nodes.end(), int64_t{0},
      [](int64_t sum, const SimNode& node) { return sum + node.gpus * kWholeDevice; });
}

absl::StatusOr<OpenbWorkload> LoadOpenb(const std::string& node_file, const std::string& pod_file) {
  OpenbWorkload workload;
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<std::ifstream> nodes, OpenFile(node_file));
  RowErrors errors(node_file, BadRows::kStop);
  TUTTI_ASSIGN_OR_RETURN(workload.nodes, ReadOpenbNodes(*nodes, errors));
  std::sort(workload.nodes.begin(), workload.nodes.end(),
            [](const SimNode& a, const SimNode& b) { return a.name < b.name; });
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<std::ifstream> pods, OpenFile(pod_file));
  OpenbOptions options;
  options.arrivals = OpenbOptions::Arrivals::kFileOrder;
  options.bad_rows = BadRows::kStop;
  TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<OpenbReader> reader,
                         OpenbReader::Open(std::move(pods), pod_file, options));
  while (true) {
    TUTTI_ASSIGN_OR_RETURN(std::optional<Job> job, reader->Next());
    if (!job) return workload;
    workload.pods.push_back(std::move(job->roles.at(0)));
  }
}

OpenbWorkload NamedAnew(const OpenbWorkload& workload, uint64_t seed) {
  OpenbWorkload named = workload;
  Random random(seed ^ kNameStream);
  Shuffle(named.nodes, random);
  for (size_t i = 0; i < named.nodes.size(); ++i) named.nodes[i].name = workload.nodes[i].name;
  return named;
}

std::vector<size_t> OpenbArrivals(const OpenbWorkload& workload, int demand_percent,
                                  uint64_t seed) {
  Random random(seed);
  std::vector<size_t> order(workload.pods.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Shuffle(order, random);
  if (order.empty()) return order;
  const int64_t wanted = workload.gpu_milli() * demand_percent / 100;
  int64_t demand = 0;
  for (const Role& pod : workload.pods) demand += GpuMilli(pod);
  while (demand > wanted && !order.empty()) {
    const auto left_out = order.begin() + static_cast<std::ptrdiff_t>(random.Below(order.size()));
    demand -= GpuMilli(workload.pods[*left_out]);
    order.erase(left_out);
  }
  const bool any_gpu = demand > 0;
  while (any_gpu) {
    const auto copy = static_cast<size_t>(random.Below(workload.pods.size()));
    // As the experiments did: by what it asks of each device, not of all of them.
    if (demand + workload.pods[copy].gpu_milli > wanted) break;
    demand += GpuMilli(workload.pods[copy]);
    order.push_back(copy);
  }
  return order;
}

std::vector<OpenbKind> TypicalOpenbPods(const OpenbWorkload& workload) {
  using Key = std::tuple<int64_t, int64_t, int64_t, std::vector<std::string>>;
  std::map<Key, OpenbKind> kinds;
  for (const Role& pod : workload.pods) {
    OpenbKind& kind = kinds[{Cpu(pod), pod.gpu_milli, pod.gpus, pod.gpu_models}];
    if (kind.pods++ == 0) kind.role = pod;
  }
  std::vector<OpenbKind> typical;
  for (auto& [key, kind] : kinds) typical.push_back(std::move(kind));
  // Of equally frequent ones the larger first.
  std::reverse(typical.begin(), typical.end());
  std::stable_sort(typical.begin(), typical.end(),
                   [](const OpenbKind& a, const OpenbKind& b) { return a.pods > b.pods; });
  int64_t covered = 0;
  size_t count = 0;
  while (count < typical.size() &&
         covered * 100 < static_cast<int64_t>(workload.pods.size()) * kTypicalPercent)
    covered += typical[count++].pods;
  typical.resize(count);
  return typical;
}

}  // namespace tutti::sim
