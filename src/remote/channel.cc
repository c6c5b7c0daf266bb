#include "remote/channel.h"

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::remote {
namespace {

constexpr int kMostRequestBytes = 64 << 20;
constexpr int kMostResponseBytes = 16 << 20;
constexpr int kFirstReconnectMillis = 50;
constexpr int kLongestReconnectMillis = 1000;
// So that an answer for all nodes needs no round trip of its own for flow control.
constexpr int kWindowBytes = 4 << 20;

// Empty for an empty path.
absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.fail() || text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("cannot read \"%s\": expected a PEM file for the plugin's tls", path));
  }
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const RemoteTls& tls) {
  if (tls.ca_file.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  TUTTI_ASSIGN_OR_RETURN(options.pem_root_certs, ReadPem(tls.ca_file));
  TUTTI_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadPem(tls.cert_file));
  TUTTI_ASSIGN_OR_RETURN(options.pem_private_key, ReadPem(tls.key_file));
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> NewChannel(const RemoteTarget& target) {
  TUTTI_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                         Credentials(target.tls));
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(kMostRequestBytes);
  arguments.SetMaxReceiveMessageSize(kMostResponseBytes);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMillis);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kLongestReconnectMillis);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestReconnectMillis);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  // A proxy of the environment is meant for other traffic than that of a scheduler.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(target.address, credentials, arguments);
}

}  // namespace tutti::remote
