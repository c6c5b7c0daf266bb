#include "cli/grpc_client.h"

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "cli/read_file.h"

namespace tutti::cli {
namespace {

constexpr int kMaxMessageBytes = 16 << 20;  // as the service's own limit
constexpr size_t kMaxPemBytes = size_t{1} << 20;
constexpr auto kStreamTimeout = std::chrono::minutes(5);

std::string FullName(std::string_view method) {
  return absl::StrFormat("/tutti.control.v1.ControlService/%s", method);
}

class GrpcClient final : public ControlClient {
 public:
  GrpcClient(std::string address, base::Duration timeout,
             const std::shared_ptr<grpc::Channel>& channel)
      : address_(std::move(address)), timeout_(timeout), stub_(channel) {}

  absl::Status Unary(std::string_view method, const Message& request, Message& response) override {
    grpc::ClientContext context;
    SetDeadline(context, timeout_);
    grpc::ByteBuffer sent;
    TUTTI_RETURN_IF_ERROR(Serialize(request, sent));
    const auto call = stub_.PrepareUnaryCall(&context, FullName(method), sent, &queue_);
    call->StartCall();
    grpc::ByteBuffer received;
    grpc::Status status;
    call->Finish(&received, &status, &queue_);
    Next();
    TUTTI_RETURN_IF_ERROR(Result(status));
    return Parse(received, response);
  }

  absl::Status Stream(std::string_view method, const Message& request, Message& piece,
                      const std::function<bool()>& on_piece) override {
    grpc::ClientContext context;
    SetDeadline(context, kStreamTimeout);
    grpc::ByteBuffer sent;
    TUTTI_RETURN_IF_ERROR(Serialize(request, sent));
    const auto call = stub_.PrepareCall(&context, FullName(method), &queue_);
    call->StartCall(nullptr);
    if (Next()) {
      call->WriteLast(sent, grpc::WriteOptions(), nullptr);
      Next();
    }
    absl::Status failure;
    bool ended_by_us = false;
    while (failure.ok() && !ended_by_us) {
      grpc::ByteBuffer received;
      call->Read(&received, nullptr);
      if (!Next()) break;
      failure = Parse(received, piece);
      ended_by_us = failure.ok() && !on_piece();
    }
    if (ended_by_us || !failure.ok()) context.TryCancel();
    grpc::Status status;
    call->Finish(&status, nullptr);
    Next();
    if (!failure.ok() || ended_by_us) return failure;
    return Result(status);
  }

 private:
  static void SetDeadline(grpc::ClientContext& context, base::Duration timeout) {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::duration_cast<std::chrono::system_clock::duration>(timeout));
  }

  // Waits for the one operation under way; each ends by the call's deadline.
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  static absl::Status Serialize(const Message& message, grpc::ByteBuffer& out) {
    bool own = false;
    const grpc::Status status = grpc::SerializationTraits<Message>::Serialize(message, &out, &own);
    if (status.ok()) return absl::OkStatus();
    return absl::InternalError(
        absl::StrFormat("cannot encode the request: %s", status.error_message()));
  }

  absl::Status Parse(grpc::ByteBuffer& received, Message& message) const {
    if (grpc::SerializationTraits<Message>::Deserialize(&received, &message).ok())
      return absl::OkStatus();
    return absl::InternalError(
        absl::StrFormat("the answer of %s is no %s: is that Tutti, and of this program's version?",
                        address_, message.GetTypeName()));
  }

  absl::Status Result(const grpc::Status& status) const {
    if (status.ok()) return absl::OkStatus();
    const auto code = static_cast<absl::StatusCode>(status.error_code());
    const std::string& text = status.error_message();
    if (code == absl::StatusCode::kUnavailable &&
        absl::StrContains(text, "failed to connect to all addresses")) {
      return absl::UnavailableError(absl::StrFormat(
          "no connection to %s (%s): check that tutti-server runs, that control.enabled is true in "
          "its configuration, and that control.listen is that address",
          address_, text));
    }
    if (code == absl::StatusCode::kDeadlineExceeded) {
      return absl::DeadlineExceededError(absl::StrFormat(
          "%s did not answer in time: ask again, or with a longer --timeout", address_));
    }
    if (code == absl::StatusCode::kUnimplemented) {
      return absl::UnimplementedError(absl::StrFormat(
          "%s does not offer this call: its version of Tutti differs from this program's",
          address_));
    }
    return absl::Status(code, text);
  }

  const std::string address_;
  const base::Duration timeout_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const GrpcTarget& target) {
  if (target.ca_file.empty() && target.cert_file.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!target.ca_file.empty()) {
    TUTTI_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(target.ca_file, kMaxPemBytes));
  }
  if (target.cert_file.empty() != target.key_file.empty()) {
    return absl::InvalidArgumentError(
        "--server-cert and --server-key: one of them is missing; they are given together");
  }
  if (!target.cert_file.empty()) {
    TUTTI_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(target.cert_file, kMaxPemBytes));
    TUTTI_ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(target.key_file, kMaxPemBytes));
  }
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlClient>> MakeGrpcClient(const GrpcTarget& target) {
  TUTTI_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                         Credentials(target));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the address is the service's own
  return std::make_unique<GrpcClient>(
      target.address, target.timeout,
      grpc::CreateCustomChannel(target.address, credentials, arguments));
}

}  // namespace tutti::cli
