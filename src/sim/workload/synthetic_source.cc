#include "sim/workload/synthetic_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::sim {
namespace {

constexpr int64_t kMaxJobs = 100'000'000;
constexpr int64_t kMaxMs = int64_t{100} * 365 * 24 * 3600 * 1000;
constexpr int64_t kMaxAmount = int64_t{1} << 50;
constexpr size_t kMaxChoices = 1000;

using Choices = std::vector<SyntheticOptions::Choice>;

absl::Status Check(std::string_view name, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("synthetic workload: %s is %d: expected %d to %d", name, value, min, max));
}

absl::Status Check(std::string_view name, const Choices& choices, int64_t min, int64_t max) {
  if (choices.empty() || choices.size() > kMaxChoices) {
    return absl::InvalidArgumentError(
        absl::StrFormat("synthetic workload: %s has %d choices: expected 1 to %d", name,
                        choices.size(), kMaxChoices));
  }
  for (const SyntheticOptions::Choice& choice : choices) {
    TUTTI_RETURN_IF_ERROR(Check(name, choice.value, min, max));
    TUTTI_RETURN_IF_ERROR(
        Check(absl::StrFormat("a weight of %s", name), choice.weight, 1, 1'000'000));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SyntheticSource> SyntheticSource::Make(const SyntheticOptions& options) {
  TUTTI_RETURN_IF_ERROR(Check("jobs", options.jobs, 0, kMaxJobs));
  TUTTI_RETURN_IF_ERROR(Check("mean gap (ms)", options.mean_gap_ms, 0, kMaxMs / kMaxJobs * 1000));
  TUTTI_RETURN_IF_ERROR(Check("members", options.members, 1, 1'000'000));
  TUTTI_RETURN_IF_ERROR(Check("GPUs per member", options.gpus_per_member, 0, 1024));
  TUTTI_RETURN_IF_ERROR(Check("median run (ms)", options.median_run_ms, 1, kMaxMs));
  TUTTI_RETURN_IF_ERROR(Check("sigma (thousandths)", options.sigma_milli, 0, 5000));
  TUTTI_RETURN_IF_ERROR(Check("least run (ms)", options.min_run_ms, 1, kMaxMs));
  TUTTI_RETURN_IF_ERROR(Check("longest run (ms)", options.max_run_ms, options.min_run_ms, kMaxMs));
  TUTTI_RETURN_IF_ERROR(Check("greatest overestimate", options.max_overestimate, 1, 1000));
  TUTTI_RETURN_IF_ERROR(Check("milli-CPU per GPU", options.milli_cpu_per_gpu, 0, kMaxAmount));
  TUTTI_RETURN_IF_ERROR(Check("memory per GPU", options.memory_per_gpu, 0, kMaxAmount));
  TUTTI_RETURN_IF_ERROR(Check("users", options.users, 1, 1'000'000));
  TUTTI_RETURN_IF_ERROR(Check("queues", options.queues, 1, 1'000'000));
  return SyntheticSource(options);
}

int64_t SyntheticSource::Pick(const Choices& choices) {
  uint64_t total = 0;
  for (const SyntheticOptions::Choice& choice : choices) {
    total += static_cast<uint64_t>(choice.weight);
  }
  uint64_t at = random_.Below(total);
  for (const SyntheticOptions::Choice& choice : choices) {
    const auto weight = static_cast<uint64_t>(choice.weight);
    if (at < weight) return choice.value;
    at -= weight;
  }
  return choices.back().value;
}

absl::StatusOr<std::optional<Job>> SyntheticSource::Next() {
  if (made_ == options_.jobs) return std::optional<Job>();
  // Every draw in this order, whatever it is used for: what a job is must not move its successors.
  now_ms_ += random_.Exponential(options_.mean_gap_ms);
  const int64_t members = Pick(options_.members);
  const int64_t gpus = Pick(options_.gpus_per_member);
  const int64_t run = random_.LogNormal(options_.median_run_ms, options_.sigma_milli);
  const auto percent = static_cast<int64_t>(
      random_.Below(static_cast<uint64_t>(options_.max_overestimate - 1) * 100 + 1));
  const uint64_t user = random_.Below(static_cast<uint64_t>(options_.users));
  const uint64_t queue = random_.Below(static_cast<uint64_t>(options_.queues));

  Job job;
  job.name = absl::StrCat("gang-", made_++);
  job.user = absl::StrCat("user-", user);
  job.queue = absl::StrCat("queue-", queue);
  job.submit_ms = now_ms_;
  job.run_ms = std::clamp(run, options_.min_run_ms, options_.max_run_ms);
  job.estimate_ms = job.run_ms + job.run_ms / 100 * percent;
  Role role;
  role.count = members;
  role.gpus = gpus;
  role.gpu_milli = gpus > 0 ? 1000 : 0;
  const int64_t units = std::max<int64_t>(gpus, 1);
  role.requests = {{"cpu", options_.milli_cpu_per_gpu * units},
                   {"memory", options_.memory_per_gpu * units}};
  job.roles.push_back(std::move(role));
  return job;
}

}  // namespace tutti::sim
