// ControlClient: the control API (proto/tutti/v1/control.proto), whichever way it is reached.
//
// Commands do not call it themselves: Ask and AskStream in control_methods.h are typed. Errors are
// those of the proto; Unavailable says besides what was tried and what to look at.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace tutti::cli {

class ControlClient {
 public:
  using Message = google::protobuf::Message;

  virtual ~ControlClient() = default;

  // `method` as in the proto: "Explain".
  virtual absl::Status Unary(std::string_view method, const Message& request,
                             Message& response) = 0;
  // Overwrites `piece` with one response after the other; `on_piece` ends the stream by false,
  // which is no error.
  virtual absl::Status Stream(std::string_view method, const Message& request, Message& piece,
                              const std::function<bool()>& on_piece) = 0;
};

}  // namespace tutti::cli
