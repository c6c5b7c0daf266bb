#include "plugins/builtin_plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> NamesOf(const std::vector<std::unique_ptr<GangGrouping>>& groupings) {
  std::vector<std::string> names;
  for (const auto& grouping : groupings) names.emplace_back(grouping->name());
  return names;
}

TEST(BuiltinPluginsTest, EveryDialectIsMadeUnderTheNameThatConfigurationUses) {
  std::vector<std::string> unknown;
  const auto groupings = BuiltinGangGroupings(BuiltinGangDialects(), {}, unknown);
  EXPECT_THAT(unknown, IsEmpty());
  EXPECT_EQ(NamesOf(groupings), BuiltinGangDialects());
  EXPECT_THAT(
      BuiltinGangDialects(),
      ElementsAre("annotations", "podgroup", "scheduling-x-k8s-io", "volcano", "yunikorn", "kueue",
                  "kai", "koordinator", "armada", "godel", "spark", "owner", "job"));
}

TEST(BuiltinPluginsTest, TheOrderOfTheConfigurationIsKept) {
  std::vector<std::string> unknown;
  EXPECT_THAT(NamesOf(BuiltinGangGroupings({"job", "annotations"}, {}, unknown)),
              ElementsAre("job", "annotations"));
}

TEST(BuiltinPluginsTest, AnUnknownDialectIsNamedAndTheOthersAreMade) {
  std::vector<std::string> unknown;
  const auto groupings = BuiltinGangGroupings({"annotation", "job", ""}, {}, unknown);
  EXPECT_THAT(unknown, ElementsAre("annotation", ""));
  EXPECT_THAT(NamesOf(groupings), ElementsAre("job"));
}

TEST(BuiltinPluginsTest, ThatAllJobsAreGangsReachesTheJobDialect) {
  testing::PodViewBuilder pod;
  pod.Owner({"batch/v1", "Job", "train", "uid", true});
  for (const bool all : {false, true}) {
    std::vector<std::string> unknown;
    const auto groupings = BuiltinGangGroupings({"job"}, {.all_jobs_are_gangs = all}, unknown);
    EXPECT_EQ(groupings.at(0)->GroupOf(pod.View()).has_value(), all);
  }
}

}  // namespace
}  // namespace tutti
