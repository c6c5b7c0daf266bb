// Who holds what a gang waits for.
#include "planner/holder_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::Holder;
using model::ReasonCode;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HolderSurveyTest : public ::testing::Test {
 protected:
  void Run(const std::string& gang, int members, int64_t cpu, const std::string& node,
           const std::string& ns = "default") {
    for (int i = 0; i < members; ++i) {
      model::PodInfo pod = d_.NewPod(absl::StrFormat("%s-%d", gang, i), gang, gang.empty() ? 0 : 1,
                                     CoreDriver::Shape(cpu));
      pod.namespace_name = ns;
      if (pod.gang) pod.gang->key.namespace_name = ns;
      pod.node_name = node;
      d_.Show(pod);
    }
  }
  // What a gang that asks for all of a node is told.
  model::ReportGang Ask(const std::string& gang, int64_t cpu) {
    d_.Show(d_.NewPod(gang + "-0", gang, 1, CoreDriver::Shape(cpu)));
    d_.Pass();
    for (const model::ReportGang& report : d_.Take<model::ReportGang>()) {
      if (report.display_name == gang) return report;
    }
    return {};
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  CoreDriver d_;
};

TEST_F(HolderSurveyTest, GangsAndPodsOfNoGangAreNamedWithTheirShares) {
  d_.AddNode("a", 10000);
  Run("small", 1, 1000, "a");
  Run("large", 2, 2000, "a");
  Run("", 1, 500, "a");
  const model::ReportGang report = Ask("wants", 8000);
  EXPECT_EQ(report.reason.code, ReasonCode::kWaitingForCapacity);
  EXPECT_THAT(report.holders, ElementsAre(Holder{"gang large", 4000}, Holder{"gang small", 1000},
                                          Holder{"pods of no gang", 500}));
}

TEST_F(HolderSurveyTest, OtherNamespacesAreSummedUpWithoutNames) {
  d_.AddNode("a", 10000);
  Run("secret", 2, 2000, "a", "tenant-b");
  Run("hidden", 1, 1000, "a", "tenant-c");
  EXPECT_THAT(Ask("wants", 8000).holders, ElementsAre(Holder{"gangs of other namespaces", 5000}));
}

TEST_F(HolderSurveyTest, ManyHoldersAreCutShortWithoutLosingAmounts) {
  d_.AddNode("a", 10000);
  for (int i = 1; i <= 4; ++i) Run(absl::StrFormat("g%d", i), 1, i * 1000, "a");
  EXPECT_THAT(
      Ask("wants", 10000).holders,
      ElementsAre(Holder{"gang g4", 4000}, Holder{"gang g3", 3000}, Holder{"other gangs", 3000}));
}

TEST_F(HolderSurveyTest, AGangBehindTheHeadIsToldWhoTheHeadIs) {
  d_.AddNode("a", 4000);
  d_.AddNode("b", 4000);
  Run("runs", 1, 4000, "a");
  for (int i = 0; i < 2; ++i)
    d_.Show(d_.NewPod(absl::StrFormat("head-%d", i), "head", 2, CoreDriver::Shape(4000)));
  d_.Pass();
  const model::ReportGang report = Ask("small", 1000);
  EXPECT_EQ(report.reason.code, ReasonCode::kBehindHead);
  EXPECT_THAT(report.holders, ElementsAre(Holder{"gang head at the head of the queue", 8000}));
}

}  // namespace
}  // namespace tutti::planner
