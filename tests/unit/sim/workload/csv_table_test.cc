#include "sim/workload/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

const std::vector<CsvColumn>& Wanted() {
  static const std::vector<CsvColumn> wanted = {
      {{"submit_time", "arrival"}}, {{"gpus"}}, {{"user"}, false}};
  return wanted;
}

TEST(CsvTableTest, SplitsQuotedFields) {
  EXPECT_THAT(SplitCsv("a,,\"b,\"\"c\"\"\""), Optional(ElementsAre("a", "", "b,\"c\"")));
  EXPECT_THAT(SplitCsv(""), Optional(ElementsAre("")));
  EXPECT_FALSE(SplitCsv("a,\"b"));
}

TEST(CsvTableTest, FindsColumnsByAnyOfTheirNames) {
  const auto columns = CsvColumns::Resolve("GPUs, Submit Time ,x", Wanted(), "f", 1);
  ASSERT_TRUE(columns.ok()) << columns.status();
  EXPECT_TRUE(columns->has(0));
  EXPECT_FALSE(columns->has(2));
  CsvRow row(*columns, "8,12.5,zzz", 2);
  EXPECT_EQ(row.Time(0), 12'500);
  EXPECT_EQ(row.Whole(1, 0, 8), 8);
  EXPECT_EQ(row.Text(2), "");
  EXPECT_TRUE(row.ok());
}

TEST(CsvTableTest, NamesEveryColumnThatIsMissing) {
  const auto columns = CsvColumns::Resolve("submit_tine,user,user", Wanted(), "f", 1);
  EXPECT_THAT(std::string(columns.status().message()),
              AllOf(HasSubstr("f:1: expected a header line"),
                    HasSubstr("there is no column submit_time (or arrival); is submit_tine meant"),
                    HasSubstr("there is no column gpus"), HasSubstr("user is there twice")));
}

TEST(CsvTableTest, ARowKeepsItsFirstError) {
  const auto columns = CsvColumns::Resolve("arrival,gpus", Wanted(), "f", 1);
  ASSERT_TRUE(columns.ok());
  CsvRow row(*columns, "soon,-1", 9);
  EXPECT_EQ(row.Time(0), 0);
  EXPECT_EQ(row.Whole(1, 0, 8), 0);
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().ToString("f"),
            "f:9: column arrival: got \"soon\", expected seconds, or a time as 2017-10-03 "
            "07:30:00");
  EXPECT_EQ(CsvRow(*columns, "1", 3).error().expected, "2 fields, as the header has");
  EXPECT_FALSE(CsvRow(*columns, "1,\"", 3).ok());
}

}  // namespace
}  // namespace tutti::sim
