#include "plugins/gang/yunikorn_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PodViewBuilder;

constexpr char kApp[] = "yunikorn.apache.org/app-id";
constexpr char kGroupName[] = "yunikorn.apache.org/task-group-name";
constexpr char kGroups[] = "yunikorn.apache.org/task-groups";
constexpr char kParameters[] = "yunikorn.apache.org/schedulingPolicyParameters";
constexpr char kTwoGroups[] = R"([
  {"name":"head","minMember":1,"minResource":{"cpu":"1"},"tolerations":[]},
  {"name":"workers","minMember":3,"affinity":{"nodeAffinity":{"preferred":[{"weight":1}]}}}])";

PodViewBuilder Member(const std::string& group, const std::string& groups = "") {
  PodViewBuilder pod;
  pod.Label(kApp, "app-1").Annotation(kGroupName, group);
  if (!groups.empty()) pod.Annotation(kGroups, groups);
  return pod;
}

class YunikornGroupingTest : public ::testing::Test {
 protected:
  const YunikornGrouping grouping_;
};

TEST_F(YunikornGroupingTest, TaskGroupsAreRolesAndTheirSumIsTheSize) {
  const auto first = grouping_.GroupOf(Member("head", kTwoGroups).View());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->identity, "app-1");
  EXPECT_EQ(first->role, "head");
  EXPECT_EQ(first->spec->min_member, 4);
  EXPECT_THAT(first->spec->roles, ElementsAre(RoleMinimum{"head", 1}, RoleMinimum{"workers", 3}));
  EXPECT_THAT(first->problem, IsEmpty());
  const auto other = grouping_.GroupOf(Member("workers").View());
  EXPECT_EQ(other->role, "workers");
  EXPECT_FALSE(other->spec) << "the first pod says it";
}

TEST_F(YunikornGroupingTest, AnApplicationIsKnownByTheFirstOfItsMarkers) {
  PodViewBuilder pod;
  pod.Annotation(kGroupName, "workers");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
  pod.Label("spark-app-selector", "4");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "4");
  pod.Label("applicationId", "3");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "3");
  pod.Annotation(kApp, "2");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "2");
  pod.Label(kApp, "1");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "1");
}

TEST_F(YunikornGroupingTest, AnApplicationWithoutTaskGroupsIsNoGang) {
  PodViewBuilder pod;
  pod.Label(kApp, "app-1").Label("queue", "root.default");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
}

TEST_F(YunikornGroupingTest, ADriverStartsAloneAndExecutorsWaitForOneAnotherOnly) {
  constexpr char kSpark[] = R"([{"name":"spark-driver","minMember":1},
                                {"name":"spark-executor","minMember":3}])";
  PodViewBuilder driver = Member("spark-driver", kSpark);
  driver.Label("spark-role", "driver");
  EXPECT_FALSE(grouping_.GroupOf(driver.View())) << "its executors do not exist before it runs";
  PodViewBuilder bare = Member("spark-executor");
  bare.Label("spark-role", "executor");
  EXPECT_FALSE(grouping_.GroupOf(bare.View())) << "nobody would say the size";
  PodViewBuilder executor = Member("spark-executor", kSpark);
  executor.Label("spark-role", "executor");
  EXPECT_THAT(grouping_.GroupOf(executor.View())->spec->roles,
              ElementsAre(RoleMinimum{"spark-executor", 3}));
}

TEST_F(YunikornGroupingTest, ReadsTheQueue) {
  PodViewBuilder pod = Member("workers");
  pod.Label("queue", "root.old");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "root.old");
  pod.Annotation("yunikorn.apache.org/queue", "root.annotated");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "root.annotated");
  pod.Label("yunikorn.apache.org/queue", "root.research");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "root.research");
  pod.Label("tutti.dev/queue", "ours");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "ours");
}

TEST_F(YunikornGroupingTest, ThePlaceholderTimeoutIsTheWait) {
  for (const char* text : {"placeholderTimeoutInSeconds=30 gangSchedulingStyle=Hard",
                           "gangSchedulingStyle=Soft  placeholderTimeoutInSeconds=30"}) {
    PodViewBuilder pod = Member("head", kTwoGroups);
    pod.Annotation(kParameters, text);
    EXPECT_EQ(grouping_.GroupOf(pod.View())->spec->wait_timeout, std::chrono::seconds(30)) << text;
  }
  for (const char* bad : {"", "0", "-1", "soon", "30s", "99999999999999999999", "2592001"}) {
    PodViewBuilder pod = Member("head", kTwoGroups);
    pod.Annotation(kParameters, "placeholderTimeoutInSeconds=" + std::string(bad));
    EXPECT_FALSE(grouping_.GroupOf(pod.View())->spec) << bad;
    EXPECT_THAT(grouping_.GroupOf(pod.View())->problem,
                AllOf(HasSubstr("schedulingPolicyParameters is \"" + std::string(bad) + "\""),
                      HasSubstr("expected 1 to 2592000 seconds; correct or remove it")));
  }
}

TEST_F(YunikornGroupingTest, WrongTaskGroupsAreNamed) {
  for (const char* bad : {"[", "{}", R"([{"name":"a"}])", R"([{"name":"a","minMember":-1}])",
                          R"([{"name":"a","minMember":1},{"name":"a","minMember":2}])",
                          R"([{"name":"a","minMember":60000},{"name":"b","minMember":60000}])"}) {
    const auto membership = grouping_.GroupOf(Member("a", bad).View());
    ASSERT_TRUE(membership) << bad;
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                AllOf(HasSubstr("annotation yunikorn.apache.org/task-groups is \""),
                      HasSubstr("expected a JSON list of groups"), HasSubstr("correct it")))
        << bad;
    EXPECT_LT(membership->problem.size(), 300u);
  }
}

}  // namespace
}  // namespace tutti::gang
