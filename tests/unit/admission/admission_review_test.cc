#include "admission/admission_review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "nlohmann/json.hpp"

namespace tutti::admission {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json Review() {
  return json::parse(R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{
      "uid":"705ab4f5-6393-11e8-b7cc-42010a800002","kind":{"group":"","version":"v1","kind":"Pod"},
      "resource":{"group":"","version":"v1","resource":"pods"},"name":"","namespace":"team-a",
      "operation":"CREATE","userInfo":{"username":"u"},"object":{"metadata":{"x":1}},
      "oldObject":null,"dryRun":false,"options":{"kind":"CreateOptions"}}})");
}

TEST(AdmissionReviewTest, ReadsWhatDecides) {
  const std::string body = Review().dump();
  objects::JsonIndex index;
  const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
  EXPECT_EQ(request->namespace_name, "team-a");
  EXPECT_TRUE(request->creates_pod);
  EXPECT_FALSE(request->dry_run);
  EXPECT_EQ(request->object, R"({"metadata":{"x":1}})");
  EXPECT_EQ(request->old_object, "");
  EXPECT_EQ(request->user_info, R"({"username":"u"})");
  EXPECT_EQ(request->group, "");
}

TEST(AdmissionReviewTest, AnUpdateHasTheObjectAsItWas) {
  json review = Review();
  review["request"]["operation"] = "UPDATE";
  review["request"]["oldObject"] = {{"metadata", {{"x", 0}}}};
  review["request"]["resource"]["group"] = "batch";
  const std::string body = review.dump();
  objects::JsonIndex index;
  const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->old_object, R"({"metadata":{"x":0}})");
  EXPECT_EQ(request->group, "batch");
}

TEST(AdmissionReviewTest, OnlyTheCreationOfAPodConcernsUs) {
  const std::pair<const char*, json> changes[] = {
      {"/request/operation", "UPDATE"},
      {"/request/operation", nullptr},
      {"/request/resource/resource", "deployments"},
      {"/request/resource", nullptr},
      {"/request/subResource", "binding"},
  };
  objects::JsonIndex index;
  for (const auto& [pointer, value] : changes) {
    json review = Review();
    review[json::json_pointer(pointer)] = value;
    const std::string body = review.dump();
    const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
    ASSERT_TRUE(request.ok()) << pointer;
    EXPECT_FALSE(request->creates_pod) << pointer;
  }
}

TEST(AdmissionReviewTest, WhatIsNoReviewIsRefusedByName) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"[]", "an object"},
      {"{}", "apiVersion"},
      {R"({"apiVersion":"admission.k8s.io/v1beta1","request":{"uid":"u"}})", "v1beta1"},
      {R"({"apiVersion":"admission.k8s.io/v1"})", "request.uid"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":null})", "request.uid"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":[]})", "an object"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":{"uid":7}})", "a string"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":{"uid":"u","dryRun":"yes"}})", "true or"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":{"uid":"u"}} x)", "the end"},
      {R"({"apiVersion":"admission.k8s.io/v1","request":{"object":)" + std::string(99, '['),
       "deeper than 64"},
  };
  objects::JsonIndex index;
  for (const auto& [body, expected] : cases) {
    const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
    ASSERT_FALSE(request.ok()) << body;
    EXPECT_THAT(std::string(request.status().message()), HasSubstr(expected)) << body;
  }
}

TEST(AdmissionReviewTest, TheReplyEchoesTheRequestAndAlwaysAllows) {
  json reply = json::parse(ReviewReply("u-1", "[{\"op\":\"add\"}]", {"a \"warning\""}));
  EXPECT_EQ(reply["apiVersion"], "admission.k8s.io/v1");
  EXPECT_EQ(reply["kind"], "AdmissionReview");
  EXPECT_EQ(reply["response"]["uid"], "u-1");
  EXPECT_EQ(reply["response"]["allowed"], true);
  EXPECT_EQ(reply["response"]["patchType"], "JSONPatch");
  std::string patch;
  ASSERT_TRUE(absl::Base64Unescape(reply["response"]["patch"].get<std::string>(), &patch));
  EXPECT_EQ(patch, "[{\"op\":\"add\"}]");
  EXPECT_EQ(reply["response"]["warnings"], json({"a \"warning\""}));
  EXPECT_EQ(json::parse(ReviewReply("u-2", "", {}))["response"],
            json({{"uid", "u-2"}, {"allowed", true}}));
}

TEST(AdmissionReviewTest, ARefusalSaysWhyAndWhenToTryAgain) {
  json response = json::parse(RefusalReply("u-1", {.code = 503,
                                                   .reason = "ServiceUnavailable",
                                                   .message = "no \"answer\"",
                                                   .retry_after_seconds = 3}))["response"];
  EXPECT_EQ(response["uid"], "u-1");
  EXPECT_EQ(response["allowed"], false);
  EXPECT_EQ(response["status"], (json{{"code", 503},
                                      {"reason", "ServiceUnavailable"},
                                      {"details", {{"retryAfterSeconds", 3}}},
                                      {"message", "no \"answer\""}}));
  response = json::parse(RefusalReply("u-1", {.message = "no"}))["response"];
  EXPECT_EQ(response["status"], (json{{"code", 403}, {"reason", "Forbidden"}, {"message", "no"}}));
  EXPECT_EQ(json::parse(VerdictReply("u-1", ""))["response"],
            (json{{"uid", "u-1"}, {"allowed", true}}));
}

}  // namespace
}  // namespace tutti::admission
