// Each way in which queues, watched objects and state break their contract is found and named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "check/plugin_check.h"
#include "tests/support/temp_folder.h"

namespace tutti::check {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using tutti::testing::TempFolder;

CheckReport CheckMisfit(const std::string& fault) {
  const TempFolder folder;
  const std::string config =
      folder.Write("tutti.yaml",
                   "apiVersion: tutti.dev/v1alpha1\nkind: TuttiConfiguration\nplugins:\n"
                   "- {name: QueueMisfit, args: {fault: " +
                       fault + "}}\n");
  const auto report = CheckPlugin(
      {std::string(TUTTI_CHECK_OBJECTS) + "/queue_misfit_so.so", config, std::chrono::minutes(2)});
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : CheckReport();
}

TEST(QueueProbesTest, OneThatKeepsItsContractPasses) {
  const CheckReport report = CheckMisfit("none");
  EXPECT_TRUE(report.passed()) << ToText(report);
  EXPECT_THAT(report.points, ::testing::ElementsAre("QueueSelect", "ObjectWatch", "State"));
}

struct Fault {
  const char* fault;
  const char* probe;
  const char* says;
};

class QueueFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(QueueFaultTest, IsFoundAndNamed) {
  const CheckReport report = CheckMisfit(GetParam().fault);
  EXPECT_THAT(report.findings,
              Contains(AllOf(Field(&Finding::severity, Severity::kFailure),
                             Field(&Finding::probe, GetParam().probe),
                             Field(&Finding::message, HasSubstr(GetParam().says)))))
      << ToText(report);
}

INSTANTIATE_TEST_SUITE_P(
    QueueProbes, QueueFaultTest,
    ::testing::Values(Fault{"no queue", "queues", "there are 0 queues"},
                      Fault{"a queue too many", "queues", "QueueOf gave queue 3, and there are 3"},
                      Fault{"roll dice", "queues", "for the same gang"},
                      Fault{"throw at rounds", "queues", "BeginRound: it threw"},
                      Fault{"another queue", "queues",
                            "NextQueue gave queue 2, which is not in the round"},
                      Fault{"never let go", "queues", "not in the round, or not any more"},
                      Fault{"skip more than asked", "queues", "expected at most the"},
                      Fault{"skip at once only", "queues", "CountSkipped passed over"},
                      Fault{"share of nothing", "queues", "a share that is no number"},
                      Fault{"amounts of nothing", "queues", "amounts of resource 999"},
                      Fault{"kind without a version", "objects", "with 0 versions"},
                      Fault{"throw at objects", "objects", "OnObject: it threw"},
                      Fault{"miss nobody", "objects", "OnObjectGone: it threw"},
                      Fault{"find other mistakes", "objects", "CheckObject found 0 mistakes"},
                      Fault{"save too much", "state", "1048577 bytes: expected at most 1048576"},
                      Fault{"save anew", "state", "Save gave other bytes"},
                      Fault{"believe anything", "state", "it threw"},
                      Fault{"refuse all", "state", "answered Skip: expected Success, or Error"},
                      Fault{"forget", "state", "what it has restored it saves otherwise"}),
    [](const auto& param) {
      std::string name = param.param.fault;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

}  // namespace
}  // namespace tutti::check
