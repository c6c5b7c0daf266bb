#include "apps/queue_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;

constexpr int64_t kThen = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z
constexpr int64_t kLater = kThen + 60'000'000'000;

class QueueStatusTest : public ::testing::Test {
 protected:
  QueueStatusTest() {
    report_.description.name = "research";
    report_.description.state = "Open";
    report_.description.generation = 3;
    report_.description.running = 2;
    report_.description.share = 0.25;
    report_.waiting_gangs = 4;
    report_.waiting_pods = 9;
    report_.description.amounts = {
        {kCpu, 1500}, {kMemory, int64_t{3} << 30}, {resources_.InternForNode("nvidia.com/gpu"), 8}};
  }
  json Status(const json& before = json::object(), int64_t now = kThen) {
    return QueueStatus(report_, resources_, before, now);
  }

  model::ResourceTable resources_;
  planner::QueueReport report_;
};

TEST_F(QueueStatusTest, ItSaysWhatTheQueueHoldsAndWhoWaits) {
  const json status = Status();
  EXPECT_EQ(status["used"], (json{{"cpu", "1500m"}, {"memory", "3Gi"}, {"nvidia.com/gpu", "8"}}));
  EXPECT_EQ(status["runningGangs"], 2);
  EXPECT_EQ(status["waitingGangs"], 4);
  EXPECT_EQ(status["waitingPods"], 9);
  EXPECT_EQ(status["share"], "0.250");
  EXPECT_EQ(status["observedGeneration"], 3);
  const json condition = status["conditions"][0];
  EXPECT_EQ(condition["type"], "Ready");
  EXPECT_EQ(condition["status"], "True");
  EXPECT_EQ(condition["reason"], "Open");
  EXPECT_EQ(condition["lastTransitionTime"], "2023-11-14T22:13:20Z");
}

TEST_F(QueueStatusTest, TheTimeOfATransitionStaysUntilTheNextOne) {
  const json before = Status();
  EXPECT_EQ(Status(before, kLater), before) << "nothing has changed, so nothing is written";
  report_.description.problem = "queue research: there is no queue top";
  const json after = Status(before, kLater);
  EXPECT_EQ(after["conditions"][0]["status"], "False");
  EXPECT_EQ(after["conditions"][0]["reason"], "Misconfigured");
  EXPECT_EQ(after["conditions"][0]["message"], "queue research: there is no queue top");
  EXPECT_EQ(after["conditions"][0]["lastTransitionTime"], "2023-11-14T22:14:20Z");
}

TEST_F(QueueStatusTest, AHeldQueueIsNotReady) {
  report_.description.state = "Held";
  EXPECT_EQ(Status()["conditions"][0]["reason"], "Held");
  EXPECT_EQ(Status()["conditions"][0]["status"], "False");
}

TEST_F(QueueStatusTest, FlavorsAndUsersStandThereWithTheirBounds) {
  EXPECT_FALSE(Status().contains("flavors")) << "most queues have none";
  report_.description.flavors = {{"spot", {{kCpu, 1000, 2000, QueueAmount::kUnlimited}}}};
  report_.description.users = {{"user ada", {{kCpu, 500, 0, 4000}}, 2, 3}};
  const json status = Status();
  EXPECT_EQ(status["flavors"],
            (json::array(
                {{{"name", "spot"}, {"used", {{"cpu", "1"}}}, {"guaranteed", {{"cpu", "2"}}}}})));
  EXPECT_EQ(status["users"], (json::array({{{"name", "user ada"},
                                            {"used", {{"cpu", "500m"}}},
                                            {"limit", {{"cpu", "4"}}},
                                            {"runningGangs", 2},
                                            {"maxRunningGangs", 3}}})));
  report_.description.users.clear();
  EXPECT_EQ(Status(status)["users"], json::array()) << "a merge patch must say so";
}

TEST_F(QueueStatusTest, WhatIsNotHeldAnyMoreIsTakenOutByTheMergePatch) {
  const json before = Status();
  report_.description.amounts.pop_back();
  EXPECT_EQ(Status(before)["used"]["nvidia.com/gpu"], nullptr);
}

}  // namespace
}  // namespace tutti::apps
