#include "admission/submit_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace tutti::admission {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StoppedClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return base::Timestamp{1'000}; }
  int64_t WallNanos() const override { return 0; }
};

json Named(const std::string& queue) { return {{"labels", {{"tutti.dev/queue", queue}}}}; }

json Pod(json metadata) {
  metadata["name"] = "train-0";
  return {{"metadata", std::move(metadata)}};
}

json Owner(const std::string& version, const std::string& kind) {
  return json::array({{{"apiVersion", "v1"}, {"kind", "Node"}, {"name", "n"}},
                      {{"apiVersion", version},
                       {"kind", kind},
                       {"name", "train"},
                       {"uid", "u"},
                       {"controller", true}}});
}

class SubmitRouteTest : public ::testing::Test {
 protected:
  // A CREATE; with `before` an UPDATE. Answers the response's body.
  json Ask(const json& object, const std::string& user = "alice",
           const std::string& resource = "pods", const json& before = nullptr) {
    const std::string group = resource == "jobs" ? "batch" : "";
    request_ = {{"uid", "u-1"},
                {"operation", before.is_null() ? "CREATE" : "UPDATE"},
                {"namespace", "team-a"},
                {"resource", {{"group", group}, {"version", "v1"}, {"resource", resource}}},
                {"userInfo",
                 {{"username", user},
                  {"uid", "42"},
                  {"groups", {"team-a", "system:authenticated"}},
                  {"extra", {{"scopes", {"all"}}}}}},
                {"object", object},
                {"oldObject", before}};
    return Send(json{
        {"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"request", request_}}
                    .dump());
  }
  json Send(const std::string& body) {
    SubmitOptions options;
    options.rules = SubmitRulesFor({"annotations", "kueue"});
    options.deadline = std::chrono::seconds(1);
    options.check = [this](AccessQuestion question, std::function<void(AccessAnswer)> reply) {
      asked_.push_back(question);
      reply(answer_ ? *answer_
                    : AccessAnswer{forbidden_ == question.name ? Access::kDenied : Access::kAllowed,
                                   question.name, ""});
    };
    options.observe = [this](SubmitOutcome outcome) { outcomes_.push_back(outcome); };
    const http::Server::Route route = SubmitRoute(clock_, std::move(options));
    EXPECT_EQ(route.path, "/submit");
    const auto sink = std::make_shared<testing::RecordingSink>();
    const testing::PaddedBody padded(body);
    http::Request request;
    request.body = padded.view();
    route.handler(request, http::Reply(sink));
    EXPECT_EQ(sink->answers, 1);
    status_ = sink->status;
    const json answer = json::parse(sink->body, nullptr, false);
    return answer.is_object() ? answer.value("response", json::object()) : json();
  }
  std::vector<std::string> Asked() const {
    std::vector<std::string> names;
    for (const AccessQuestion& question : asked_) names.push_back(question.name);
    return names;
  }

  const StoppedClock clock_;
  json request_;
  std::string forbidden_ = "none";
  std::optional<AccessAnswer> answer_;
  std::vector<AccessQuestion> asked_;
  std::vector<SubmitOutcome> outcomes_;
  int status_ = 0;
};

TEST_F(SubmitRouteTest, TheQuestionSaysWhoAsksForWhat) {
  EXPECT_EQ(Ask(Pod(Named("vision")))["allowed"], true);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].name, "vision");
  EXPECT_EQ(asked_[0].namespace_name, "team-a");
  EXPECT_EQ(asked_[0].user.username, "alice");
  EXPECT_EQ(asked_[0].user.uid, "42");
  EXPECT_EQ(json::parse(asked_[0].user.groups_json), json({"team-a", "system:authenticated"}));
  EXPECT_EQ(json::parse(asked_[0].user.extra_json), json({{"scopes", {"all"}}}));
  EXPECT_EQ(asked_[0].deadline, clock_.Now() + std::chrono::seconds(1));
  EXPECT_THAT(outcomes_, ElementsAre(SubmitOutcome::kAllowed));
}

