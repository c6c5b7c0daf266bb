#include "plugins/gang/armada_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PodViewBuilder;

PodViewBuilder Member(const std::string& cardinality) {
  PodViewBuilder pod;
  pod.Annotation("armadaproject.io/gangId", "train")
      .Annotation("armadaproject.io/gangCardinality", cardinality);
  return pod;
}

class ArmadaGroupingTest : public ::testing::Test {
 protected:
  const ArmadaGrouping grouping_;
};

TEST_F(ArmadaGroupingTest, ReadsGangAndCardinality) {
  PodViewBuilder pod = Member("4");
  pod.Label("tutti.dev/queue", "research");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->spec, (GangSpec{4}));
  EXPECT_EQ(membership->queue, "research");
  EXPECT_THAT(membership->problem, IsEmpty());
  EXPECT_FALSE(grouping_.GroupOf(PodViewBuilder().View()));
}

TEST_F(ArmadaGroupingTest, ABadCardinalityIsNamed) {
  for (const char* bad : {"", "0", "-1", "100001", "four"}) {
    const auto membership = grouping_.GroupOf(Member(bad).View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                AllOf(HasSubstr("annotation armadaproject.io/gangCardinality is \"" +
                                std::string(bad) + "\""),
                      HasSubstr("expected 1 to 100000, in quotes; set it on every job")));
  }
}

TEST_F(ArmadaGroupingTest, WatchesNothing) { EXPECT_THAT(grouping_.Watches(), IsEmpty()); }

}  // namespace
}  // namespace tutti::gang
