#include "sim/workload/row_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

using ::testing::SizeIs;

TEST(RowErrorsTest, StrictStopsAtTheFirst) {
  RowErrors errors("log.swf", BadRows::kStop);
  const absl::Status status = errors.Add({7, "run", "x\n", "seconds"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "log.swf:7: column run: got \"x\\x0a\", expected seconds");
}

TEST(RowErrorsTest, OtherwiseRowsAreCountedAndTheFirstAreKept) {
  RowErrors errors("log.swf", BadRows::kDrop);
  for (int i = 1; i <= 50; ++i) EXPECT_TRUE(errors.Add({i, "run", "x", "seconds"}).ok());
  EXPECT_EQ(errors.count(), 50);
  EXPECT_THAT(errors.first(), SizeIs(RowErrors::kKept));
  EXPECT_EQ(errors.Messages().back(), "log.swf:20: column run: got \"x\", expected seconds");
}

}  // namespace
}  // namespace tutti::sim
