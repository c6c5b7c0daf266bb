#include "apps/core_snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>

#include "record/snapshot.h"
#include "tests/support/control_world.h"

namespace tutti::apps {
namespace {

using testing::ControlWorld;
using ::testing::SizeIs;

class CoreSnapshotsTest : public ::testing::Test {
 protected:
  CoreSnapshotsTest() {
    header_.version = "1.2.3";
    header_.configuration = "kind: TuttiConfiguration\n";
    world_.AddNode("n0", 4 * ControlWorld::kCore);
    world_.AddGang("train", 2, ControlWorld::kCore);
  }

  ControlWorld world_;
  record::LogHeader header_;
  CoreSnapshots snapshots_{world_.loop, header_, world_.labels, world_.resources, world_.clock};
};

TEST_F(CoreSnapshotsTest, TheBytesAreAFileFromWhichACoreIsMade) {
  const auto reader = snapshots_.Open(ControlWorld::kPatience);
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::string bytes;
  while (true) {
    const absl::StatusOr<std::string> piece = (*reader)->Next(100);
    ASSERT_TRUE(piece.ok()) << piece.status();
    ASSERT_LE(piece->size(), 100u);
    if (piece->empty()) break;
    bytes += *piece;
  }
  std::istringstream file(bytes);
  absl::StatusOr<record::Snapshot> snapshot =
      record::ReadSnapshot(file, "here", record::MakePlainWorld);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->header.version, "1.2.3");
  EXPECT_EQ(snapshot->header.configuration, header_.configuration);
  EXPECT_GT(snapshot->header.wall_nanos, 0);
  EXPECT_THAT(snapshot->checkpoint.gangs, SizeIs(1));
  const auto core =
      record::MakeCore(snapshot->header, *snapshot->world, std::move(snapshot->checkpoint));
  ASSERT_TRUE(core.ok()) << core.status();
  std::string state;
  world_.loop.Inspect([&](const planner::Core& running) { state = running.DurableState(); });
  EXPECT_EQ((*core)->DurableState(), state);
}

TEST_F(CoreSnapshotsTest, ACoreThatHasStoppedGivesNone) {
  world_.loop.Stop();
  EXPECT_EQ(snapshots_.Open(ControlWorld::kPatience).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace tutti::apps
