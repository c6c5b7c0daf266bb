#include "apps/leader_label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using ::testing::Contains;
using testing::FakeApiServer;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::IsEmpty;

constexpr char kPods[] = "/api/v1/namespaces/kube-system/pods";
constexpr char kOurs[] = "/pods/tutti-0";

class LeaderLabelTest : public ::testing::Test {
 protected:
  LeaderLabelTest() {
    client_ = testing::ClientOf(server_, clock_);
    server_.AddCollection(kPods);
    // As an earlier life of the container has left it.
    server_.Put(kPods, "tutti-0",
                R"({"metadata": {"labels": {"app": "tutti", "tutti.dev/leader": "true"}}})");
  }
  std::unique_ptr<LeaderLabel> Make(const std::string& pod) {
    return std::make_unique<LeaderLabel>(
        *client_, kube::ObjectName{"kube-system", pod},
        [this](const absl::Status& status) { errors_.emplace_back(status.message()); });
  }
  json Labels() const { return json::parse(server_.Get(kPods, "tutti-0"))["metadata"]["labels"]; }
  void AwaitWrites(size_t count) { server_.AwaitCount("PATCH", kOurs, count); }

  base::SystemClock clock_;
  FakeApiServer server_;
  std::unique_ptr<kube::Client> client_;
  std::vector<std::string> errors_;  // to be read when the label is gone
};

TEST_F(LeaderLabelTest, WhatAnEarlierLifeHasLeftIsTakenAway) {
  auto label = Make("tutti-0");
  AwaitWrites(1);
  label.reset();  // waits for its write
  EXPECT_EQ(Labels(), json({{"app", "tutti"}}));
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(LeaderLabelTest, ItFollowsWhoLeads) {
  auto label = Make("tutti-0");
  AwaitWrites(1);
  label->Set(true);
  AwaitWrites(2);
  label.reset();
  EXPECT_EQ(Labels(), json({{"app", "tutti"}, {"tutti.dev/leader", "true"}}));
  label = Make("tutti-0");
  AwaitWrites(3);
  label->Set(true);
  AwaitWrites(4);
  label->Set(false);
  AwaitWrites(5);
  label.reset();
  EXPECT_EQ(Labels(), json({{"app", "tutti"}}));
}

TEST_F(LeaderLabelTest, AWriteThatFailsIsRepeated) {
  std::atomic<int> failures = 2;
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    if (failures-- <= 0) return false;
    reply.Send(500, testing::StatusBody(500, "InternalError", "etcd is away"));
    return true;
  });
  auto label = Make("tutti-0");
  AwaitWrites(3);
  label.reset();
  EXPECT_EQ(Labels(), json({{"app", "tutti"}}));
  ASSERT_EQ(errors_.size(), 2);
  EXPECT_THAT(errors_[0], HasSubstr("etcd is away"));
}

TEST_F(LeaderLabelTest, APodThatIsNotThereIsNamed) {
  auto label = Make("tutti-1");
  server_.AwaitCount("PATCH", "/pods/tutti-1", 2);
  label.reset();
  EXPECT_THAT(errors_, Contains(HasSubstr("label Pod kube-system/tutti-1")));
}

}  // namespace
}  // namespace tutti::apps