TEST_F(SubmitRouteTest, ARefusalNamesUserQueueObjectAndRemedy) {
  forbidden_ = "vision";
  const json response = Ask(Pod(Named("vision")));
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(response["uid"], "u-1");
  EXPECT_EQ(response["allowed"], false);
  EXPECT_EQ(response["status"]["code"], 403);
  EXPECT_EQ(response["status"]["reason"], "Forbidden");
  EXPECT_THAT(response["status"]["message"].get<std::string>(),
              AllOf(HasSubstr("user \"alice\" may not use the queue \"vision\""),
                    HasSubstr("Pod team-a/train-0"),
                    HasSubstr("{apiGroups: [tutti.dev], resources: [queues], resourceNames: "
                              "[vision], verbs: [use]}")));
  EXPECT_THAT(outcomes_, ElementsAre(SubmitOutcome::kRefused));
}

TEST_F(SubmitRouteTest, ARefusalByALocalQueueNamesTheQueueBehindIt) {
  answer_ = AccessAnswer{Access::kDenied, "vision", ""};
  json pod = Pod(Named("main"));
  pod["metadata"].erase("name");
  pod["metadata"]["generateName"] = "train-";
  EXPECT_THAT(Ask(pod)["status"]["message"].get<std::string>(),
              AllOf(HasSubstr("the queue \"vision\", which Pod team-a/train-* names (by its "
                              "LocalQueue main)"),
                    HasSubstr("resourceNames: [vision]")));
}

TEST_F(SubmitRouteTest, WithoutAnAnswerNobodyIsLetIn) {
  answer_ = AccessAnswer{Access::kUnknown, "vision", "DEADLINE"};
  const json response = Ask(Pod(Named("vision")));
  EXPECT_EQ(response["allowed"], false);
  EXPECT_EQ(response["status"]["code"], 503);
  EXPECT_EQ(response["status"]["reason"], "ServiceUnavailable");
  EXPECT_EQ(response["status"]["details"]["retryAfterSeconds"], 2);
  EXPECT_THAT(response["status"]["message"].get<std::string>(),
              AllOf(HasSubstr("\"alice\""), HasSubstr("\"vision\""), HasSubstr("DEADLINE"),
                    HasSubstr("try again"), HasSubstr("deploy/rbac.yaml")));
  EXPECT_THAT(outcomes_, ElementsAre(SubmitOutcome::kUnanswered));
}

TEST_F(SubmitRouteTest, EveryQueueThatIsNamedIsAskedAboutUntilOneIsRefused) {
  json job = Pod(Named("a"));
  job["spec"]["template"]["metadata"] = {{"annotations", {{"tutti.dev/queue", "b"}}},
                                         {"labels", {{"kueue.x-k8s.io/queue-name", "c"}}}};
  EXPECT_EQ(Ask(job, "alice", "jobs")["allowed"], true);
  EXPECT_THAT(Asked(), ElementsAre("a", "b", "c"));
  asked_.clear();
  forbidden_ = "b";
  const json response = Ask(job, "alice", "jobs");
  EXPECT_EQ(response["allowed"], false);
  EXPECT_THAT(response["status"]["message"].get<std::string>(), HasSubstr("Job team-a/train-0"));
  EXPECT_THAT(Asked(), ElementsAre("a", "b"));
}

TEST_F(SubmitRouteTest, WhatNamesNoQueueIsNobodysBusiness) {
  forbidden_ = "";
  EXPECT_EQ(Ask(Pod(json::object()))["allowed"], true);
  EXPECT_EQ(Ask(Pod({{"labels", {{"kai.scheduler/queue", "x"}}}}))["allowed"], true)
      << "a dialect that is off";
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(outcomes_, ElementsAre(SubmitOutcome::kIgnored, SubmitOutcome::kIgnored));
}

TEST_F(SubmitRouteTest, AnUpdateIsAskedAboutWhatItNamesAnew) {
  forbidden_ = "b";
  const json a = Pod(Named("a"));
  const json b = Pod(Named("b"));
  EXPECT_EQ(Ask(b, "alice", "pods", b)["allowed"], true);
  EXPECT_EQ(Ask(Pod(json::object()), "alice", "pods", b)["allowed"], true) << "it gives one up";
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_EQ(Ask(b, "alice", "pods", a)["allowed"], false);
  EXPECT_EQ(Ask(b, "alice", "pods", Pod(json::object()))["allowed"], false);
  json both = a;
  both["metadata"]["annotations"]["tutti.dev/queue"] = "b";
  EXPECT_EQ(Ask(both, "alice", "pods", a)["allowed"], false) << "the annotation would win";
  EXPECT_THAT(Asked(), ElementsAre("b", "b", "b"));
}

