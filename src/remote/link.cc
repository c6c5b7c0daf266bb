#include "remote/link.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/status_macros.h"
#include "remote/channel.h"
#include "tutti/cycle_state.h"

namespace tutti::remote {
namespace {

// More threads than that do not ask at once; each stream may hold a thread of the plugin's.
constexpr int kMostStreams = 16;
// A stream that has been shown more texts than this is replaced, so that neither side's table grows
// for ever.
constexpr size_t kMostTexts = 1 << 20;

uint64_t Hash(std::string_view text) {
  uint64_t hash = text.size();
  for (const char c : text) hash = Mix(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

Link::Link(RemoteTarget target, wire::Handshake handshake, const base::Clock& clock)
    : target_(std::move(target)),
      handshake_(std::move(handshake)),
      breaker_(clock, target_.breaker, Hash(target_.name)) {}

absl::StatusOr<Manifest> Link::ShakeHands(Stream& stream, Deadline deadline) const {
  wire::ServeRequest request;
  *request.mutable_handshake() = handshake_;
  TUTTI_RETURN_IF_ERROR(stream.Exchange(request, deadline));
  const wire::ServeResponse& response = stream.response();
  if (response.status().code() != wire::CODE_SUCCESS) {
    return absl::FailedPreconditionError(
        absl::StrFormat("the handshake failed: %s", response.status().message().substr(0, 1024)));
  }
  if (!response.has_handshake()) {
    return absl::InvalidArgumentError(
        "its answer to the handshake is refused: no member handshake, expected one");
  }
  absl::StatusOr<Manifest> manifest = ReadManifest(response.handshake());
  if (manifest.ok()) return manifest;
  return absl::InvalidArgumentError(
      absl::StrFormat("its answer to the handshake is refused: %s", manifest.status().message()));
}

absl::StatusOr<Manifest> Link::Meet() {
  const Deadline deadline = Deadline::In(target_.start_wait);
  TUTTI_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel, NewChannel(target_));
  auto stream = std::make_unique<Stream>(std::move(channel), /*wait_until_ready=*/true);
  TUTTI_ASSIGN_OR_RETURN(manifest_, ShakeHands(*stream, deadline));
  first_ = std::move(stream);
  return manifest_;
}

void Link::Use(const Numbering& numbers) {
  numbers_ = &numbers;
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::make_unique<Session>(std::move(first_), numbers));
  open_ = 1;
}

absl::Status Link::Ask(const char* point, std::unique_ptr<Session>& session,
                       absl::FunctionRef<void(Session&)> fill,
                       absl::FunctionRef<absl::Status(const wire::ServeResponse&)> read) {
  const absl::StatusOr<CircuitBreaker::Ticket> ticket = breaker_.Admit();
  if (!ticket.ok()) {
    if (session != nullptr) Drop(std::move(session));
    return ticket.status();
  }
  absl::Status asked = TryAsk(point, session, ticket->probe, fill, read);
  if (asked.ok()) {
    breaker_.Succeeded(*ticket, point);
    return asked;
  }
  breaker_.Failed(*ticket, point, std::string(asked.message()));
  if (session != nullptr) Drop(std::move(session));
  CloseIdle();  // what is idle leads to the same process, which may be gone
  return asked;
}

void Link::CloseIdle() {
  std::vector<std::unique_ptr<Session>> gone;
  absl::MutexLock lock(&mutex_);
  gone.swap(idle_);
  open_ -= static_cast<int>(gone.size());
}

absl::Status Link::TryAsk(const char* point, std::unique_ptr<Session>& session, bool afresh,
                          absl::FunctionRef<void(Session&)> fill,
                          absl::FunctionRef<absl::Status(const wire::ServeResponse&)> read) {
  const Deadline deadline = Deadline::In(target_.timeout);
  absl::Status asked;
  if (session == nullptr) {
    absl::StatusOr<std::unique_ptr<Session>> borrowed = Borrow(deadline, afresh);
    if (borrowed.ok()) {
      session = *std::move(borrowed);
    } else {
      asked = borrowed.status();
    }
  }
  if (asked.ok()) {
    session->request.Clear();
    fill(*session);
    asked = session->stream->Exchange(session->request, deadline);
  }
  if (absl::IsDeadlineExceeded(asked)) {
    return absl::DeadlineExceededError(absl::StrFormat(
        "%s: no answer to %s within %s: it hangs or is overloaded; see its log, or raise timeout",
        target_.address, point, base::FormatDuration(target_.timeout)));
  }
  if (!asked.ok()) {
    return absl::Status(asked.code(), absl::StrFormat("%s: %s could not be asked: %s",
                                                      target_.address, point, asked.message()));
  }
  const absl::Status understood = read(session->stream->response());
  if (understood.ok()) return understood;
  return absl::InvalidArgumentError(absl::StrFormat("%s: its answer to %s is refused: %s",
                                                    target_.address, point, understood.message()));
}

absl::StatusOr<std::unique_ptr<Session>> Link::Borrow(Deadline deadline, bool afresh) {
  {
    absl::MutexLock lock(&mutex_);
    if (!idle_.empty() && !afresh) {
      std::unique_ptr<Session> session = std::move(idle_.back());
      idle_.pop_back();
      session->cycle_begins = true;
      return session;
    }
    if (open_ >= kMostStreams) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("all of its %d streams are busy: it is too slow", kMostStreams));
    }
    ++open_;
  }
  absl::StatusOr<std::unique_ptr<Session>> session = Open(deadline, afresh);
  if (session.ok()) return session;
  absl::MutexLock lock(&mutex_);
  --open_;
  return session;
}

absl::StatusOr<std::unique_ptr<Session>> Link::Open(Deadline deadline, bool afresh) {
  std::shared_ptr<grpc::Channel> channel;
  {
    absl::MutexLock lock(&mutex_);
    if (afresh || channel_ == nullptr) {
      TUTTI_ASSIGN_OR_RETURN(channel_, NewChannel(target_));
    }
    channel = channel_;
  }
  auto stream = std::make_unique<Stream>(std::move(channel), /*wait_until_ready=*/false);
  TUTTI_ASSIGN_OR_RETURN(const Manifest now, ShakeHands(*stream, deadline));
  if (const std::string changed = WhatChanged(manifest_, now); !changed.empty()) {
    return absl::FailedPreconditionError(
        absl::StrFormat("it is not the plugin of the start any more: %s changed; restart "
                        "tutti-server to take the new one",
                        changed));
  }
  return std::make_unique<Session>(std::move(stream), *numbers_);
}

void Link::GiveBack(std::unique_ptr<Session> session) {
  if (session->mirror.texts() > kMostTexts) return Drop(std::move(session));
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(session));
}

void Link::Drop(std::unique_ptr<Session> session) {
  session.reset();
  absl::MutexLock lock(&mutex_);
  --open_;
}

}  // namespace tutti::remote
