#include "rpc/watch_stream.h"

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "rpc/control_messages.h"
#include "tutti/v1/control.pb.h"

namespace tutti::rpc {
namespace {

using control::DecisionFeed;
using Subscription = DecisionFeed::Subscription;

class WatchStream final : public grpc::ServerWriteReactor<control::v1::Decision> {
 public:
  WatchStream(DecisionFeed& decisions, const model::ResourceTable& resources, StreamEnded ended)
      : decisions_(decisions),
        resources_(resources),
        ended_(std::move(ended)),
        link_(std::make_shared<Link>(this)) {}

  void Run(control::DecisionFilter filter, control::WorkPool& pool) {
    subscription_ = decisions_.Subscribe(std::move(filter), [link = link_, &pool] {
      // One piece of work at a time says all there is to say.
      if (link->scheduled.exchange(true)) return;
      pool.Run([link] {
        link->scheduled = false;
        Go(*link);
      });
    });
    if (subscription_ == nullptr) {
      {
        absl::MutexLock lock(&link_->mutex);
        link_->ended = true;
      }
      return End(
          grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                       absl::StrFormat("%d watch already, or this replica stops: ask again later",
                                       DecisionFeed::kMostWatchers)));
    }
    StartSendInitialMetadata();  // from here on nothing is missed, and the watcher can know it
    {
      absl::MutexLock lock(&link_->mutex);
      link_->writing = false;
    }
    Go(*link_);
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&link_->mutex);
      link_->writing = false;
      link_->cancelled |= !ok;
    }
    Go(*link_);
  }
  void OnCancel() override {
    {
      absl::MutexLock lock(&link_->mutex);
      link_->cancelled = true;
    }
    Go(*link_);
  }
  void OnDone() override {
    if (subscription_ != nullptr) decisions_.Unsubscribe(subscription_);
    {
      absl::MutexLock lock(&link_->mutex);
      link_->stream = nullptr;
    }
    ended_(code_);
    delete this;
  }

 private:
  // What outlives the stream in the hands of others.
  struct Link {
    explicit Link(WatchStream* of) : stream(of) {}
    std::atomic<bool> scheduled{false};
    absl::Mutex mutex;
    WatchStream* stream ABSL_GUARDED_BY(mutex);
    bool writing ABSL_GUARDED_BY(mutex) = true;  // or not begun
    bool cancelled ABSL_GUARDED_BY(mutex) = false;
    bool ended ABSL_GUARDED_BY(mutex) = false;
  };

  // Writes the next decision or ends the stream. gRPC is called without the lock: whoever has set
  // `writing` or `ended` is the only one to do so, and until then the stream lives.
  static void Go(Link& link) {
    WatchStream* stream = nullptr;
    bool write = false;
    {
      absl::MutexLock lock(&link.mutex);
      stream = link.stream;
      if (stream == nullptr || link.writing || link.ended) return;
      write = !link.cancelled && stream->TakeNext();
      link.writing = write;
      link.ended = !write && (link.cancelled || stream->over());
      if (!write && !link.ended) return;
    }
    if (write) {
      stream->StartWrite(&stream->message_);
    } else {
      stream->End(stream->WhyOver());
    }
  }

  bool TakeNext() {
    const std::shared_ptr<const control::Decision> decision = subscription_->Take();
    if (decision == nullptr) return false;
    message_.Clear();
    Fill(*decision, resources_, message_);
    message_.set_number(++number_);
    return true;
  }
  bool over() const { return subscription_->state() != Subscription::State::kOpen; }
  grpc::Status WhyOver() const {
    switch (subscription_->state()) {
      case Subscription::State::kLagged:
        return {
            grpc::StatusCode::RESOURCE_EXHAUSTED,
            absl::StrFormat("the watcher fell %d decisions behind: watch again, and read faster "
                            "or with a filter",
                            DecisionFeed::kMostBehind)};
      case Subscription::State::kClosed:
        return {grpc::StatusCode::UNAVAILABLE, "this replica stops: watch another"};
      case Subscription::State::kOpen:
        break;
    }
    return {grpc::StatusCode::CANCELLED, "the watcher has gone"};
  }
  void End(const grpc::Status& status) {
    code_ = static_cast<absl::StatusCode>(status.error_code());
    Finish(status);
  }

  DecisionFeed& decisions_;
  const model::ResourceTable& resources_;
  const StreamEnded ended_;
  const std::shared_ptr<Link> link_;
  std::shared_ptr<Subscription> subscription_;
  control::v1::Decision message_;
  uint64_t number_ = 0;
  absl::StatusCode code_ = absl::StatusCode::kOk;
};

}  // namespace

grpc::ServerWriteReactor<control::v1::Decision>* StartWatch(control::DecisionFeed& decisions,
                                                            control::DecisionFilter filter,
                                                            control::WorkPool& pool,
                                                            const model::ResourceTable& resources,
                                                            StreamEnded ended) {
  auto* const stream = new WatchStream(decisions, resources, std::move(ended));
  stream->Run(std::move(filter), pool);
  return stream;
}

}  // namespace tutti::rpc
