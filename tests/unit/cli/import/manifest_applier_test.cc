#include "cli/import/manifest_applier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::cli {
namespace {

using importer::Manifest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An API server that refuses what a test names, with a code and a text.
class ManifestApplierTest : public ::testing::Test {
 protected:
  ManifestApplierTest() {
    api.SetHook([this](const HttpRequest& request, HttpReply& reply) {
      Answer(request, reply);
      return true;
    });
    client = testing::ClientOf(api, clock);
  }

  void Answer(const HttpRequest& request, HttpReply& reply) {
    const std::lock_guard<std::mutex> lock(mutex);
    const std::string name = request.path.substr(request.path.rfind('/') + 1);
    const bool writes = request.method == "PATCH" && request.query.count("dryRun") == 0;
    if (request.method == "GET" && name != "v1beta1")
      return reply.Send(404, testing::StatusBody(404, "NotFound", "not here"));
    const auto refusal = refused.find(name);
    if (refusal != refused.end()) {
      const auto& [code, text] = refusal->second;
      return reply.Send(code, testing::StatusBody(code, "Invalid", text));
    }
    if (writes) written.push_back(name);
    reply.Send(201, "{}");
  }

  static Manifest Queue(const std::string& name, size_t depth = 0) {
    return {"queues", "Queue", "", name, depth, "{}"};
  }

  absl::Status Apply(const std::vector<Manifest>& manifests) {
    std::vector<AppliedManifest> applied;
    const absl::Status status =
        ManifestApplier(*client, std::chrono::seconds(10), base::Duration(0))
            .Apply(manifests, applied);
    for (const AppliedManifest& one : applied) results.push_back(one.manifest->name + one.result);
    return status;
  }

  std::mutex mutex;
  std::map<std::string, std::pair<int, std::string>> refused;
  std::vector<std::string> written;
  std::vector<std::string> results;
  testing::FakeApiServer api;
  const base::SystemClock clock;
  std::unique_ptr<kube::Client> client;
};

TEST_F(ManifestApplierTest, NothingBeforeWhatItDependsOn) {
  EXPECT_TRUE(Apply({Queue("a"), Queue("b", 1), Queue("c", 2)}).ok());
  EXPECT_THAT(written, ElementsAre("a", "b", "c"));
  EXPECT_THAT(results, ElementsAre("acreated", "bcreated", "ccreated"));
}

TEST_F(ManifestApplierTest, WhatTheServerRefusesStopsAllOfIt) {
  refused["b"] = {422, "spec.weight: must be less than 1000000"};
  const absl::Status status = Apply({Queue("a"), Queue("b"), Queue("c")});
  EXPECT_EQ(status.message(),
            "nothing was applied: Queue b: HTTP 422: spec.weight: must be less than 1000000");
  EXPECT_THAT(written, IsEmpty());
}

TEST_F(ManifestApplierTest, WhatAWebhookRefusesForGoodIsAnErrorTheRestIsWritten) {
  refused["b"] = {422, "admission webhook \"q\" denied the request: a circle"};
  const absl::Status status = Apply({Queue("a"), Queue("b"), Queue("c")});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Queue b: HTTP 422: admission webhook"));
  EXPECT_THAT(results, ElementsAre("acreated", "ccreated"));
}

TEST_F(ManifestApplierTest, WhoMayNotIsTold) {
  refused["a"] = {403, "User \"jane\" cannot patch resource \"queues\""};
  EXPECT_TRUE(absl::IsPermissionDenied(Apply({Queue("a")})));
}

TEST_F(ManifestApplierTest, OfManyProblemsTheFirstAreTold) {
  std::vector<Manifest> manifests;
  for (int i = 0; i < 30; ++i) {
    manifests.push_back(Queue("q" + std::to_string(i)));
    refused[manifests.back().name] = {422, "no"};
  }
  EXPECT_THAT(std::string(Apply(manifests).message()),
              HasSubstr("Queue q9: HTTP 422: no\n  and 20 more"));
}

}  // namespace
}  // namespace tutti::cli
