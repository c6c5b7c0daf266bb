#include "http/exchange.h"

#include <boost/asio/dispatch.hpp>
#include <utility>

#include "http/session.h"

namespace tutti::http {

ExchangeSink::ExchangeSink(std::shared_ptr<Lane> lane, std::weak_ptr<Exchange> exchange)
    : lane_(std::move(lane)), exchange_(std::move(exchange)) {}

void ExchangeSink::Answer(int status, std::string body, std::string content_type) {
  boost::asio::dispatch(lane_->context, [exchange = exchange_, status, body = std::move(body),
                                         type = std::move(content_type)]() mutable {
    if (const auto alive = exchange.lock()) alive->Respond(status, std::move(body), type);
  });
}

}  // namespace tutti::http
