#include "record/log_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace tutti::record {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(LogFolderTest, NamesAndNumbersBelongTogether) {
  EXPECT_EQ(SegmentName(42), "decisions-00000042.tlog");
  EXPECT_EQ(SegmentOf(SegmentName(123'456'789'012)), 123'456'789'012u);
  for (const char* other : {"decisions-.tlog", "decisions-1x.tlog", "decisions-1.tlog.part", "a"})
    EXPECT_EQ(SegmentOf(other), std::nullopt) << other;
}

TEST(LogFolderTest, AFoldersFilesAreInTheOrderOfTheirNumbers) {
  const testing::TempFolder folder;
  for (const char* name : {"decisions-100000000.tlog", "decisions-99999999.tlog", "notes.txt"})
    folder.Write(name, "");
  const auto files = FindLog(folder.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_THAT((*files)[0].name, EndsWith("decisions-99999999.tlog"));
  EXPECT_THAT((*files)[1].name, EndsWith("decisions-100000000.tlog"));
}

TEST(LogFolderTest, WhatIsNotThereIsNamed) {
  const testing::TempFolder folder;
  EXPECT_THAT(std::string(FindLog(folder.path()).status().message()),
              HasSubstr(folder.path() + ": expected files decisions-00000001.tlog, found none"));
  const auto one = FindLog(folder.path() + "/missing.tlog");
  ASSERT_TRUE(one.ok());
  EXPECT_TRUE(absl::IsNotFound((*one)[0].open().status()));
}

}  // namespace
}  // namespace tutti::record
