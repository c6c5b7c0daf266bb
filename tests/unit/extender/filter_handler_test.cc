#include "extender/filter_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace tutti::extender {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kMember[] = R"({"gang":"g"})";

std::string Request(const std::string& pod, const std::vector<std::string>& names) {
  return R"({"Pod":)" + pod + R"(,"Nodes":null,"NodeNames":)" + json(names).dump() + "}";
}

class FilterHandlerTest : public ::testing::Test {
 protected:
  FilterHandlerTest() : handler_(world_.core, world_.workspaces) {
    for (const char* name : {"node-a", "node-b", "node-c"}) nodes_.push_back(world_.AddNode(name));
    world_.Publish();
  }

  Answer Ask(const std::string& request, FilterMode mode = FilterMode::kReal) {
    return handler_.Handle(testing::PaddedBody(request).view(), mode);
  }
  json Reply(const std::string& request, FilterMode mode = FilterMode::kReal) {
    const Answer answer = Ask(request, mode);
    EXPECT_EQ(answer.status, 200) << answer.body;
    json reply = json::parse(answer.body, nullptr, false);
    EXPECT_TRUE(reply.is_object()) << answer.body;
    EXPECT_EQ(reply.value("Error", "missing"), "");
    return reply;
  }

  testing::DoorWorld world_;
  std::vector<model::NodeIndex> nodes_;
  FilterHandler handler_;
  const std::vector<std::string> abc_ = {"node-a", "node-b", "node-c"};
};

TEST_F(FilterHandlerTest, APodOfNoGangKeepsEveryNode) {
  const json reply = Reply(Request(testing::PodJson(1), {"node-c", "unknown", "node-c"}));
  EXPECT_EQ(reply["NodeNames"], json({"node-c", "unknown", "node-c"}));
  EXPECT_EQ(reply["Nodes"], nullptr);
  EXPECT_THAT(reply["FailedNodes"], IsEmpty());
  EXPECT_THAT(reply["FailedAndUnresolvableNodes"], IsEmpty());
}

TEST_F(FilterHandlerTest, APlacedMemberGetsItsNodeAlone) {
  world_.Place(testing::UidOf(1), nodes_[1]);
  world_.Publish();
  const json reply = Reply(Request(testing::PodJson(1, kMember), abc_));
  EXPECT_EQ(reply["NodeNames"], json({"node-b"}));
  EXPECT_THAT(reply["FailedNodes"], IsEmpty());
  EXPECT_THAT(world_.core.not_offered(), IsEmpty());
}

TEST_F(FilterHandlerTest, AHeldMemberGetsOneStableReasonThatPreemptionCannotResolve) {
  world_.Hold(testing::UidOf(1), {model::ReasonCode::kWaitingForMembers, 4, 1, {}});
  world_.Publish();
  const Answer first = Ask(Request(testing::PodJson(1, kMember), abc_));
  const json reply = json::parse(first.body);
  EXPECT_EQ(reply["NodeNames"], json::array());
  EXPECT_EQ(reply["FailedAndUnresolvableNodes"],
            json({{"node-a", "tutti/WaitingForMembers: needs 4 at once"}}));
  EXPECT_EQ(first.reason, model::ReasonCode::kWaitingForMembers);
  world_.Hold(testing::UidOf(1), {model::ReasonCode::kWaitingForMembers, 4, 3, {}});
  world_.Publish();
  EXPECT_EQ(Ask(Request(testing::PodJson(1, kMember), abc_)).body, first.body);
}

TEST_F(FilterHandlerTest, APlannedNodeThatIsNotOfferedIsReportedToTheCore) {
  world_.Place(testing::UidOf(1), nodes_[2]);
  world_.Publish();
  const std::string request = Request(testing::PodJson(1, kMember), {"node-a", "node-b"});
  EXPECT_EQ(Reply(request)["NodeNames"], json::array());
  ASSERT_EQ(world_.core.not_offered().size(), 1u);
  EXPECT_EQ(world_.core.not_offered()[0], std::make_pair(testing::UidOf(1), std::string("node-c")));
  Reply(request, FilterMode::kDryRun);
  EXPECT_EQ(world_.core.not_offered().size(), 1u) << "a dry run leaves no trace";
}

TEST_F(FilterHandlerTest, AMemberNotSeenYetWaitsUnlessItsTokenIsOfALivingPlan) {
  EXPECT_THAT(Ask(Request(testing::PodJson(1, kMember), abc_)).body, HasSubstr("tutti/NotYetSeen"));
  world_.plans.Set("plan-7", true);
  world_.Publish();
  std::string pod = testing::PodJson(1, kMember);
  pod.insert(pod.find("\"labels\""), R"("annotations":{"tutti.dev/plan":"plan-7/3"},)");
  EXPECT_EQ(Reply(Request(pod, {"node-b"}))["NodeNames"], json({"node-b"}));
}

