#include "kube/lease_state.h"

#include <ctime>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "kube/escape.h"
#include "nlohmann/json.hpp"

namespace tutti::kube {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int Number(const Json& object, const char* key, int otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int>() : otherwise;
}

}  // namespace

absl::StatusOr<LeaseRecord> ParseLease(std::string_view object_json) {
  const Json lease = Json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  if (!lease.is_object() || !lease.contains("metadata") || !lease["metadata"].is_object()) {
    return absl::DataLossError(
        absl::StrFormat("not a Lease object: %s", object_json.substr(0, 200)));
  }
  LeaseRecord record;
  record.resource_version = Text(lease["metadata"], "resourceVersion");
  const auto spec = lease.find("spec");
  if (spec == lease.end() || !spec->is_object()) return record;
  record.holder = Text(*spec, "holderIdentity");
  record.duration_seconds = Number(*spec, "leaseDurationSeconds", record.duration_seconds);
  record.acquire_time = Text(*spec, "acquireTime");
  record.renew_time = Text(*spec, "renewTime");
  record.transitions = Number(*spec, "leaseTransitions", 0);
  return record;
}

std::string LeaseJson(const std::string& ns, const std::string& name, const LeaseRecord& record) {
  Json metadata = {{"name", name}, {"namespace", ns}};
  if (!record.resource_version.empty()) metadata["resourceVersion"] = record.resource_version;
  Json spec = {{"holderIdentity", record.holder},
               {"leaseDurationSeconds", record.duration_seconds},
               {"leaseTransitions", record.transitions}};
  if (!record.acquire_time.empty()) spec["acquireTime"] = record.acquire_time;
  if (!record.renew_time.empty()) spec["renewTime"] = record.renew_time;
  return Json{{"apiVersion", "coordination.k8s.io/v1"},
              {"kind", "Lease"},
              {"metadata", metadata},
              {"spec", spec}}
      .dump();
}

std::string MicroTime(int64_t wall_nanos) {
  const std::time_t seconds = static_cast<std::time_t>(wall_nanos / 1'000'000'000);
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                         utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                         wall_nanos / 1000 % 1'000'000);
}

LeaseElection::Action LeaseElection::Next(base::Timestamp now, int64_t wall_nanos) {
  if (now < next_try_) return {Step::kWait, next_try_, {}};
  if (must_read_) return {Step::kRead, now, {}};
  LeaseRecord wanted;
  wanted.holder = options_.identity;
  wanted.duration_seconds = static_cast<int>(options_.lease_duration / std::chrono::seconds(1));
  wanted.renew_time = MicroTime(wall_nanos);
  wanted.acquire_time = wanted.renew_time;
  if (!observed_.has_value()) return {Step::kCreate, now, wanted};
  wanted.resource_version = observed_->resource_version;
  wanted.transitions = observed_->transitions;
  if (observed_->holder == options_.identity) {
    wanted.acquire_time = observed_->acquire_time;
    return {Step::kReplace, now, wanted};
  }
  if (observed_->holder.empty() || now >= changed_at_ + options_.lease_duration) {
    ++wanted.transitions;
    return {Step::kReplace, now, wanted};
  }
  return {Step::kRead, now, {}};
}

void LeaseElection::Observe(base::Timestamp now, const LeaseRecord& record) {
  if (record != observed_) changed_at_ = now;
  observed_ = record;
  must_read_ = false;
  // Somebody else holds it: whatever we believed is over at once.
  if (record.holder != options_.identity) renewed_at_.reset();
}

void LeaseElection::OnRead(base::Timestamp now,
                           const absl::StatusOr<std::optional<LeaseRecord>>& found) {
  next_try_ = now + options_.retry_period;
  if (!found.ok()) return;
  if (!found->has_value()) {
    observed_.reset();
    renewed_at_.reset();
    must_read_ = false;
    next_try_ = now;
    return;
  }
  Observe(now, **found);
  const bool expired = now >= changed_at_ + options_.lease_duration;
  if (expired || observed_->holder.empty() || observed_->holder == options_.identity) {
    next_try_ = now;
  }
}

void LeaseElection::OnWritten(base::Timestamp started, base::Timestamp now,
                              const absl::StatusOr<LeaseRecord>& written) {
  next_try_ = now + options_.retry_period;
  if (written.ok()) {
    Observe(now, *written);
    renewed_at_ = started;
    return;
  }
  // Another was faster, or the fate of our write is unknown: look before the next one. `observed_`
  // and its age stay, so that an unreachable server does not make an old record look fresh.
  must_read_ = true;
}

std::optional<LeaseRecord> LeaseElection::Release(base::Timestamp now, int64_t wall_nanos) {
  if (!IsLeader(now)) return std::nullopt;
  LeaseRecord record = *observed_;
  record.holder.clear();
  record.duration_seconds = 1;
  record.renew_time = MicroTime(wall_nanos);
  renewed_at_.reset();
  return record;
}

bool LeaseElection::IsLeader(base::Timestamp now) const {
  return renewed_at_.has_value() && now < *renewed_at_ + options_.renew_deadline;
}

void LeaseWatch::Observe(base::Timestamp now, const std::optional<LeaseRecord>& record) {
  if (record != record_) changed_at_ = now;
  record_ = record;
}

bool LeaseWatch::Leads(base::Timestamp now) const {
  if (!record_.has_value() || !absl::StartsWith(record_->holder, prefix_)) return false;
  return now < changed_at_ + std::chrono::seconds(record_->duration_seconds);
}

}  // namespace tutti::kube
