// Status: a plugin's verdict. Codes are kube-scheduler's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "tutti/ids.h"

namespace tutti {

// The numbers cross the C ABI: they are never changed, only added to.
enum class Code : uint8_t {
  kSuccess = 0,
  kError = 1,                         // the plugin failed; says nothing about the pod
  kUnschedulable = 2,                 // not now; pods that end or are preempted may help
  kUnschedulableAndUnresolvable = 3,  // not now, and preemption would not help
  kWait = 4,                          // Permit only
  kSkip = 5,                          // nothing to do here
  kPending = 6,                       // PreEnqueue, PostFilter, Reserve: held until an event
};

// Cheap while it is a success: no allocation. A refusal carries a reason that the plugin has
// declared (PluginHost::Reason) and its numbers, in the resource's base unit where there is one;
// the host renders the text.
class [[nodiscard]] Status {
 public:
  Status() = default;
  static Status Success() { return {}; }
  static Status Skip() { return Status(Code::kSkip); }
  static Status Wait(ReasonId reason = {}, int64_t need = 0, int64_t have = 0) {
    return Status(Code::kWait, reason, need, have);
  }
  static Status Pending(ReasonId reason, int64_t need = 0, int64_t have = 0) {
    return Status(Code::kPending, reason, need, have);
  }
  static Status Unschedulable(ReasonId reason, int64_t need = 0, int64_t have = 0) {
    return Status(Code::kUnschedulable, reason, need, have);
  }
  static Status UnschedulableAndUnresolvable(ReasonId reason, int64_t need = 0, int64_t have = 0) {
    return Status(Code::kUnschedulableAndUnresolvable, reason, need, have);
  }
  // `message`: what happened, to which object, what was expected, what to do.
  static Status Error(std::string message) {
    Status status(Code::kError);
    status.message_ = std::move(message);
    return status;
  }

  // A refusal may say of what its numbers are: "of nvidia.com/gpu in queue research". The same text
  // for as long as the reason is the same; shown behind the reason.
  Status With(std::string detail) && {
    message_ = std::move(detail);
    return std::move(*this);
  }

  Code code() const { return code_; }
  bool ok() const { return code_ == Code::kSuccess; }
  ReasonId reason() const { return reason_; }
  int64_t need() const { return need_; }
  int64_t have() const { return have_; }
  const std::string& message() const { return message_; }
  bool operator==(const Status&) const = default;

 private:
  explicit Status(Code code, ReasonId reason = {}, int64_t need = 0, int64_t have = 0)
      : code_(code), reason_(reason), need_(need), have_(have) {}

  Code code_ = Code::kSuccess;
  ReasonId reason_;
  int64_t need_ = 0;
  int64_t have_ = 0;
  std::string message_;
};

// kube-scheduler's name of a code: "Unschedulable".
constexpr std::string_view CodeName(Code code) {
  constexpr std::string_view kNames[] = {
      "Success", "Error", "Unschedulable", "UnschedulableAndUnresolvable",
      "Wait",    "Skip",  "Pending"};
  return static_cast<std::size_t>(code) < std::size(kNames) ? kNames[static_cast<std::size_t>(code)]
                                                            : "unknown";
}

}  // namespace tutti