TEST_F(FilterHandlerTest, ReservedRoomIsKeptFromPodsOfNoGang) {
  world_.ReserveForHead(nodes_[1], 7500, /*priority=*/10);
  world_.Publish();
  const json reply = Reply(Request(testing::PodJson(1), {"node-b", "x", "node-a", "node-b"}));
  EXPECT_EQ(reply["NodeNames"], json({"x", "node-a"}));
  EXPECT_EQ(reply["FailedNodes"], json({{"node-b", "tutti/NodeReserved"}}));
  // Small enough to fit beside the reservation, or above it in priority.
  EXPECT_EQ(Reply(Request(testing::PodJson(1, "{}", "500m"), abc_))["NodeNames"], json(abc_));
  EXPECT_EQ(Reply(Request(testing::PodJson(1, "{}", "1", 11), abc_))["NodeNames"], json(abc_));
}

TEST_F(FilterHandlerTest, NoMoreReasonsThanAReaderCanUse) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("big-" + std::to_string(i));
    world_.Reserve(world_.AddNode(names.back()), 8000);
  }
  world_.Publish();
  const json reply = Reply(Request(testing::PodJson(1), names));
  EXPECT_EQ(reply["NodeNames"], json::array());
  EXPECT_EQ(reply["FailedNodes"].size(), kMostNamedRefusals);
}

TEST_F(FilterHandlerTest, WholeNodesAreAnsweredWithWholeNodes) {
  const std::string list =
      R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"node-a"},"x":[1]},)"
      R"({"metadata":{"name":"node-b"}} , {"metadata":{"name":"node-c"}}]})";
  const auto request = [&](const std::string& pod) {
    return R"({"Pod":)" + pod + R"(,"Nodes":)" + list + R"(,"NodeNames":null})";
  };
  json reply = Reply(request(testing::PodJson(1)));
  EXPECT_EQ(reply["Nodes"], json::parse(list));
  EXPECT_EQ(reply["NodeNames"], nullptr);
  world_.Place(testing::UidOf(2), nodes_[1]);
  world_.Hold(testing::UidOf(3), {model::ReasonCode::kBackingOff, 0, 0, {}});
  world_.Reserve(nodes_[0], 8000);
  world_.Publish();
  reply = Reply(request(testing::PodJson(1)));
  ASSERT_EQ(reply["Nodes"]["items"].size(), 2u);
  EXPECT_EQ(reply["Nodes"]["items"][0]["metadata"]["name"], "node-b");
  EXPECT_EQ(reply["FailedNodes"], json({{"node-a", "tutti/NodeReserved"}}));
  reply = Reply(request(testing::PodJson(2, kMember)));
  EXPECT_EQ(reply["Nodes"]["items"], json::parse(R"([{"metadata":{"name":"node-b"}}])"));
  reply = Reply(request(testing::PodJson(3, kMember)));
  // Not null: both forms null would be "no answer" to nobody's use.
  EXPECT_EQ(reply["Nodes"]["items"], json::array());
}

TEST_F(FilterHandlerTest, ADryRunShowsAHeldMemberWhereOneSuchPodFits) {
  world_.Hold(testing::UidOf(1), {model::ReasonCode::kWaitingForCapacity, 4, 0, {}});
  world_.Reserve(nodes_[0], 8000);
  world_.Publish();
  const std::vector<std::string> names = {"node-a", "node-b", "template-node"};
  const json reply = Reply(Request(testing::PodJson(1, kMember), names), FilterMode::kDryRun);
  EXPECT_EQ(reply["NodeNames"], json({"node-b", "template-node"}));
  EXPECT_EQ(reply["FailedNodes"], json({{"node-a", "tutti/WaitingForCapacity"}}));
  // A placed one has its node.
  world_.Place(testing::UidOf(1), nodes_[0]);
  world_.Publish();
  EXPECT_EQ(Reply(Request(testing::PodJson(1, kMember), names), FilterMode::kDryRun)["NodeNames"],
            json({"node-a"}));
}

TEST_F(FilterHandlerTest, NotReadyIs503AndMalformedIs400) {
  EXPECT_EQ(Ask("{").status, 400);
  EXPECT_THAT(json::parse(Ask("{").body)["Error"].get<std::string>(), HasSubstr("ExtenderArgs"));
  std::string pod = testing::PodJson(1, "{}", "one");
  EXPECT_EQ(Ask(Request(pod, abc_)).status, 400);
  EXPECT_THAT(Ask(Request(pod, abc_)).body, HasSubstr("pod-1"));
  world_.Publish(/*ready=*/false);
  const Answer answer = Ask(Request(testing::PodJson(1), abc_));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.reason, model::ReasonCode::kNotReady);
}

