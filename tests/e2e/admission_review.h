// AdmissionReview: what the API server asks the webhook when a pod is created.
#pragma once

#include <string>
#include <utility>

#include "nlohmann/json.hpp"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {

// The webhook's response to the creation of a pod in namespace default; its certificate is not
// looked at.
inline absl::StatusOr<nlohmann::json> Review(const TuttiProcess& tutti, const nlohmann::json& pod,
                                             const std::string& uid, bool dry_run) {
  using nlohmann::json;
  kube::Credentials caller;
  caller.server = "https://" + tutti.door("webhook");
  caller.insecure_skip_tls_verify = true;
  const base::SystemClock clock;
  const auto client = kube::Client::Create(caller, clock);
  if (!client.ok()) return client.status();
  kube::Request request;
  request.method = "POST";
  request.path = "/mutate";
  request.body = json{
      {"apiVersion", "admission.k8s.io/v1"},
      {"kind", "AdmissionReview"},
      {"request",
       {{"uid", uid},
        {"kind", {{"group", ""}, {"version", "v1"}, {"kind", "Pod"}}},
        {"resource", {{"group", ""}, {"version", "v1"}, {"resource", "pods"}}},
        {"namespace", "default"},
        {"operation", "CREATE"},
        {"dryRun", dry_run},
        {"object",
         pod}}}}.dump();
  const absl::StatusOr<kube::Response> reply = (*client)->Call(std::move(request));
  if (!reply.ok()) return reply.status();
  return json::parse(reply->body)["response"];
}

}  // namespace tutti::testing
