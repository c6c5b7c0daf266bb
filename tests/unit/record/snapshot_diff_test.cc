#include "record/snapshot_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core_driver.h"

namespace tutti::record {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class SnapshotDiffTest : public ::testing::Test {
 protected:
  std::vector<std::string> DiffSince(const planner::CoreCheckpoint& before) {
    const planner::CoreCheckpoint after = driver_.core.Save();
    std::vector<std::string> lines;
    for (const StateChange& change : Diff({header_, before, driver_.labels, resources_},
                                          {header_, after, driver_.labels, resources_}))
      lines.push_back(ToString(change));
    return lines;
  }

  testing::CoreDriver driver_;
  LogHeader header_;
  model::ResourceTable resources_;
};

TEST_F(SnapshotDiffTest, EqualStatesDifferInNothing) {
  driver_.AddNode("n0", 4000);
  EXPECT_THAT(DiffSince(driver_.core.Save()), IsEmpty());
}

TEST_F(SnapshotDiffTest, NodesPodsAndGangsAreToldByTheirNames) {
  driver_.AddNode("n0", 4000);
  driver_.AddNode("old", 4000);
  const planner::CoreCheckpoint before = driver_.core.Save();
  driver_.Apply(model::NodeDeleted{"old"});
  driver_.AddNode("n0", 8000);
  driver_.Show(driver_.NewPod("a-0", "a", 1, testing::CoreDriver::Shape(1000)));
  driver_.Pass();
  const std::vector<std::string> lines = DiffSince(before);
  EXPECT_THAT(lines, Contains("~ node n0: allocatable cpu: 4 -> 8"));
  EXPECT_THAT(lines, Contains("- node old: allocatable cpu 4, allocatable pods 110"));
  EXPECT_THAT(lines, Contains(StartsWith("+ pod default/a-0: gang a, phase Pending")));
  EXPECT_THAT(lines, Contains(StartsWith("+ gang default/a: barrier open yes, dialect test, "
                                         "members 1, placed 1")));
  EXPECT_THAT(lines, Contains("+ reservation of default/a: n0 1 place"));
}

TEST_F(SnapshotDiffTest, SettingsAreComparedAsWell) {
  const planner::CoreCheckpoint state = driver_.core.Save();
  LogHeader other = header_;
  other.version = "2";
  other.options.wait_timeout = std::chrono::seconds(5);
  other.configuration = "kind: TuttiConfiguration\nmore: text\n";
  std::vector<std::string> lines;
  for (const StateChange& change : Diff({header_, state, driver_.labels, resources_},
                                        {other, state, driver_.labels, resources_}))
    lines.push_back(ToString(change));
  EXPECT_THAT(lines, Contains("~ setting version: value: none -> 2"));
  EXPECT_THAT(lines, Contains("~ setting waitTimeout: value: 1m -> 5s"));
  EXPECT_THAT(lines, Contains("~ setting configuration: value: none -> 36 bytes"));
}

}  // namespace
}  // namespace tutti::record
