#include "admission/admission_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace tutti::admission {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AdmissionRoutesTest : public ::testing::Test {
 protected:
  AdmissionRoutesTest() {
    AdmissionOptions options;
    options.make_decoder = [this] { return world_.MakeDecoder(); };
    options.observe = [this](Outcome outcome) { outcomes_.push_back(outcome); };
    routes_ = AdmissionRoutes(world_.core, std::move(options));
  }

  testing::RecordingSink Post(const std::string& text) {
    const testing::PaddedBody body(text);
    http::Request request;
    request.body = body.view();
    const auto sink = std::make_shared<testing::RecordingSink>();
    routes_.at(0).handler(request, http::Reply(sink));
    EXPECT_EQ(sink->answers, 1);
    return *sink;
  }
  json Response(const json& pod, bool dry_run = false) {
    const json review = {{"apiVersion", "admission.k8s.io/v1"},
                         {"kind", "AdmissionReview"},
                         {"request",
                          {{"uid", "u-1"},
                           {"operation", "CREATE"},
                           {"namespace", "team-a"},
                           {"resource", {{"resource", "pods"}}},
                           {"dryRun", dry_run},
                           {"object", pod}}}};
    const testing::RecordingSink sink = Post(review.dump());
    EXPECT_EQ(sink.status, 200) << sink.body;
    json response = json::parse(sink.body)["response"];
    EXPECT_EQ(response["uid"], "u-1");
    EXPECT_EQ(response["allowed"], true);
    return response;
  }
  static json Member() {
    return json::parse(R"({"metadata":{"generateName":"w-","labels":{"gang":"g"}},
                           "spec":{"containers":[{"name":"c"}]}})");
  }
  static json Patched(const json& pod, const json& response) {
    std::string patch;
    EXPECT_TRUE(absl::Base64Unescape(response.value("patch", ""), &patch));
    return pod.patch(json::parse(patch, nullptr, false));
  }

  testing::DoorWorld world_;
  std::vector<Outcome> outcomes_;
  std::vector<http::Server::Route> routes_;
};

TEST_F(AdmissionRoutesTest, AMemberThatFitsIsCreatedWithItsPlan) {
  world_.core.admission_answer.pins = {"node-a"};
  world_.core.admission_answer.plan_token = "p/0";
  const json patched = Patched(Member(), Response(Member()));
  EXPECT_EQ(patched["metadata"]["annotations"]["tutti.dev/plan"], "p/0");
  ASSERT_EQ(world_.core.admitted.size(), 1u);
  EXPECT_EQ(world_.core.admitted[0].first.namespace_name, "team-a");
  EXPECT_EQ(world_.core.admitted[0].first.gang->key.identity, "g");
  EXPECT_THAT(outcomes_, ElementsAre(Outcome::kPlanned));
  // The API server may call its webhooks again, with what they made of the pod.
  EXPECT_FALSE(Response(patched).contains("patch"));
  EXPECT_EQ(world_.core.admitted.size(), 1u);
}

TEST_F(AdmissionRoutesTest, AMemberThatMustWaitIsGatedOnce) {
  world_.core.admission_answer.gate = true;
  const json patched = Patched(Member(), Response(Member()));
  EXPECT_EQ(patched["spec"]["schedulingGates"][0]["name"], "tutti.dev/gang");
  EXPECT_FALSE(Response(patched).contains("patch"));
  EXPECT_THAT(outcomes_, ElementsAre(Outcome::kGated, Outcome::kIgnored));
}

TEST_F(AdmissionRoutesTest, PodsThatAreNotOursNeverTouchTheCore) {
  world_.core.admission_answer.gate = true;
  json foreign = Member();
  foreign["metadata"].erase("labels");
  json daemon = Member();
  daemon["spec"]["nodeName"] = "node-a";
  for (const json& pod : {foreign, daemon}) EXPECT_FALSE(Response(pod).contains("patch"));
  EXPECT_FALSE(Response(Member(), /*dry_run=*/true).contains("patch"));
  EXPECT_THAT(world_.core.admitted, IsEmpty());
  EXPECT_THAT(outcomes_, ElementsAre(Outcome::kIgnored, Outcome::kIgnored, Outcome::kDryRun));
}

TEST_F(AdmissionRoutesTest, WrongMarkersAreAWarningAndNoPodIsBlocked) {
  json pod = Member();
  pod["metadata"]["labels"]["broken"] = "min-member is \"x\": expected a number";
  json response = Response(pod);
  EXPECT_THAT(response["warnings"][0].get<std::string>(), HasSubstr("expected a number"));
  EXPECT_FALSE(response.contains("patch"));

  pod = Member();
  pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "a lot";
  response = Response(pod);
  EXPECT_THAT(response["warnings"][0].get<std::string>(), HasSubstr("could not read the pod"));

  for (const json& object : {json(nullptr), json::array(), json("pod"), json::object()}) {
    const json answered = Response(object);
    EXPECT_FALSE(answered.contains("patch")) << object;
  }
  EXPECT_THAT(world_.core.admitted, IsEmpty());
}

TEST_F(AdmissionRoutesTest, APinThatCannotBeWrittenLeavesThePodAsItIs) {
  world_.core.admission_answer.pins = {"node-a"};
  json pod = Member();
  pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
     ["nodeSelectorTerms"] = json::parse("[{}]");
  const json response = Response(pod);
  EXPECT_FALSE(response.contains("patch"));
  EXPECT_THAT(response["warnings"][0].get<std::string>(), HasSubstr("no term that matches"));
  EXPECT_THAT(outcomes_, ElementsAre(Outcome::kError));
}

TEST_F(AdmissionRoutesTest, WhatIsNoReviewIs400) {
  for (const char* body : {"", "{", "[]", "{}", R"({"apiVersion":"v1"})"})
    EXPECT_EQ(Post(body).status, 400) << body;
}

}  // namespace
}  // namespace tutti::admission
