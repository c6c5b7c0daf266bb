// Http2Client: a small blocking HTTP/2 client for tests, with many requests on one connection.
// Nothing waits for ever: reads give up after half a minute.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/http_client.h"

namespace tutti::testing {

// Used by one thread.
class Http2Client {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  Http2Client(uint16_t port, TlsClientOptions tls);  // asks for h2
  ~Http2Client();

  bool ok() const;  // the server chose h2
  std::string error() const;

  // Sends a request and gives its stream; a body is JSON and goes as far as the windows allow.
  int32_t Start(std::string_view method, std::string_view path, std::string_view body = "",
                const Fields& extra = {});
  // A POST whose body does not end: the header, then pieces.
  int32_t StartOpen(std::string_view path, const Fields& extra = {});
  void SendPiece(int32_t stream, std::string_view bytes, bool last = false);
  // Waits until the stream has ended; nothing if it ended without an answer.
  std::optional<HttpAnswer> Wait(int32_t stream);
  std::optional<HttpAnswer> Call(std::string_view method, std::string_view path,
                                 std::string_view body = "");
  void Reset(int32_t stream);
  bool SendRaw(std::string_view bytes);  // between frames; false: the connection has ended
  // Reads until the peer ends the connection; answers to what was asked are kept.
  void ReadToEnd();
  // Waits until the server has answered a PING: it has seen everything before it.
  bool Ping();
  void Close();

  std::optional<uint32_t> reset_code(int32_t stream) const;  // of RST_STREAM from the server
  std::optional<uint32_t> goaway_code() const;
  uint32_t max_streams() const;  // that the server allows
  // From now on the server may send nothing of a body.
  void HoldWindow();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::testing
