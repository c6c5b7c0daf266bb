// ControlClient: the control API (proto/tutti/v1/control.proto) as commands call it, whichever way
// it is reached.
#pragma once

namespace tutti::cli {

class ControlClient {
 public:
  virtual ~ControlClient() = default;
};

}  // namespace tutti::cli
