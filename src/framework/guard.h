// Guard: calls into plugins. Nothing that a plugin throws goes further than this.
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

// What `call` answers; an error is reported and names the plugin.
template <class Call>
Status Guarded(const Profile& profile, uint16_t plugin, const char* point,
               const OnPluginFailure* on_failure, Call&& call) {
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
