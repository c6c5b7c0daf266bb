// The table of Kubernetes' TaintToleration, NodeUnschedulable and NodeAffinity plugins.
#include "model/eligibility.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tutti::model {
namespace {

constexpr TaintEffect kAnyEffect = TaintEffect::kNone;
constexpr TaintEffect kNoSchedule = TaintEffect::kNoSchedule;
constexpr TaintEffect kNoExecute = TaintEffect::kNoExecute;
constexpr TaintEffect kPrefer = TaintEffect::kPreferNoSchedule;

Toleration Equal(const char* key, const char* value, TaintEffect effect) {
  return {key, value, effect, false};
}
Toleration Exists(const char* key, TaintEffect effect) { return {key, "", effect, true}; }

struct TolerationCase {
  const char* what;
  std::vector<Toleration> tolerations;
  Taint taint;
  bool tolerated;
};

TEST(EligibilityTest, TaintsAgainstTolerations) {
  const Taint gpu{"gpu", "a100", kNoSchedule};
  const std::vector<TolerationCase> cases = {
      {"nothing is tolerated by default", {}, gpu, false},
      {"key, value and effect", {Equal("gpu", "a100", kNoSchedule)}, gpu, true},
      {"no effect means every effect", {Equal("gpu", "a100", kAnyEffect)}, gpu, true},
      {"another effect", {Equal("gpu", "a100", kNoExecute)}, gpu, false},
      {"another value", {Equal("gpu", "h100", kNoSchedule)}, gpu, false},
      {"another key", {Equal("tpu", "a100", kNoSchedule)}, gpu, false},
      {"Exists asks for no value", {Exists("gpu", kNoSchedule)}, gpu, true},
      {"Exists of another key", {Exists("tpu", kNoSchedule)}, gpu, false},
      {"Exists without a key covers everything", {Exists("", kAnyEffect)}, gpu, true},
      {"Exists without a key, one effect", {Exists("", kNoExecute)}, gpu, false},
      {"an empty value equals an empty value",
       {Equal("spot", "", kNoSchedule)},
       {"spot", "", kNoSchedule},
       true},
      {"an empty value is not any value", {Equal("gpu", "", kNoSchedule)}, gpu, false},
      {"any of several", {Equal("x", "y", kNoSchedule), Exists("gpu", kAnyEffect)}, gpu, true},
      {"NoExecute", {Exists("gone", kNoExecute)}, {"gone", "", kNoExecute}, true},
  };
  for (const TolerationCase& c : cases)
    EXPECT_EQ(Tolerates(c.tolerations, c.taint), c.tolerated) << c.what;
}

class NodeEligibilityTest : public ::testing::Test {
 protected:
  NodeEligibilityTest() {
    node_.name = "node-a";
    node_.labels = {{labels_.Intern("zone"), labels_.Intern("z1")},
                    {labels_.Intern("disk"), labels_.Intern("ssd")}};
    std::sort(node_.labels.begin(), node_.labels.end());
  }
  bool IsEligible() const { return Eligible(shape_, node_, labels_); }

  base::Interner labels_;
  NodeInfo node_;
  PodShape shape_;
};

TEST_F(NodeEligibilityTest, APlainPodMayRunOnAPlainNode) { EXPECT_TRUE(IsEligible()); }

TEST_F(NodeEligibilityTest, OnlyNoScheduleAndNoExecuteKeepPodsAway) {
  node_.taints = {{"a", "", kPrefer}};
  EXPECT_TRUE(IsEligible());
  node_.taints = {{"a", "", kNoExecute}};
  EXPECT_FALSE(IsEligible());
  shape_.tolerations = {Exists("a", kNoExecute)};
  EXPECT_TRUE(IsEligible());
  node_.taints.push_back({"b", "", kNoSchedule});
  EXPECT_FALSE(IsEligible()) << "each taint must be tolerated";
}

TEST_F(NodeEligibilityTest, AnUnschedulableNodeIsATaintedOne) {
  node_.unschedulable = true;
  EXPECT_FALSE(IsEligible());
  shape_.tolerations = {Exists("node.kubernetes.io/unschedulable", kNoSchedule)};
  EXPECT_TRUE(IsEligible());
  shape_.tolerations = {Exists("", kAnyEffect)};
  EXPECT_TRUE(IsEligible());
  shape_.tolerations = {Exists("node.kubernetes.io/unschedulable", kNoExecute)};
  EXPECT_FALSE(IsEligible());
}

TEST_F(NodeEligibilityTest, TheNodeSelectorAndTheAffinityMustBothHold) {
  shape_.node_selector = {{"disk", "ssd"}, {"zone", "z1"}};
  EXPECT_TRUE(IsEligible());
  shape_.node_selector = {{"disk", "ssd"}, {"zone", "z2"}};
  EXPECT_FALSE(IsEligible());
  shape_.node_selector = {{"never-interned", "x"}};
  EXPECT_FALSE(IsEligible());
  shape_.node_selector = {{"disk", "ssd"}};
  using Operator = NodeSelectorRequirement::Operator;
  shape_.required_affinity = NodeSelector{{{{"zone", Operator::kIn, {"z2"}}}, {}}};
  EXPECT_FALSE(IsEligible());
  shape_.required_affinity->push_back({{{"zone", Operator::kIn, {"z1"}}}, {}});
  EXPECT_TRUE(IsEligible());
}

TEST_F(NodeEligibilityTest, AnAffinityWithoutTermsMatchesNoNode) {
  shape_.required_affinity.emplace();
  EXPECT_FALSE(IsEligible());
}

TEST_F(NodeEligibilityTest, AResourceNobodyCanCountFitsNowhere) {
  shape_.unknown_resource = true;
  EXPECT_FALSE(IsEligible());
}

TEST_F(NodeEligibilityTest, TheFirstRuleThatKeepsThemOffIsNamed) {
  const auto why = [&] { return EligibilityOf(shape_, node_, labels_); };
  node_.unschedulable = true;
  EXPECT_EQ(why(), Eligibility::kUnschedulable);
  node_.unschedulable = false;
  node_.taints = {{"node.kubernetes.io/unschedulable", "", TaintEffect::kNoSchedule}};
  EXPECT_EQ(why(), Eligibility::kUnschedulable) << "the taint says the same";
  node_.taints = {{"spot", "", TaintEffect::kNoSchedule}};
  EXPECT_EQ(why(), Eligibility::kUntoleratedTaint);
  node_.taints.clear();
  shape_.required_affinity.emplace();
  EXPECT_EQ(why(), Eligibility::kNodeAffinity);
  shape_.node_selector = {{"disk", "none"}};
  EXPECT_EQ(why(), Eligibility::kNodeSelector);
  shape_.unknown_resource = true;
  EXPECT_EQ(why(), Eligibility::kUnknownResource);
}

}  // namespace
}  // namespace tutti::model
