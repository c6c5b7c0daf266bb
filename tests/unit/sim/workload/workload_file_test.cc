#include "sim/workload/workload_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;

TEST(WorkloadFileTest, SaysWhyAFileCannotBeRead) {
  const testing::TempFolder folder;
  const auto absent = OpenWorkloadFile(folder.path() + "/none", "log");
  EXPECT_EQ(absent.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(absent.status().message()), HasSubstr("cannot read log"));
  const auto directory = OpenWorkloadFile(folder.path(), "log");
  EXPECT_THAT(std::string(directory.status().message()), HasSubstr("is a directory"));
  const auto file = OpenWorkloadFile(folder.Write("a", "text"), "log");
  ASSERT_TRUE(file.ok()) << file.status();
  std::string text;
  **file >> text;
  EXPECT_EQ(text, "text");
}

}  // namespace
}  // namespace tutti::sim
