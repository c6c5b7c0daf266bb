#include "apps/local_queue_status.h"

#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;

constexpr int64_t kThen = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z

class LocalQueueStatusTest : public ::testing::Test {
 protected:
  LocalQueueStatusTest() {
    report_.handle = {"team-a", "default", "vision", 2, true, ""};
    report_.waiting_gangs = 1;
    report_.waiting_pods = 4;
    report_.running_gangs = 3;
    report_.used = {{model::kCpu, 2500}, {model::kPods, 5}};
  }
  json Status(const json& before = json::object(), int64_t now = kThen) const {
    return LocalQueueStatus(report_, resources_, before, now);
  }

  model::ResourceTable resources_;
  planner::HandleReport report_;
};

TEST_F(LocalQueueStatusTest, ItSaysWhatItsGangsHoldAndWhoWaits) {
  const json status = Status();
  EXPECT_EQ(status["used"], (json{{"cpu", "2500m"}}));
  EXPECT_EQ(status["runningGangs"], 3);
  EXPECT_EQ(status["waitingGangs"], 1);
  EXPECT_EQ(status["waitingPods"], 4);
  EXPECT_EQ(status["observedGeneration"], 2);
  const json condition = status["conditions"][0];
  EXPECT_EQ(condition["type"], "Active");
  EXPECT_EQ(condition["status"], "True");
  EXPECT_EQ(condition["message"], "gangs that name it wait in queue vision");
  EXPECT_EQ(Status(status, kThen + 60'000'000'000), status) << "nothing has changed";
}

TEST_F(LocalQueueStatusTest, ItIsActiveWhereItsQueueIsThereAndStartsGangs) {
  report_.handle.problem = "queue vision is held";
  EXPECT_EQ(Status()["conditions"][0]["status"], "False");
  EXPECT_EQ(Status()["conditions"][0]["reason"], "QueueNotActive");
  report_.handle.queue_found = false;
  report_.handle.problem = "there is no queue vision";
  EXPECT_EQ(Status()["conditions"][0]["reason"], "QueueNotFound");
  EXPECT_EQ(Status()["conditions"][0]["message"], "there is no queue vision");
}

}  // namespace
}  // namespace tutti::apps
