// WriteBacklog: whether the API server keeps up with what is decided.
#pragma once

#include <functional>

namespace tutti::framework {

class WriteBacklog {
 public:
  virtual ~WriteBacklog() = default;
  // More writes wait for their turn than will be sent within a moment. Any thread; cheap.
  virtual bool Long() const = 0;
  // `call`: each time it has become short again, on the thread of a write that has ended; must not
  // block. Null: nobody. Waits until the call before is over.
  virtual void OnShort(std::function<void()> call) = 0;
};

}  // namespace tutti::framework
