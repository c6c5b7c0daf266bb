#include "kube/api.h"

#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace tutti::kube {
namespace {

using Json = nlohmann::json;

constexpr char kUid[] = "7b1f0e2a-3c4d-4e5f-8a9b-0c1d2e3f4a5b";

TEST(ApiTest, PathsOfCoreAndGroupsWithAndWithoutNamespace) {
  EXPECT_EQ(ResourcePath({"", "v1", "pods"}, {"a", "p"}), "/api/v1/namespaces/a/pods/p");
  EXPECT_EQ(ResourcePath({"", "v1", "pods"}, {"", ""}), "/api/v1/pods");
  EXPECT_EQ(ResourcePath({"", "v1", "nodes"}, {"", "n"}, "status"), "/api/v1/nodes/n/status");
  EXPECT_EQ(ResourcePath({"scheduling.x-k8s.io", "v1alpha1", "podgroups"}, {"a", "g"}, "status"),
            "/apis/scheduling.x-k8s.io/v1alpha1/namespaces/a/podgroups/g/status");
  // A name from outside cannot leave its place in the path.
  EXPECT_EQ(ResourcePath({"", "v1", "pods"}, {"a", "../../nodes/n?x=1"}),
            "/api/v1/namespaces/a/pods/..%2F..%2Fnodes%2Fn%3Fx%3D1");
}

TEST(ApiTest, BindingCarriesUidNodeAndAnnotations) {
  const Request request =
      BindRequest({"a", "p"}, kUid, "n\"1", {{"tutti.dev/gpu", "0,1"}, {"x", "line\nbreak"}});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/api/v1/namespaces/a/pods/p/binding");
  const Json body = Json::parse(request.body);
  EXPECT_EQ(body["kind"], "Binding");
  EXPECT_EQ(body["metadata"]["uid"], kUid);
  EXPECT_EQ(body["metadata"]["name"], "p");
  EXPECT_EQ(body["metadata"]["namespace"], "a");
  EXPECT_EQ(body["metadata"]["annotations"]["x"], "line\nbreak");
  EXPECT_EQ(body["target"]["kind"], "Node");
  EXPECT_EQ(body["target"]["name"], "n\"1");
  EXPECT_FALSE(
      Json::parse(BindRequest({"a", "p"}, kUid, "n").body)["metadata"].contains("annotations"));
}

TEST(ApiTest, PatchesNameTheirKindByContentType) {
  const Resource pods = {"", "v1", "pods"};
  EXPECT_EQ(MergePatchRequest(pods, {"a", "p"}, "", "{}").content_type,
            "application/merge-patch+json");
  EXPECT_EQ(JsonPatchRequest(pods, {"a", "p"}, "", "[]").content_type,
            "application/json-patch+json");
  const Request strategic = StrategicPatchRequest(pods, {"a", "p"}, "status", "{}");
  EXPECT_EQ(strategic.content_type, "application/strategic-merge-patch+json");
  EXPECT_EQ(strategic.method, "PATCH");
  EXPECT_EQ(strategic.path, "/api/v1/namespaces/a/pods/p/status");
}

TEST(ApiTest, EvictionAndDeletionHaveThePreconditionOnTheUid) {
  const Request evict = EvictRequest({"a", "p"}, kUid);
  EXPECT_EQ(evict.path, "/api/v1/namespaces/a/pods/p/eviction");
  const Json eviction = Json::parse(evict.body);
  EXPECT_EQ(eviction["apiVersion"], "policy/v1");
  EXPECT_EQ(eviction["deleteOptions"]["preconditions"]["uid"], kUid);
  EXPECT_FALSE(eviction["deleteOptions"]["preconditions"].contains("resourceVersion"));
  const Json as_seen = Json::parse(EvictRequest({"a", "p"}, kUid, "17").body);
  EXPECT_EQ(as_seen["deleteOptions"]["preconditions"]["resourceVersion"], "17");
  const Request remove = DeleteRequest({"", "v1", "pods"}, {"a", "p"}, kUid, 0);
  EXPECT_EQ(remove.method, "DELETE");
  const Json options = Json::parse(remove.body);
  EXPECT_EQ(options["preconditions"]["uid"], kUid);
  EXPECT_EQ(options["gracePeriodSeconds"], 0);
  EXPECT_FALSE(Json::parse(DeleteRequest({"", "v1", "pods"}, {"a", "p"}, kUid).body)
                   .contains("gracePeriodSeconds"));
}

TEST(ApiTest, StatusPatchIsForOneObjectOnly) {
  const Request request =
      StatusPatchRequest({"x.io", "v1", "gangs"}, {"a", "g"}, kUid, R"({"phase":"Scheduled"})");
  EXPECT_EQ(request.path, "/apis/x.io/v1/namespaces/a/gangs/g/status");
  const Json body = Json::parse(request.body);
  EXPECT_EQ(body["metadata"]["uid"], kUid);
  EXPECT_EQ(body["status"]["phase"], "Scheduled");
}

TEST(ApiTest, RepliesBecomeStatuses) {
  const std::vector<std::pair<int, absl::StatusCode>> table = {
      {200, absl::StatusCode::kOk},
      {201, absl::StatusCode::kOk},
      {400, absl::StatusCode::kInvalidArgument},
      {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied},
      {404, absl::StatusCode::kNotFound},
      {409, absl::StatusCode::kAborted},
      {410, absl::StatusCode::kOutOfRange},
      {422, absl::StatusCode::kInvalidArgument},
      {429, absl::StatusCode::kResourceExhausted},
      {500, absl::StatusCode::kUnavailable},
      {504, absl::StatusCode::kDeadlineExceeded}};
  for (const auto& [http, code] : table) {
    EXPECT_EQ(ReplyStatus(Response{http, R"({"message":"m"})"}, "x").code(), code) << http;
  }
  const absl::Status exists = ReplyStatus(
      Response{409, R"({"reason":"AlreadyExists","message":"pods \"p\" already exists"})"},
      "create pod a/p");
  EXPECT_TRUE(absl::IsAlreadyExists(exists));
  EXPECT_EQ(exists.message(), "create pod a/p: HTTP 409: pods \"p\" already exists");
  EXPECT_TRUE(absl::IsUnknown(ReplyStatus(absl::UnknownError("lost"), "x")));
}

}  // namespace
}  // namespace tutti::kube
