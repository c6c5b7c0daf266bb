#include "tests/support/control_plane/crash_loop.h"

#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr int kNodes = 4;
constexpr int kCpus = 8;
constexpr uint64_t kMostDelayMillis = 120;
// The repair time below, the wait timeout, the back-off, and kube-scheduler's own.
constexpr base::Duration kRepairDeadline = std::chrono::seconds(40);
constexpr char kTimes[] =
    "gang: {repairTimeout: 5s, waitTimeout: 4s, backoff: {initial: 1s, max: 2s}}\n";

}  // namespace

absl::Status CrashLoop::Start() {
  TUTTI_ASSIGN_OR_RETURN(plane_, ControlPlane::Start());
  NodeTemplate node;
  node.cpu = std::to_string(kCpus);
  TUTTI_RETURN_IF_ERROR(plane_->AddNodes(kNodes, node));
  plane_->WaitFor([&] { return plane_->Get("/api/v1/namespaces/default").ok(); });
  port_ = FreePort();
  TUTTI_RETURN_IF_ERROR(Restart(true));
  SchedulerOptions scheduler;
  scheduler.extender = tutti_->door("extender");
  return plane_->StartScheduler(scheduler);
}

absl::Status CrashLoop::Restart(bool wait_ready) {
  TuttiOptions options;
  options.extender_port = port_;
  options.extra = kTimes;
  TUTTI_ASSIGN_OR_RETURN(TuttiProcess started, TuttiProcess::Start(*plane_, options, wait_ready));
  tutti_ = std::make_unique<TuttiProcess>(std::move(started));
  return absl::OkStatus();
}

absl::Status CrashLoop::SubmitGangs() {
  for (uint64_t count = 1 + Pick(3); count > 0; --count) {
    const int members = 2 + static_cast<int>(Pick(9));
    const std::string gang = absl::StrFormat("g%d", next_gang_++);
    TUTTI_RETURN_IF_ERROR(plane_->CreatePods(members, gang, GangPod(gang, members, "1")));
    gangs_.push_back(gang);
  }
  return absl::OkStatus();
}

void CrashLoop::DeleteOldest(size_t keep) {
  while (gangs_.size() > keep) {
    const std::string gang = gangs_.front();
    gangs_.erase(gangs_.begin());
    plane_->DeletePods(gang);
  }
}

void CrashLoop::CheckOnce(std::vector<std::string>& partial) {
  std::map<std::string, int> used;
  std::map<std::string, std::pair<int, int>> gangs;  // bound, min
  for (const json& pod : plane_->Pods("default")) {
    std::pair<int, int>& gang = gangs[pod["metadata"]["annotations"]["tutti.dev/gang"]];
    gang.second =
        std::stoi(pod["metadata"]["annotations"]["tutti.dev/min-member"].get<std::string>());
    if (!pod["spec"].contains("nodeName")) continue;
    const std::string node = pod["spec"]["nodeName"];
    ++used[node];
    ++gang.first;
    const auto [known, first] = bound_to_.try_emplace(pod["metadata"]["uid"], node);
    if (!first && known->second != node)
      result_.bad.push_back("doubled: pod " + pod["metadata"]["name"].get<std::string>());
  }
  for (const auto& [node, cpus] : used) {
    if (cpus > kCpus)
      result_.bad.push_back(absl::StrFormat("over capacity: %s has %d of %d", node, cpus, kCpus));
  }
  partial.clear();
  for (const auto& [name, gang] : gangs) {
    if (gang.first > 0 && gang.first < gang.second) {
      partial.push_back(absl::StrFormat("%s (%d of %d)", name, gang.first, gang.second));
    }
  }
}

void CrashLoop::Check() {
  std::vector<std::string> partial;
  plane_->WaitFor(
      [&] {
        CheckOnce(partial);
        return partial.empty();
      },
      kRepairDeadline);
  for (const std::string& gang : partial) result_.bad.push_back("partial: " + gang);
}

void CrashLoop::CheckLeaks() {
  DeleteOldest(0);
  (void)plane_->DeleteAllPods("default");
  if (!plane_->WaitFor([&] { return tutti_->Metric("tutti_reservations ") == 0; },
                       std::chrono::seconds(15))) {
    result_.bad.push_back(
        absl::StrFormat("leaked: %.0f reservations", tutti_->Metric("tutti_reservations ")));
  }
  const int all = kNodes * kCpus;
  (void)plane_->CreatePods(all, "all", GangPod("all", all, "1"));
  if (!plane_->WaitFor([&] { return plane_->CountBound("all", "default") == all; },
                       std::chrono::seconds(30))) {
    result_.bad.push_back(absl::StrFormat("leaked: only %d of %d CPUs can be had",
                                          plane_->CountBound("all", "default"), all));
  }
  if (const std::string books = tutti_->Fetch("/debug/invariants");
      !books.ends_with("\r\n\r\nok\n"))
    result_.bad.push_back("the books do not add up: " + books);
  (void)plane_->DeleteAllPods("default");
}

absl::StatusOr<CrashLoopResult> CrashLoop::Run() {
  TUTTI_RETURN_IF_ERROR(Start());
  while (result_.kills < options_.kills) {
    TUTTI_RETURN_IF_ERROR(SubmitGangs());
    // The moment of the kill is what is random here.
    std::this_thread::sleep_for(std::chrono::milliseconds(Pick(kMostDelayMillis)));
    tutti_->process().Kill();
    ++result_.kills;
    DeleteOldest(3);
    TUTTI_RETURN_IF_ERROR(Restart(false));
    if (result_.kills % options_.kills_per_check == 0) Check();
  }
  Check();
  CheckLeaks();
  return result_;
}

}  // namespace tutti::testing
