// Guard: calls into plugins. Nothing that a plugin throws goes further than this, and here their
// time is taken.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "framework/profile.h"

namespace tutti::framework {

// A failure of a plugin: for logs and metrics. `point`: "Filter".
struct PluginFailure {
  std::string plugin;
  const char* point;
  std::string message;
};
using OnPluginFailure = std::function<void(const PluginFailure&)>;

// Status::Error of an answer that the point does not have. `expected`: "Success or Error".
inline Status WrongCode(const char* point, const Status& status, const char* expected) {
  return Status::Error(std::string(point) + " answered " + std::string(CodeName(status.code())) +
                       ": expected " + expected);
}

// Points that are called for each block or node are measured once in so many calls of a thread, as
// kube-scheduler does for the same reason.
enum class Measure : uint8_t { kAlways, kSampled };
inline constexpr uint32_t kCallsPerSample = 16;

// Tells how long a call took. Reads no clock where nobody wants to know: then, and in a sampled
// point most of the time, it costs a few instructions.
class CallTimer {
 public:
  CallTimer(const Profile& profile, uint16_t plugin, const char* point, Measure measure)
      : to_(profile.measures()), plugin_(plugin), point_(point) {
    thread_local uint32_t calls = 0;
    if (to_ == nullptr) return;
    if (measure == Measure::kSampled && ++calls % kCallsPerSample != 0) {
      to_ = nullptr;
    } else {
      begin_ = to_->clock.Now();
    }
  }
  ~CallTimer() {
    if (to_ != nullptr) to_->ran(plugin_, point_, to_->clock.Now() - begin_);
  }
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

 private:
  const HostServices* to_;
  const uint16_t plugin_;
  const char* const point_;
  base::Timestamp begin_;
};

// What `call` answers; an error is reported and names the plugin.
template <class Call>
Status Guarded(const Profile& profile, uint16_t plugin, const char* point,
               const OnPluginFailure* on_failure, Call&& call, Measure measure = Measure::kAlways) {
  const CallTimer timer(profile, plugin, point, measure);
  Status status;
  try {
    status = call();
  } catch (const std::exception& error) {
    status = Status::Error(std::string(point) + " threw: " + error.what());
  } catch (...) {
    status = Status::Error(std::string(point) + " threw something that is no exception");
  }
  if (status.code() != Code::kError) return status;
  const std::string& name = profile.plugins()[plugin].name;
  if (on_failure != nullptr && *on_failure) (*on_failure)({name, point, status.message()});
  return Status::Error("plugin " + name + ": " + status.message());
}

}  // namespace tutti::framework
