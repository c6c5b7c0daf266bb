#include "sim/workload/text_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TextPiecesTest, CutsAndJoins) {
  EXPECT_EQ(Stripped(" \ta b\r"), "a b");
  EXPECT_EQ(Stripped("  "), "");
  EXPECT_THAT(Pieces("|a||b ", "| "), ElementsAre("a", "b"));
  EXPECT_THAT(Pieces(" | ", "| "), IsEmpty());
  EXPECT_EQ(Joined({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(Joined({}, ", "), "");
}

}  // namespace
}  // namespace tutti::sim
