// Http2Streams: the requests and answers of one HTTP/2 connection, as bytes that come and bytes
// that go. Frames, header compression and flow control are libnghttp2's. Internal to src/http.
//
// Used on the lane's thread, or after it has ended. Never calls back into Receive or TakeOutput.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/session.h"

namespace tutti::http {

class Http2Streams {
 public:
  // `answered`: an answer was given outside Receive; there is something to be sent.
  Http2Streams(Lane& lane, std::string peer, std::function<void()> answered);
  ~Http2Streams();  // what is not answered is abandoned

  // Complete requests go to their handlers; what breaks a limit is answered or reset.
  void Receive(std::string_view bytes);
  // False while the peer has made us say more than it takes, and once it broke the protocol.
  bool TakesMore() const;
  // Appends what there is to send, until `out` holds about `at_most` bytes.
  void TakeOutput(std::string& out, size_t at_most);

  void GoAway();  // no further requests; those that have begun are answered
  // Gives up requests that do not arrive and answers that nobody takes.
  void CheckDeadlines(std::chrono::steady_clock::time_point now);

  size_t open() const;  // requests that have begun and whose answers have not been taken in full
  bool ended() const;   // nothing will be received or sent any more

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::http
