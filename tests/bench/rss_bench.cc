// rss_bench: resident memory of tutti-server with 5,000 nodes and 50,000 bound pods on a real
// kube-apiserver, all synced.
#include <iostream>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/tutti_process.h"

namespace {

constexpr int kNodes = 5'000;
constexpr int kPods = 50'000;
constexpr int kBatch = 5'000;

absl::Status Fill(tutti::testing::ControlPlane& plane) {
  if (absl::Status status = plane.AddNodes(kNodes); !status.ok()) return status;
  plane.WaitFor([&] { return plane.Get("/api/v1/namespaces/default").ok(); });
  for (int first = 0; first < kPods; first += kBatch) {
    const auto describe = [first](int i) {
      tutti::testing::PodTemplate pod;
      pod.extra_spec = absl::StrFormat(R"({"nodeName":"node-%d"})", (first + i) % kNodes);
      return pod;
    };
    absl::Status status = plane.CreatePods(kBatch, absl::StrFormat("batch%d", first), describe);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

int main() {
  auto plane = tutti::testing::ControlPlane::Start();
  if (!plane.ok()) {
    std::cerr << plane.status() << "\n";
    return 1;
  }
  if (const absl::Status status = Fill(**plane); !status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
  auto tutti = tutti::testing::TuttiProcess::Start(**plane, tutti::testing::TuttiOptions());
  if (!tutti.ok()) {
    std::cerr << tutti.status() << "\n";
    return 1;
  }
  std::cout << absl::StrFormat("figure rss_5000_50000 %.1f MB\n",
                               static_cast<double>(tutti->process().resident_bytes()) / 1e6);
  return 0;
}
