#include "http/session.h"

#include <algorithm>
#include <utility>

namespace tutti::http {
namespace {

using boost::system::error_code;

constexpr base::Duration kRarestSweep = std::chrono::milliseconds(250);
constexpr base::Duration kOftenestSweep = std::chrono::milliseconds(5);

}  // namespace

bool ServerState::BeginHandling() {
  if (in_flight.fetch_add(1) < limits.in_flight) return true;
  --in_flight;
  return false;
}

void ServerState::EndExchange() {
  if (--exchanges == 0 && draining) absl::MutexLock wake(&mutex);
}

void ServerState::AwaitQuiet(base::Duration timeout) {
  const auto quiet = [this] { return exchanges == 0; };
  absl::MutexLock lock(&mutex);
  mutex.AwaitWithTimeout(absl::Condition(&quiet), absl::FromChrono(timeout));
}

void Lane::Add(std::shared_ptr<Session> session) {
  sessions.insert(std::move(session));
  if (!std::exchange(sweeping_, true)) SweepLater();
}

void Lane::SweepLater() {
  const Limits& limits = server->limits;
  const base::Duration shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout});
  sweep_.expires_after(std::clamp(shortest / 4, kOftenestSweep, kRarestSweep));
  sweep_.async_wait([this](error_code error) {
    if (error) return;
    const auto now = std::chrono::steady_clock::now();
    for (const std::shared_ptr<Session>& session : sessions) session->CheckDeadline(now);
    sweeping_ = !sessions.empty();
    if (sweeping_) SweepLater();
  });
}

}  // namespace tutti::http
