#include "admission/submit_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "builtin_plugins.h"

namespace tutti::admission {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;
using ::testing::NotNull;

// A dialect whose objects or markers name a queue must not be forgotten here.
TEST(SubmitRulesTest, EveryKindThatADialectWatchesIsKnown) {
  const std::vector<std::string> dialects = BuiltinGangDialects();
  std::vector<std::string> unknown;
  const auto groupings = BuiltinGangGroupings(dialects, {}, unknown);
  EXPECT_THAT(unknown, ::testing::IsEmpty());
  const SubmitRules rules = SubmitRulesFor(dialects);
  for (const auto& grouping : groupings) {
    for (const ObjectKind& kind : grouping->Watches()) {
      EXPECT_THAT(rules.Find(kind.group, kind.resource), NotNull())
          << kind.resource << "." << kind.group << " of " << grouping->name();
    }
  }
}

TEST(SubmitRulesTest, OnlyMarkersAndPodGroupsOfDialectsThatAreOnCount) {
  const SubmitRules ours = SubmitRulesFor({"annotations"});
  ASSERT_EQ(ours.markers.size(), 1u);
  EXPECT_EQ(ours.markers[0].key, "tutti.dev/queue");
  EXPECT_EQ(ours.Find("scheduling.volcano.sh", "podgroups"), nullptr);
  EXPECT_THAT(ours.Find("batch", "jobs"), NotNull());
  EXPECT_THAT(ours.Find("", "pods"), NotNull());
  EXPECT_EQ(ours.Find("apps", "pods"), nullptr);

  const SubmitRules volcano = SubmitRulesFor({"annotations", "volcano"});
  EXPECT_THAT(volcano.Find("scheduling.volcano.sh", "podgroups"), NotNull());
  EXPECT_THAT(volcano.markers,
              Contains(Field(&QueueMarker::key, "scheduling.volcano.sh/queue-name")));
  EXPECT_THAT(volcano.markers,
              Not(Contains(Field(&QueueMarker::key, "kueue.x-k8s.io/queue-name"))));
}

// The name of its webhook is made of the two, and owners are found by the other two.
TEST(SubmitRulesTest, NoKindIsListedTwice) {
  std::set<std::pair<std::string_view, std::string_view>> resources;
  std::set<std::pair<std::string_view, std::string_view>> kinds;
  for (const WorkloadKind& kind : SubmitRulesFor(BuiltinGangDialects()).kinds) {
    EXPECT_TRUE(resources.emplace(kind.group, kind.resource).second) << kind.resource;
    EXPECT_TRUE(kinds.emplace(kind.group, kind.kind).second) << kind.kind;
  }
}

}  // namespace
}  // namespace tutti::admission