TEST_F(FilterHandlerTest, EscapedNamesAreTheNamesTheyStandFor) {
  world_.Place(testing::UidOf(1), nodes_[0]);
  world_.Reserve(nodes_[1], 8000);
  world_.Publish();
  const std::string names = R"(["node\u002da","node\u002Db","quo\"te"])";
  const auto request = [&](const std::string& pod) {
    return R"({"Pod":)" + pod + R"(,"NodeNames":)" + names + "}";
  };
  EXPECT_EQ(Reply(request(testing::PodJson(1, kMember)))["NodeNames"], json({"node-a"}));
  EXPECT_EQ(Reply(request(testing::PodJson(2)))["NodeNames"], json({"node-a", "quo\"te"}));
}

TEST_F(FilterHandlerTest, ANodeWithoutANameIsJustUnknown) {
  world_.Reserve(nodes_[1], 8000);
  world_.Publish();
  const std::string pod = testing::PodJson(1);
  const json reply = Reply(R"({"Pod":)" + pod + R"(,"Nodes":{"items":[{},{"metadata":null},)" +
                           R"({"metadata":{"name":"node-b"}}]}})");
  EXPECT_EQ(reply["Nodes"]["items"], json::parse(R"([{},{"metadata":null}])"));
}

// kube-scheduler fails the whole call for a name it did not offer.
TEST_F(FilterHandlerTest, TheAnswerIsASubsetOfTheRequest) {
  const uint64_t seed = 11;
  SCOPED_TRACE("seed 11");
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300; ++i) {
    const model::NodeIndex node = world_.AddNode("n" + std::to_string(i));
    if (random() % 2 == 0) world_.Reserve(node, static_cast<int64_t>(random() % 9000));
    if (i % 3 == 0) world_.Place(testing::UidOf(i), node);
    if (i % 3 == 1) world_.Hold(testing::UidOf(i), {model::ReasonCode::kBehindHead, 0, 0, {}});
  }
  world_.Publish();
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> names;
    for (uint64_t i = 0; i <= random() % 200; ++i)
      names.push_back((random() % 10 == 0 ? "?" : "n") + std::to_string(random() % 320));
    const bool by_name = random() % 2 == 0;
    const std::string pod =
        testing::PodJson(static_cast<int>(random() % 320), random() % 2 == 0 ? kMember : "{}");
    json nodes = json::array();
    for (const std::string& name : names) nodes.push_back({{"metadata", {{"name", name}}}});
    const std::string request =
        by_name ? Request(pod, names)
                : json({{"Pod", json::parse(pod)}, {"Nodes", {{"items", nodes}}}}).dump();
    const json reply = Reply(request, random() % 4 == 0 ? FilterMode::kDryRun : FilterMode::kReal);
    std::vector<std::string> kept;
    if (by_name) {
      kept = reply["NodeNames"].get<std::vector<std::string>>();
    } else {
      for (const json& node : reply["Nodes"]["items"]) kept.push_back(node["metadata"]["name"]);
    }
    // In the request's order, and each no more often than there.
    auto at = names.begin();
    for (const std::string& name : kept) {
      at = std::find(at, names.end(), name);
      ASSERT_NE(at, names.end()) << name << " in " << request;
      ++at;
    }
  }
}

// Bug 3 of the peers: filters that run at once. A verdict depends on the snapshot alone, so one
// free slot goes to its owner whoever asks first.
TEST_F(FilterHandlerTest, ParallelFiltersAgree) {
  for (int i = 0; i < 64; ++i) {
    if (i == 17) {
      world_.Place(testing::UidOf(i), nodes_[1]);
    } else {
      world_.Hold(testing::UidOf(i), {model::ReasonCode::kWaitingForCapacity, 1, 0, {}});
    }
  }
  world_.Publish();
  std::vector<std::string> bodies(64);
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([this, i, &body = bodies[static_cast<size_t>(i)]] {
      body = Ask(Request(testing::PodJson(i, kMember), abc_)).body;
    });
  }
  for (int round = 0; round < 20; ++round) world_.Publish();
  for (std::thread& thread : threads) thread.join();
  int winners = 0;
  for (const std::string& body : bodies) winners += json::parse(body)["NodeNames"].empty() ? 0 : 1;
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(json::parse(bodies[17])["NodeNames"], json({"node-b"}));
}

}  // namespace
}  // namespace tutti::extender
