#include "cli/doctor/cluster_reader.h"

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kube/api.h"

namespace tutti::cli {

absl::StatusOr<std::string> ClusterReader::Get(const std::string& path) {
  kube::Request request;
  request.path = path;
  return Send(std::move(request));
}

absl::StatusOr<std::string> ClusterReader::Post(const std::string& path, const std::string& body) {
  kube::Request request;
  request.method = "POST";
  request.path = path;
  request.body = body;
  return Send(std::move(request));
}

absl::StatusOr<std::string> ClusterReader::Send(kube::Request request) {
  request.timeout = timeout_;
  const std::string what = request.method + " " + request.path;
  absl::StatusOr<kube::Response> reply = client_.Call(std::move(request));
  TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, what));
  return std::move(reply->body);
}

void ClusterReader::Skip(const std::string& check, const absl::Status& status,
                         const std::string& right) {
  if (absl::IsPermissionDenied(status)) {
    return Add(Verdict::kSkipped, check, "this user may not look",
               absl::StrFormat("ask with the right to %s", right));
  }
  Add(Verdict::kSkipped, check, std::string(status.message()));
}

}  // namespace tutti::cli
