#include "record/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "record/segment_writer.h"
#include "tests/support/core_driver.h"

namespace tutti::record {
namespace {

using ::testing::HasSubstr;

// A gang waits on one machine; the snapshot is taken there and opened on another.
TEST(SnapshotTest, ACoreMadeFromItTakesTheSameDecisionNext) {
  testing::CoreDriver driver;
  const model::ResourceTable resources;
  driver.AddNode("n0", 1000);
  driver.Show(driver.NewPod("a-0", "a", 2, testing::CoreDriver::Shape(1000)));
  driver.Show(driver.NewPod("a-1", "a", 2, testing::CoreDriver::Shape(1000)));
  driver.Pass();
  ASSERT_TRUE(driver.Take<model::NominatePod>().empty());
  std::istringstream file(
      EncodeSnapshot(LogHeader(), driver.labels, resources, driver.core.Save()));

  absl::StatusOr<Snapshot> snapshot = ReadSnapshot(file, "bug.snapshot", MakePlainWorld);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const auto core = MakeCore(snapshot->header, *snapshot->world, std::move(snapshot->checkpoint));
  ASSERT_TRUE(core.ok()) << core.status();
  EXPECT_EQ((*core)->DurableState(), driver.core.DurableState());

  model::NodeInfo node;
  node.name = "n1";
  node.allocatable = {{model::kCpu, 1000}, {model::kPods, 110}};
  std::vector<std::string> nominated;
  for (planner::Core* one : {&driver.core, core->get()}) {
    one->Apply(driver.now, model::NodeUpserted{node});
    std::string text;
    for (const model::Effect& effect : one->Apply(driver.now, model::TimePassed{})) {
      if (const auto* e = std::get_if<model::NominatePod>(&effect))
        text += e->pod.name + " on " + e->node_name + "; ";
    }
    nominated.push_back(text);
  }
  EXPECT_THAT(nominated[0], HasSubstr("a-1 on "));
  EXPECT_EQ(nominated[1], nominated[0]);
}

TEST(SnapshotTest, ATruncatedOneSaysSo) {
  testing::CoreDriver driver;
  const model::ResourceTable resources;
  std::string bytes = EncodeSnapshot(LogHeader(), driver.labels, resources, driver.core.Save());
  std::istringstream file(bytes.substr(0, bytes.size() - 4));
  const auto snapshot = ReadSnapshot(file, "bug.snapshot", MakePlainWorld);
  EXPECT_TRUE(absl::IsDataLoss(snapshot.status()));
  EXPECT_THAT(std::string(snapshot.status().message()),
              HasSubstr("bug.snapshot: the file is cut off"));
}

}  // namespace
}  // namespace tutti::record
