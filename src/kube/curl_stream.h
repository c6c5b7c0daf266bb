// CurlStream: one watch on a thread and a connection of its own.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "kube/client.h"
#include "kube/endpoint.h"

namespace tutti::kube {

class CurlStream final : public Client::Stream {
 public:
  CurlStream(std::shared_ptr<Endpoint> endpoint, const base::Clock& clock, std::string path,
             base::Duration idle_timeout, Client::OnLine on_line, Client::OnEnd on_end);
  ~CurlStream() override;

 private:
  struct Callbacks;

  void Run();
  absl::Status Transfer();
  // The curl code turned into what on_end is told.
  absl::Status Outcome(int curl_code, int http_status, const char* detail, uint64_t token_version);
  // False ends the stream.
  bool Consume(const char* data, size_t bytes);

  const std::shared_ptr<Endpoint> endpoint_;
  const base::Clock& clock_;
  const std::string path_;
  const base::Duration idle_timeout_;
  const Client::OnLine on_line_;
  const Client::OnEnd on_end_;
  void* const multi_;  // CURLM
  std::atomic<bool> stopping_{false};

  // The stream's thread only.
  void* easy_ = nullptr;  // CURL
  std::string buffer_;    // bytes not yet delivered: less than one line, or an error body
  base::Timestamp heard_;
  bool reader_ended_ = false;
  bool line_too_long_ = false;

  std::thread thread_;
};

}  // namespace tutti::kube
