// Exchange: a request that a handler has got, and where the answer goes. Internal to src/http.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "http/reply_sink.h"

namespace tutti::http {

struct Lane;

class Exchange {
 public:
  virtual ~Exchange() = default;
  // On the lane's thread. Without effect once the request has been answered or given up.
  virtual void Respond(int status, std::string body, std::string_view content_type) = 0;
};

// Connects a Reply, on any thread, with its exchange on the lane's. It owns the lane but not the
// exchange, so that whoever still holds a Reply when the server is gone holds nothing in use.
class ExchangeSink final : public Reply::Sink {
 public:
  ExchangeSink(std::shared_ptr<Lane> lane, std::weak_ptr<Exchange> exchange);

  void Answer(int status, std::string body, std::string content_type) override;
  bool abandoned() const override { return abandoned_ || exchange_.expired(); }
  void Abandon() { abandoned_ = true; }  // before the exchange ends

 private:
  const std::shared_ptr<Lane> lane_;
  const std::weak_ptr<Exchange> exchange_;
  std::atomic<bool> abandoned_{false};
};

}  // namespace tutti::http
