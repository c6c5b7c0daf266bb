#include "cli/doctor/cluster_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"
#include "yaml-cpp/yaml.h"

namespace tutti::cli {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kLease[] =
    "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler";
constexpr char kWebhooks[] = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
constexpr char kReviews[] = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr int64_t kNow = int64_t{1800000000} * 1000000000;  // 2027-01-15T08:00:00Z

// The wall clock stands still; requests have deadlines by the real one.
class WallClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return real_.Now(); }
  int64_t WallNanos() const override { return kNow; }

 private:
  const base::SystemClock real_;
};

// A cluster in which everything is as it should be, by path.
class ClusterChecksTest : public ::testing::Test {
 protected:
  ClusterChecksTest() {
    answers["/version"] = {200, R"({"major": "1", "minor": "37", "gitVersion": "v1.37.2"})"};
    answers["/metrics"] = {200,
                           "# HELP\nkubernetes_feature_enabled{name=\"GenericWorkload\","
                           "stage=\"BETA\"} 1\n"};
    answers["/apis/scheduling.x-k8s.io/v1alpha1"] = {200, "{}"};
    answers["/api/v1/namespaces/kube-system/pods"] = {
        200, Scheduler({"kube-scheduler", "--config=/etc/s.yaml", "--feature-gates=A=true"})};
    answers[kLease] = {200, Lease("2027-01-15T07:59:55.000000Z")};
    answers[kWebhooks] = {200, Webhooks("Ignore", "QQ==")};
    answers["/api/v1/namespaces/kube-system/services/https%3Atutti-webhook%3A443/proxy/mutate"] = {
        200, R"({"response": {"allowed": true}})"};
    answers[kReviews] = {201, R"({"status": {"allowed": true}})"};
    api.SetHook([this](const HttpRequest& request, HttpReply& reply) {
      const auto found = answers.find(request.path);
      const auto [status, body] =
          found == answers.end()
              ? std::pair<int, std::string>(404, testing::StatusBody(404, "NotFound", "no such"))
              : found->second;
      if (request.path == kReviews) reviews.push_back(json::parse(request.body));
      reply.Send(status, body, {{"Content-Type", "application/json"}});
      return true;
    });
  }

  static std::string Lease(const std::string& renewed) {
    return json{
        {"spec",
         {{"holderIdentity", "master-1"}, {"leaseDurationSeconds", 15}, {"renewTime", renewed}}}}
        .dump();
  }
  static std::string Scheduler(const std::vector<std::string>& command) {
    const json pod = {{"metadata", {{"name", "kube-scheduler-m1"}}},
                      {"spec", {{"containers", json::array({{{"command", command}}})}}}};
    return json{{"items", json::array({pod})}}.dump();
  }
  static std::string Webhooks(const std::string& policy, const std::string& ca) {
    const json webhook = {
        {"name", "gang.tutti.dev"},
        {"failurePolicy", policy},
        {"clientConfig",
         {{"caBundle", ca},
          {"service", {{"name", "tutti-webhook"}, {"namespace", "kube-system"}, {"port", 443}}}}}};
    return json{{"items", json::array({{{"webhooks", json::array({webhook})}}})}}.dump();
  }
  static std::pair<int, std::string> Forbidden() {
    return {403, testing::StatusBody(403, "Forbidden", "not you")};
  }

  std::vector<std::string> ChecksThatAre(Verdict verdict) {
    const std::unique_ptr<kube::Client> client = testing::ClientOf(api, clock);
    ClusterQuestions questions;
    questions.tutti = tutti ? &*tutti : nullptr;
    findings = CheckCluster(*client, clock, questions);
    std::vector<std::string> checks;
    for (const Finding& finding : findings) {
      if (finding.verdict == verdict) checks.push_back(finding.check);
    }
    return checks;
  }
  std::string Fact(const std::string& check) {
    for (const Finding& finding : findings) {
      if (finding.check == check) return finding.fact;
    }
    return "no finding " + check;
  }

  const WallClock clock;
  testing::FakeApiServer api;
  std::map<std::string, std::pair<int, std::string>> answers;
  std::vector<json> reviews;
  std::optional<config::Configuration> tutti;
  Findings findings;
};

TEST_F(ClusterChecksTest, ACompleteClusterHasNoFindings) {
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem), IsEmpty());
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning), IsEmpty());
  EXPECT_THAT(ChecksThatAre(Verdict::kSkipped), IsEmpty());
  EXPECT_THAT(Fact("cluster/GenericWorkload"), HasSubstr("on:"));
}

TEST_F(ClusterChecksTest, EachThingThatIsWrongIsFound) {
  answers["/version"] = {200, R"({"minor": "29+", "gitVersion": "v1.29.1"})"};
  answers["/metrics"] = {
      200, "\nkubernetes_feature_enabled{name=\"PodSchedulingReadiness\",stage=\"BETA\"} 0\n"};
  answers["/api/v1/namespaces/kube-system/pods"] = {
      200, Scheduler({"kube-scheduler", "--kubeconfig", "/etc/k"})};
  answers[kLease] = {200, Lease("2027-01-15T07:50:00.000000Z")};
  answers[kWebhooks] = {200, Webhooks("Fail", "")};
  answers.erase("/api/v1/namespaces/kube-system/services/https%3Atutti-webhook%3A443/proxy/mutate");
  answers[kReviews] = {201, R"({"status": {"allowed": false}})"};
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem),
              ::testing::ElementsAre("cluster/version", "cluster/PodSchedulingReadiness",
                                     "cluster/scheduler-flags", "cluster/kube-scheduler",
                                     "webhook/caBundle", "webhook/reachable", "cluster/rights"));
  EXPECT_THAT(Fact("cluster/kube-scheduler"), HasSubstr("last renewed it 10m ago"));
  EXPECT_THAT(Fact("cluster/rights"), HasSubstr("create pods/binding"));
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning), Contains("webhook/failurePolicy"));
}