TEST_F(SubmitRouteTest, WhatAControllerMakesOfAnAllowedObjectIsNotAskedAgain) {
  forbidden_ = "a";
  json pod = Pod(Named("a"));
  const std::pair<const char*, const char*> owners[] = {
      {"batch/v1", "Job"}, {"apps/v1", "ReplicaSet"}, {"v1", "ReplicationController"}};
  for (const auto& [version, kind] : owners) {
    pod["metadata"]["ownerReferences"] = Owner(version, kind);
    for (const char* user :
         {"system:serviceaccount:kube-system:job-controller", "system:kube-controller-manager"}) {
      EXPECT_EQ(Ask(pod, user)["allowed"], true) << kind << " " << user;
    }
  }
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(SubmitRouteTest, AnOwnerWrittenByHandOpensNothing) {
  forbidden_ = "a";
  json pod = Pod(Named("a"));
  pod["metadata"]["ownerReferences"] = Owner("batch/v1", "Job");
  for (const char* user :
       {"alice", "system:serviceaccount:team-a:default", "system:serviceaccount:kube-system",
        "system:serviceaccount:kube-system-2:job-controller", "kube-system:job-controller",
        "system:serviceaccount:jobset-system:jobset-controller-manager"}) {
    EXPECT_EQ(Ask(pod, user)["allowed"], false) << user;
  }
}

TEST_F(SubmitRouteTest, AControllerIsAskedWhereItsOwnerWasNot) {
  forbidden_ = "a";
  const std::string controller = "system:serviceaccount:kube-system:job-controller";
  json pod = Pod(Named("a"));
  EXPECT_EQ(Ask(pod, controller)["allowed"], false) << "no owner";
  const std::pair<const char*, const char*> owners[] = {
      {"example.com/v1", "Job"}, {"v1", "Job"}, {"batch/v1", "Unknown"}, {"v1", "Node"}};
  for (const auto& [version, kind] : owners) {
    pod["metadata"]["ownerReferences"] = Owner(version, kind);
    EXPECT_EQ(Ask(pod, controller)["allowed"], false) << version << " " << kind;
  }
  pod["metadata"]["ownerReferences"] = Owner("batch/v1", "Job");
  pod["metadata"]["ownerReferences"][1]["controller"] = false;
  EXPECT_EQ(Ask(pod, controller)["allowed"], false) << "it does not control it";
}

TEST_F(SubmitRouteTest, TooManyQueuesAreRefusedUnasked) {
  json job = Pod(json::object());
  std::vector<const char*> keys = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  json specs;
  for (const char* key : keys) specs[key] = {{"template", {{"metadata", Named(key)}}}};
  request_ = {
      {"uid", "u-1"},
      {"operation", "CREATE"},
      {"namespace", "team-a"},
      {"resource", {{"group", "kubeflow.org"}, {"resource", "tfjobs"}}},
      {"userInfo", {{"username", "alice"}}},
      {"object", {{"metadata", {{"name", "wide"}}}, {"spec", {{"tfReplicaSpecs", specs}}}}}};
  const json response =
      Send(json{{"apiVersion", "admission.k8s.io/v1"}, {"request", request_}}.dump());
  EXPECT_EQ(response["allowed"], false);
  EXPECT_THAT(response["status"]["message"].get<std::string>(),
              HasSubstr("TFJob team-a/wide names 9 queues: expected at most 8"));
  EXPECT_THAT(asked_, IsEmpty());
}

// A status other than 200 is a failure of the webhook: kube-apiserver refuses.
TEST_F(SubmitRouteTest, WhatCannotBeReadIsAnErrorAndNoConsent) {
  Ask(Pod(Named("a")));
  const json good = {{"apiVersion", "admission.k8s.io/v1"}, {"request", request_}};
  outcomes_.clear();
  asked_.clear();
  const std::pair<const char*, json> changes[] = {{"/request/userInfo", nullptr},
                                                  {"/request/userInfo/username", ""},
                                                  {"/request/object", nullptr},
                                                  {"/request/object", json::array()},
                                                  {"/request/resource/resource", "things"},
                                                  {"/apiVersion", "v2"}};
  for (const auto& [pointer, value] : changes) {
    json review = good;
    review[json::json_pointer(pointer)] = value;
    Send(review.dump());
    EXPECT_EQ(status_, 400) << pointer;
  }
  Send("{");
  EXPECT_EQ(status_, 400);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(outcomes_, ::testing::Each(SubmitOutcome::kUnanswered));
  EXPECT_EQ(outcomes_.size(), 7u);
}

}  // namespace
}  // namespace tutti::admission
