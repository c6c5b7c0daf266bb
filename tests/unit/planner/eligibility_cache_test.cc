#include "planner/eligibility_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ShapeOf;

class EligibilityCacheTest : public ::testing::Test {
 protected:
  void AddNode(const std::string& name, const std::string& zone, bool unschedulable = false) {
    model::NodeInfo node;
    node.name = name;
    node.labels = {{world_.labels.Intern("zone"), world_.labels.Intern(zone)}};
    node.unschedulable = unschedulable;
    world_.nodes.Upsert(std::move(node));
  }
  std::vector<std::string> Eligible(const std::shared_ptr<const model::PodShape>& shape,
                                    const std::string& namespace_name = "default") {
    const EligibilityCache::Bits bits = world_.eligibility.Of(shape, namespace_name);
    std::vector<std::string> names;
    for (uint32_t i = 0; i < world_.nodes.capacity(); ++i) {
      if ((bits.at(i / 64) >> (i % 64) & 1) != 0)
        names.push_back(world_.nodes.Info(model::NodeIndex(i))->name);
    }
    return names;
  }
  static std::shared_ptr<const model::PodShape> InZone(const std::string& zone) {
    model::PodShape shape = *ShapeOf({});
    shape.node_selector = {{"zone", zone}};
    return std::make_shared<const model::PodShape>(shape);
  }
  static model::NodeSelector ZoneTerm(const std::string& zone) {
    return {{{{"zone", model::NodeSelectorRequirement::Operator::kIn, {zone}}}, {}}};
  }

  testing::PlacerWorld world_;
};

TEST_F(EligibilityCacheTest, FollowsEveryChangeOfTheNodes) {
  const auto shape = InZone("z1");
  EXPECT_THAT(Eligible(shape), IsEmpty());
  AddNode("a", "z1");
  AddNode("b", "z2");
  EXPECT_THAT(Eligible(shape), ElementsAre("a"));
  AddNode("b", "z1");
  EXPECT_THAT(Eligible(shape), ElementsAre("a", "b"));
  AddNode("a", "z1", /*unschedulable=*/true);
  EXPECT_THAT(Eligible(shape), ElementsAre("b"));
  world_.nodes.Remove("b");
  EXPECT_THAT(Eligible(shape), IsEmpty());
}

TEST_F(EligibilityCacheTest, AVolumeKeepsItsPodsWhereItCanBeReached) {
  AddNode("a", "z1");
  AddNode("b", "z2");
  model::PodShape with_claim = *ShapeOf({});
  with_claim.claims = {"data"};
  const auto shape = std::make_shared<const model::PodShape>(with_claim);
  EXPECT_THAT(Eligible(shape), ElementsAre("a", "b"));
  world_.volumes.Upsert(model::VolumeInfo{"pv", ZoneTerm("z2")});
  world_.volumes.Upsert(model::VolumeClaimInfo{"default", "data", "pv"});
  EXPECT_THAT(Eligible(shape), ElementsAre("b"));
  EXPECT_THAT(Eligible(shape, "other"), ElementsAre("a", "b")) << "another claim of that name";
  EXPECT_THAT(Eligible(shape), ElementsAre("b"));
  world_.volumes.Upsert(model::VolumeInfo{"pv", ZoneTerm("z1")});
  EXPECT_THAT(Eligible(shape), ElementsAre("a"));
}

TEST_F(EligibilityCacheTest, MoreShapesThanItKeepsAreStillAnsweredRight) {
  AddNode("a", "z1");
  AddNode("b", "z2");
  std::vector<std::shared_ptr<const model::PodShape>> shapes;
  for (int i = 0; i < 600; ++i) shapes.push_back(InZone(i % 2 == 0 ? "z1" : "z2"));
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < shapes.size(); ++i)
      ASSERT_THAT(Eligible(shapes[i]), ElementsAre(i % 2 == 0 ? "a" : "b")) << i;
  }
  // One that was dropped and freed leaves its address to another shape.
  for (int i = 0; i < 600; ++i) ASSERT_THAT(Eligible(InZone("z2")), ElementsAre("b"));
}

}  // namespace
}  // namespace tutti::planner
