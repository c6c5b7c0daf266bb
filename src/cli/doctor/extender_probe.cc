#include "cli/doctor/extender_probe.h"

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kube/api.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

json Pod() {
  return {{"metadata",
           {{"name", "tutti-doctor"},
            {"namespace", "default"},
            {"uid", "74757474-692d-4646-8f63-746f72000000"}}},
          {"spec", {{"containers", json::array({{{"name", "c"}, {"image", "none"}}})}}}};
}

class Probe {
 public:
  Probe(kube::Client& client, base::Duration timeout) : client_(client), timeout_(timeout) {}

  Findings Run() {
    const absl::StatusOr<std::string> first = Filter();
    if (!first.ok()) {
      const bool waits =
          absl::StrCat(first.status().message()).find("NotReady") != std::string::npos;
      Add(Verdict::kProblem, "extender/filter", std::string(first.status().message()),
          waits ? "wait until it is synced and leads; /readyz says what is missing"
                : "start tutti-server, and compare urlPrefix with extender.listen");
      return std::move(findings_);
    }
    CheckFilter(*first);
    CheckPreempt();
    return std::move(findings_);
  }

 private:
  void Add(Verdict verdict, const char* check, std::string fact, std::string remedy = {}) {
    findings_.push_back({verdict, check, std::move(fact), std::move(remedy)});
  }

  absl::StatusOr<std::string> Post(const std::string& path, const json& body) {
    kube::Request request;
    request.method = "POST";
    request.path = path;
    request.body = body.dump();
    request.timeout = timeout_;
    absl::StatusOr<kube::Response> reply = client_.Call(std::move(request));
    if (reply.ok() && reply->status >= 300 && reply->body.find("\"Error\"") != std::string::npos)
      return absl::UnavailableError(absl::StrCat(path, ": ", reply->body));
    TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, path));
    return std::move(reply->body);
  }

  absl::StatusOr<std::string> Filter() {
    return Post("/filter", {{"Pod", Pod()}, {"NodeNames", json::array({"tutti-doctor-node"})}});
  }

  void CheckFilter(const std::string& first) {
    const json answer = json::parse(first, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object() || !answer.contains("NodeNames") || !answer["NodeNames"].is_array()) {
      return Add(Verdict::kProblem, "extender/filter", "the answer has no list NodeNames",
                 "check that urlPrefix is Tutti's address");
    }
    const absl::StatusOr<std::string> second = Filter();
    if (!second.ok() || *second != first) {
      return Add(Verdict::kProblem, "extender/filter", "two equal questions got different answers",
                 "report it with both answers: filter must be a function of pod and cluster");
    }
    Add(Verdict::kOk, "extender/filter", "answers, and the same when asked again");
  }

  void CheckPreempt() {
    const absl::StatusOr<std::string> body =
        Post("/preempt", {{"Pod", Pod()}, {"NodeNameToMetaVictims", json::object()}});
    if (!body.ok()) {
      return Add(Verdict::kProblem, "extender/preempt", std::string(body.status().message()),
                 "report it: preempt must take a question without candidates");
    }
    const json answer = json::parse(*body, nullptr, /*allow_exceptions=*/false);
    const bool right = answer.is_object() && answer.contains("NodeNameToMetaVictims") &&
                       answer["NodeNameToMetaVictims"].is_object() &&
                       answer["NodeNameToMetaVictims"].empty();
    if (right) {
      return Add(Verdict::kOk, "extender/preempt",
                 "answers no nodes but those that it is asked about");
    }
    Add(Verdict::kProblem, "extender/preempt", "the answer is not an empty map of victims",
        "report it with the answer: kube-scheduler takes null for a failure");
  }

  kube::Client& client_;
  const base::Duration timeout_;
  Findings findings_;
};

}  // namespace

Findings ProbeExtender(kube::Client& client, base::Duration timeout) {
  return Probe(client, timeout).Run();
}

}  // namespace tutti::cli
