#include "record/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "record/segment_writer.h"
#include "tests/support/core_driver.h"
#include "tests/support/device_world.h"

namespace tutti::record {
namespace {

using ::testing::HasSubstr;

// One pod says which device it has, another was bound by somebody who did not say.
TEST(SnapshotTest, TheSameDevicesAreFreeOfTheSameColumns) {
  testing::DeviceWorld world;
  world.AddDeviceNode("n0", 2);
  model::PodInfo said = world.DevicePod("said", 1, 600);
  ASSERT_EQ(world.Run(said), "0");
  model::PodInfo silent = world.DevicePod("silent", 1, 500);
  silent.node_name = "n0";
  world.Show(silent);
  ASSERT_EQ(world.FreeOn("n0"), "400 500");
  LogHeader header;
  header.options = world.WithDevices();
  std::istringstream file(EncodeSnapshot(header, world.labels, world.resources, world.core.Save()));

  absl::StatusOr<Snapshot> snapshot = ReadSnapshot(file, "bug.snapshot", MakePlainWorld);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const model::DeviceTable devices = snapshot->header.options.devices;
  ASSERT_TRUE(devices.active());
  EXPECT_EQ(snapshot->world->resources().Name(devices.slot(1)), "tutti.dev/gpu-1");
  const auto core = MakeCore(snapshot->header, *snapshot->world, std::move(snapshot->checkpoint));
  ASSERT_TRUE(core.ok()) << core.status();
  const auto published = (*core)->Publish();
  const model::NodeIndex node = *published->directory.Find("n0");
  const model::FreeDevices free = devices.FreeOf(*published->blocks[BlockOf(node)], OffsetOf(node));
  EXPECT_EQ(free.count, 2u);
  EXPECT_EQ(free.milli[0], 400);
  EXPECT_EQ(free.milli[1], 500);
  EXPECT_TRUE((*core)->CheckInvariants().empty());
}

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
