#include "sim/report/csv_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/workload/csv_table.h"
#include "tests/unit/sim/report/sample_report.h"

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(CsvReportTest, WritesOneTablePerKind) {
  const std::vector<CsvFile> files = CsvReport(SampleReport());
  ASSERT_THAT(files, SizeIs(4));
  EXPECT_EQ(files[0].name, "summary.csv");
  EXPECT_THAT(files[0].text,
              StartsWith("key,value\nname,two racks\npolicy,easy-backfill\nseed,42\n"));
  EXPECT_THAT(files[0].text, HasSubstr("\nutilisation_gpu,0.8712\n"));
  EXPECT_THAT(files[1].text, HasSubstr("\nutilisation,cpu,share,0,"));
  EXPECT_THAT(files[2].text, HasSubstr("\n2 to 8 GPUs,300,"));
  EXPECT_THAT(files[3].text, StartsWith("gang,lane,start_s,end_s,note\ntrain-0,rack-"));
}

TEST(CsvReportTest, EveryRowHasTheFieldsOfItsHeaderWhateverTheNames) {
  for (const CsvFile& file : CsvReport(HostileReport())) {
    std::istringstream lines(file.text);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const size_t width = SplitCsv(line)->size();
    while (std::getline(lines, line)) {
      const auto fields = SplitCsv(line);
      ASSERT_TRUE(fields) << file.name << ": " << line;
      ASSERT_EQ(fields->size(), width) << file.name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace tutti::sim