TEST_F(ClusterChecksTest, WhatWeMayNotLookAtIsSkippedWithTheMissingRight) {
  for (auto& [path, answer] : answers) {
    if (path != "/version") answer = Forbidden();
  }
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem), IsEmpty());
  EXPECT_THAT(ChecksThatAre(Verdict::kSkipped),
              ::testing::ElementsAre("cluster/feature-gates", "cluster/podgroups",
                                     "cluster/scheduler-flags", "cluster/kube-scheduler",
                                     "webhook/registered", "cluster/rights"));
  for (const Finding& finding : findings) {
    if (finding.verdict == Verdict::kSkipped) {
      EXPECT_THAT(finding.remedy, HasSubstr("ask with the right to")) << finding.check;
    }
  }
}

TEST_F(ClusterChecksTest, WithoutAnAnswerNothingElseIsTried) {
  answers.clear();
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem), ::testing::ElementsAre("cluster/api-server"));
  EXPECT_EQ(findings.size(), 1u);
}

TEST_F(ClusterChecksTest, AWebhookThatShouldBeThereIsMissed) {
  answers[kWebhooks] = {200, R"({"items": []})"};
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning), Contains("webhook/registered"));
  tutti.emplace();
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning), Not(Contains("webhook/registered")));
  tutti->webhook.enabled = true;
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem), Contains("webhook/registered"));
}

TEST_F(ClusterChecksTest, RubbishFromTheApiServerIsAFindingAndNoCrash) {
  for (const char* rubbish :
       {"[]", "{\"items\": 1}", "{\"items\": [1, {\"webhooks\": [2]}]}", ""}) {
    for (auto& [path, answer] : answers) answer.second = rubbish;
    EXPECT_THAT(ChecksThatAre(Verdict::kProblem), Not(IsEmpty())) << rubbish;
  }
}

TEST_F(ClusterChecksTest, WhoAsksForNodesNeedsTheApiForIt) {
  const std::string check = "cluster/provisioning";
  tutti.emplace();
  ChecksThatAre(Verdict::kOk);
  EXPECT_EQ(Fact(check), "no finding " + check);
  tutti->provisioning.class_name = "check-capacity.autoscaling.x-k8s.io";
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem), Contains(check));
  answers["/apis/autoscaling.x-k8s.io/v1"] = {200, "{}"};
  EXPECT_THAT(ChecksThatAre(Verdict::kOk), Contains(check));
  answers["/apis/autoscaling.x-k8s.io/v1"] = Forbidden();
  EXPECT_THAT(ChecksThatAre(Verdict::kSkipped), Contains(check));
}

TEST_F(ClusterChecksTest, WhoSharesACertificateNeedsItsSecret) {
  tutti.emplace();
  tutti->webhook.enabled = true;
  const auto asked = [&] {
    reviews.clear();
    ChecksThatAre(Verdict::kOk);
    std::vector<std::string> verbs;
    for (const json& review : reviews) {
      const json& a = review["spec"]["resourceAttributes"];
      if (a["resource"] != "secrets") continue;
      EXPECT_EQ(a["namespace"], "tutti-system");
      EXPECT_EQ(a["name"], "shared");
      verbs.push_back(a["verb"]);
    }
    return verbs;
  };
  EXPECT_THAT(asked(), IsEmpty());
  tutti->webhook.secret_name = "shared";
  tutti->webhook.secret_namespace = "tutti-system";
  EXPECT_THAT(asked(), ::testing::ElementsAre("get", "patch"));
}

// deploy/rbac.yaml and the rights that doctor asks about are the same.
TEST_F(ClusterChecksTest, TheRightsAreThoseThatWeShip) {
  tutti.emplace();
  tutti->webhook.enabled = true;
  tutti->webhook.registration.service_name = "tutti-webhook";
  tutti->webhook.submit_access = true;
  tutti->gang.dialects.push_back(config::GangDialect::kOwner);
  tutti->plugins.emplace_back().name = "HierarchicalQueues";
  tutti->provisioning.class_name = "check-capacity.autoscaling.x-k8s.io";
  ChecksThatAre(Verdict::kOk);
  std::set<std::string> asked;
  for (const json& review : reviews) {
    const json& a = review["spec"]["resourceAttributes"];
    std::string resource = a["resource"];
    if (a["subresource"] != "") resource += "/" + a["subresource"].get<std::string>();
    asked.insert(a["group"].get<std::string>() + " " + resource + " " +
                 a["verb"].get<std::string>());
  }
  std::set<std::string> shipped;
  for (const YAML::Node& document : YAML::LoadAllFromFile(TUTTI_SOURCE_DIR "/deploy/rbac.yaml")) {
    if (document["kind"].Scalar() != "ClusterRole" ||
        document["metadata"]["name"].Scalar() != "tutti")
      continue;
    for (const YAML::Node& rule : document["rules"]) {
      for (const YAML::Node& group : rule["apiGroups"]) {
        for (const YAML::Node& resource : rule["resources"]) {
          for (const YAML::Node& verb : rule["verbs"])
            shipped.insert(group.Scalar() + " " + resource.Scalar() + " " + verb.Scalar());
        }
      }
    }
  }
  EXPECT_EQ(asked, shipped);
}

}  // namespace
}  // namespace tutti::cli
