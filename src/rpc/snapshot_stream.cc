#include "rpc/snapshot_stream.h"

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "tutti/v1/control.pb.h"

namespace tutti::rpc {
namespace {

constexpr size_t kPiece = size_t{64} << 10;

// One thing at a time: a piece is read in the pool, or written by gRPC.
class SnapshotStream final : public grpc::ServerWriteReactor<control::v1::SnapshotChunk> {
 public:
  SnapshotStream(control::SnapshotSource* source, base::Duration timeout, control::WorkPool& pool,
                 std::atomic<bool>& under_way, StreamEnded ended)
      : source_(source),
        timeout_(timeout),
        pool_(pool),
        under_way_(under_way),
        ended_(std::move(ended)) {}

  void Run() {
    if (source_ == nullptr) return End(absl::UnimplementedError("this server takes no snapshots"));
    if (under_way_.exchange(true))
      return End(absl::ResourceExhaustedError("a snapshot is being taken already: ask again"));
    owns_turn_ = true;
    if (!pool_.TryRun([this] { WriteNext(); }))
      End(absl::ResourceExhaustedError("too many calls at once: ask again in a moment"));
  }

  void OnWriteDone(bool ok) override {
    if (ok) return pool_.Run([this] { WriteNext(); });
    End(absl::CancelledError("the caller has gone"));
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override {
    GiveTurnBack();
    ended_(code_);
    delete this;
  }

 private:
  void GiveTurnBack() {
    if (std::exchange(owns_turn_, false)) under_way_ = false;
  }

  void WriteNext() {
    if (cancelled_) return End(absl::CancelledError("the caller has gone"));
    if (reader_ == nullptr) {
      absl::StatusOr<std::unique_ptr<control::SnapshotReader>> opened = source_->Open(timeout_);
      if (!opened.ok()) return End(opened.status());
      reader_ = *std::move(opened);
    }
    absl::StatusOr<std::string> piece = reader_->Next(kPiece);
    if (!piece.ok()) return End(piece.status());
    if (piece->empty()) return End(absl::OkStatus());
    message_.set_data(*std::move(piece));
    StartWrite(&message_);
  }

  void End(const absl::Status& status) {
    code_ = status.code();
    GiveTurnBack();  // before the caller hears the end, and perhaps asks again at once
    Finish({static_cast<grpc::StatusCode>(status.code()), std::string(status.message())});
  }

  control::SnapshotSource* const source_;
  const base::Duration timeout_;
  control::WorkPool& pool_;
  std::atomic<bool>& under_way_;
  const StreamEnded ended_;
  std::atomic<bool> cancelled_{false};
  bool owns_turn_ = false;
  std::unique_ptr<control::SnapshotReader> reader_;
  control::v1::SnapshotChunk message_;
  absl::StatusCode code_ = absl::StatusCode::kOk;
};

}  // namespace

grpc::ServerWriteReactor<control::v1::SnapshotChunk>* StartSnapshot(control::SnapshotSource* source,
                                                                    base::Duration timeout,
                                                                    control::WorkPool& pool,
                                                                    std::atomic<bool>& under_way,
                                                                    StreamEnded ended) {
  auto* const stream = new SnapshotStream(source, timeout, pool, under_way, std::move(ended));
  stream->Run();
  return stream;
}

}  // namespace tutti::rpc
