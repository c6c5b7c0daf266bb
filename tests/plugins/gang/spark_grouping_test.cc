#include "plugins/gang/spark_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PodViewBuilder;

PodViewBuilder Pod(const std::string& role) {
  PodViewBuilder pod;
  pod.Label("spark-app-id", "app-1").Label("spark-role", role);
  return pod;
}

class SparkGroupingTest : public ::testing::Test {
 protected:
  const SparkGrouping grouping_;
};

TEST_F(SparkGroupingTest, ExecutorsAreAGangOfTheirOwn) {
  PodViewBuilder pod = Pod("executor");
  pod.Annotation("spark-executor-count", "4").Label("tutti.dev/queue", "research");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "app-1");
  EXPECT_EQ(membership->role, "executor");
  EXPECT_EQ(membership->queue, "research");
  EXPECT_EQ(membership->spec, (GangSpec{4}));
  EXPECT_THAT(membership->problem, IsEmpty());
}

TEST_F(SparkGroupingTest, TheDriverStartsAlone) {
  PodViewBuilder driver = Pod("driver");
  driver.Annotation("spark-executor-count", "4");
  EXPECT_FALSE(grouping_.GroupOf(driver.View())) << "its executors do not exist before it runs";
}

TEST_F(SparkGroupingTest, ExecutorsThatSayNoCountAreNoGang) {
  EXPECT_FALSE(grouping_.GroupOf(Pod("executor").View()));
  PodViewBuilder other;
  other.Annotation("spark-executor-count", "4").Label("spark-role", "executor");
  EXPECT_FALSE(grouping_.GroupOf(other.View())) << "of no application";
}

TEST_F(SparkGroupingTest, OfADynamicApplicationTheLeastCounts) {
  PodViewBuilder pod = Pod("executor");
  pod.Annotation("spark-executor-count", "9")
      .Annotation("spark-dynamic-allocation-enabled", "true")
      .Annotation("spark-dynamic-allocation-min-executor-count", "2");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->spec, (GangSpec{2}));
  PodViewBuilder from_none = Pod("executor");
  from_none.Annotation("spark-dynamic-allocation-enabled", "true")
      .Annotation("spark-dynamic-allocation-min-executor-count", "0");
  EXPECT_FALSE(grouping_.GroupOf(from_none.View()));
}

TEST_F(SparkGroupingTest, ABadCountIsNamed) {
  for (const char* bad : {"0", "-1", "100001", "four"}) {
    PodViewBuilder pod = Pod("executor");
    pod.Annotation("spark-executor-count", bad);
    EXPECT_FALSE(grouping_.GroupOf(pod.View())->spec) << bad;
    EXPECT_THAT(grouping_.GroupOf(pod.View())->problem,
                AllOf(HasSubstr("annotation spark-executor-count is \"" + std::string(bad) + "\""),
                      HasSubstr("expected 1 to 100000, in quotes; set it on every executor")));
  }
}

}  // namespace
}  // namespace tutti::gang
