#include "extender/bind_handler.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "extender/answer.h"
#include "extender/binding_args.h"
#include "objects/json_cursor.h"

namespace tutti::extender {
namespace {

// Parked replies looked at with each new bind: the cost of finding those whose client has gone is
// spread over the requests that follow.
constexpr int kLookedAtPerBind = 2;
constexpr std::string_view kVerb = "bind";

}  // namespace

// The replies that wait for the core.
class BindHandler::Parking {
 public:
  struct Waiting {
    http::Reply reply;
    base::Timestamp since;
    std::string peer;
    uint64_t ticket = 0;  // 0: the core has not given one yet, or was told to give it up
  };

  uint64_t Add(Waiting waiting) {
    absl::MutexLock lock(&mutex_);
    waiting_.emplace(++last_, std::move(waiting));
    return last_;
  }
  void SetTicket(uint64_t id, uint64_t ticket) {
    absl::MutexLock lock(&mutex_);
    if (const auto it = waiting_.find(id); it != waiting_.end()) it->second.ticket = ticket;
  }
  std::optional<Waiting> Take(uint64_t id) {
    absl::MutexLock lock(&mutex_);
    const auto it = waiting_.find(id);
    if (it == waiting_.end()) return std::nullopt;
    std::optional<Waiting> taken = std::move(it->second);
    waiting_.erase(it);
    return taken;
  }
  // Tickets, among the next few in turn, whose clients have gone. Each is given out once.
  std::vector<uint64_t> FindAbandoned() {
    std::vector<uint64_t> tickets;
    absl::MutexLock lock(&mutex_);
    for (int i = 0; i < kLookedAtPerBind && !waiting_.empty(); ++i) {
      auto it = waiting_.upper_bound(looked_at_);
      if (it == waiting_.end()) it = waiting_.begin();
      looked_at_ = it->first;
      if (it->second.ticket != 0 && it->second.reply.abandoned())
        tickets.push_back(std::exchange(it->second.ticket, 0));
    }
    return tickets;
  }
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return waiting_.size();
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<uint64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t looked_at_ ABSL_GUARDED_BY(mutex_) = 0;
};

BindHandler::BindHandler(framework::CorePort& core, const base::Clock& clock,
                         ExtenderObserver& observer)
    : core_(core), clock_(clock), observer_(observer), parking_(std::make_shared<Parking>()) {}
BindHandler::~BindHandler() = default;

size_t BindHandler::parked() const { return parking_->size(); }

void BindHandler::Handle(const http::Request& request, http::Reply reply) {
  const base::Timestamp begin = clock_.Now();
  observer_.Began();
  const auto refuse = [&](Answer answer) {
    observer_.Refused(kVerb, request.peer, answer.error);
    observer_.Answered(kVerb, answer.status, clock_.Now() - begin, answer.reason);
    reply.Send(answer.status, std::move(answer.body));
  };
  if (!core_.Snapshot()->ready) return refuse(NotReady());
  objects::JsonIndex index;
  absl::StatusOr<framework::CorePort::BindRequest> bind = DecodeBindingArgs(request.body, index);
  if (!bind.ok()) return refuse(Malformed("ExtenderBindingArgs", bind.status()));
  for (const uint64_t ticket : parking_->FindAbandoned()) core_.AbandonBind(ticket);

  const uint64_t id = parking_->Add({std::move(reply), begin, std::string(request.peer)});
  const uint64_t ticket = core_.Bind(
      *std::move(bind),
      [parking = parking_, id, &clock = clock_, &observer = observer_](const std::string& error) {
        std::optional<Parking::Waiting> waiting = parking->Take(id);
        if (!waiting) return;
        if (!error.empty()) observer.Refused(kVerb, waiting->peer, error);
        observer.Answered(kVerb, 200, clock.Now() - waiting->since, model::ReasonCode::kNone);
        waiting->reply.Send(200, ErrorBody(error));
      });
  parking_->SetTicket(id, ticket);
}

}  // namespace tutti::extender
