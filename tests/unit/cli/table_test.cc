#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tutti::cli {
namespace {

TEST(TableTest, ColumnsAlignAndTheLastHasNoTail) {
  Table table({"NAME", "N"});
  EXPECT_TRUE(table.empty());
  table.Add({"é-long", "1"});
  table.Add({"", "22"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(),
            "NAME     N\n"
            "é-long   1\n"
            "<none>   22\n");
}

TEST(TableTest, NoCellCanBreakItsLine) {
  Table table({"NAME"});
  table.Add({"a\nb\033[2J\x7f"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "NAME\na b [2J \n");
}

}  // namespace
}  // namespace tutti::cli
