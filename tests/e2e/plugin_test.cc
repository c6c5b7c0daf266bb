// Plugins of the configuration decide on the real control plane: for gangs through the plan, for
// pods of no gang through filter and prioritize.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr char kPlugins[] = R"(plugins:
- name: NodeResourcesFit
  weight: 2
  args: {scoringStrategy: {type: LeastAllocated, resources: [{name: cpu}]}}
- name: NodeHeadroom
  args: {percent: 25, resources: [cpu], exemptPriority: 1000}
- name: GangLimits
  args: {maxMembers: 12}
- name: TopologyDomains
  args: {levels: [example.com/rack]}
)";

// Four nodes of 4 cpu: left-0 and left-1 in one rack, right-0 and right-1 in another.
template <class Way>
class PluginTest : public E2eBed<PluginTest<Way>> {
 public:
  using Bed = E2eBed<PluginTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 2;
    options.node = Rack("left");
    options.scheduler.prioritize = true;
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = kPlugins;
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    ASSERT_TRUE(Bed::plane().AddNodes(2, Rack("right")).ok());
  }

 protected:
  static NodeTemplate Rack(const std::string& name) {
    NodeTemplate node;
    node.prefix = name;
    node.cpu = "4";
    node.labels["example.com/rack"] = name;
    return node;
  }
  // How many pods of this prefix each node has.
  std::map<std::string, int> Spread(const std::string& prefix) {
    std::map<std::string, int> count;
    const absl::StatusOr<json> pods = this->plane().Get("/api/v1/namespaces/default/pods");
    if (!pods.ok()) return count;
    for (const json& pod : pods->at("items")) {
      const std::string name = pod["metadata"]["name"];
      if (name.starts_with(prefix)) ++count[pod["spec"].value("nodeName", "")];
    }
    return count;
  }
  std::set<std::string> RacksOf(const std::string& prefix) {
    std::set<std::string> racks;
    for (const auto& [node, pods] : Spread(prefix)) racks.insert(node.substr(0, node.find('-')));
    return racks;
  }
};

TYPED_TEST_SUITE(PluginTest, WaysIn, WayName);

TYPED_TEST(PluginTest, AGangIsSpreadWithinOneRackAsThePluginsSay) {
  ASSERT_TRUE(this->plane().CreatePods(4, "gang", GangPod("gang", 4, "1")).ok());
  ASSERT_TRUE(this->AllBound("gang", 4));
  EXPECT_EQ(this->RacksOf("gang").size(), 1u);
  for (const auto& [node, pods] : this->Spread("gang")) EXPECT_EQ(pods, 2) << node;
}

TYPED_TEST(PluginTest, AGangTooLargeForARackGoesOverBothAndLeavesTheHeadroom) {
  ASSERT_TRUE(this->plane().CreatePods(12, "wide", GangPod("wide", 12, "1")).ok());
  ASSERT_TRUE(this->AllBound("wide", 12));
  for (const auto& [node, pods] : this->Spread("wide")) EXPECT_EQ(pods, 3) << node;
}

TYPED_TEST(PluginTest, AGangThatAPluginHoldsSaysSoInItsWords) {
  ASSERT_TRUE(this->plane().CreatePods(13, "huge", GangPod("huge", 13, "100m")).ok());
  EXPECT_TRUE(this->SawReason("huge", "GangTooLarge"));
  EXPECT_EQ(this->plane().CountBound("huge"), 0);
  EXPECT_EQ(this->Reservations(), 0);
}

TYPED_TEST(PluginTest, PodsOfNoGangAreFilteredAndScored) {
  PodTemplate plain;
  plain.requests["cpu"] = "1";
  ASSERT_TRUE(this->plane().CreatePods(12, "plain", plain).ok());
  ASSERT_TRUE(this->AllBound("plain", 12));
  for (const auto& [node, pods] : this->Spread("plain")) EXPECT_EQ(pods, 3) << node;
  ASSERT_TRUE(this->plane().CreatePods(1, "late", plain).ok());
  EXPECT_TRUE(this->plane().WaitFor([&] {
    return this->Pod("late-0").dump().find("tutti/NodeHeadroom") != std::string::npos;
  })) << this->Pod("late-0");
  this->plane().DeletePods("plain");
  EXPECT_TRUE(this->AllBound("late", 1));
}

TYPED_TEST(PluginTest, PrioritizeTellsTheScoresInTheLevelsOfTheProtocol) {
  PodTemplate plain;
  plain.requests["cpu"] = "2";
  ASSERT_TRUE(this->plane().CreatePods(1, "first", plain).ok());
  ASSERT_TRUE(this->AllBound("first", 1));
  const std::string taken = this->Pod("first-0")["spec"]["nodeName"];
  json pod = {{"metadata", {{"name", "next"}, {"namespace", "default"}}},
              {"spec",
               {{"containers",
                 json::array({{{"name", "c"}, {"resources", {{"requests", {{"cpu", "1"}}}}}}})}}}};
  const std::vector<std::string> names = {"left-0", "left-1", "right-0", "right-1"};
  const std::string reply = this->Ask("prioritize", pod, names);
  for (const std::string& name : names) {
    const std::string score = name == taken ? "3" : "8";  // 25 and 75 of 100
    EXPECT_NE(reply.find("{\"Host\":\"" + name + "\",\"Score\":" + score + "}"), std::string::npos)
        << reply;
  }
}

// The C example, loaded from its shared object: 1 cpu of each node's 4 stays free.
class SharedObjectTest : public E2eBed<SharedObjectTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.extra = std::string("plugins:\n- name: KeepFree\n  library: ") +
                          TUTTI_TEST_OBJECTS +
                          "/keep_free_so.so\n  args: {resource: cpu, amount: 1000}\n";
    return options;
  }
};

TEST_F(SharedObjectTest, AGangGoesWhereThePluginLetsIt) {
  ASSERT_TRUE(plane().CreatePods(12, "fits", GangPod("fits", 12, "1")).ok());
  EXPECT_TRUE(AllBound("fits", 12));
  ASSERT_TRUE(plane().CreatePods(1, "late", GangPod("late", 1, "1")).ok());
  EXPECT_TRUE(SawReason("late", "KeepFree"));
  EXPECT_EQ(plane().CountBound("late"), 0);
  plane().DeletePods("fits");
  EXPECT_TRUE(AllBound("late", 1));
}

TEST_F(SharedObjectTest, SoDoPodsOfNoGang) {
  PodTemplate plain;
  plain.requests["cpu"] = "3500m";
  ASSERT_TRUE(plane().CreatePods(1, "large", plain).ok());
  EXPECT_TRUE(plane().WaitFor([] {
    return Pod("large-0").dump().find("tutti/KeepFree") != std::string::npos;
  })) << Pod("large-0");
  plain.requests["cpu"] = "3";
  ASSERT_TRUE(plane().CreatePods(4, "plain", plain).ok());
  EXPECT_TRUE(AllBound("plain", 4));
}

}  // namespace
}  // namespace tutti::testing
