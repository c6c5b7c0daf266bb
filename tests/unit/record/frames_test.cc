#include "record/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tutti::record {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Every record until the end or the first error.
std::vector<std::string> ReadAll(const std::string& bytes, absl::Status* status) {
  std::istringstream in(bytes);
  FrameReader reader(in, "test.tlog");
  std::vector<std::string> records;
  while (true) {
    const absl::StatusOr<std::optional<std::string_view>> record = reader.Next();
    *status = record.status();
    if (!record.ok() || !*record) return records;
    records.emplace_back(**record);
  }
}

TEST(FramesTest, WhatWasWrittenIsRead) {
  FrameWriter writer;
  const std::string large(300'000, 'x');
  writer.Add("first");
  writer.Add("");
  writer.Flush();
  std::string bytes = writer.Take();
  writer.Add(large);
  writer.Add("last");
  writer.Flush();
  bytes += writer.Take();
  EXPECT_LT(bytes.size(), 5'000u) << "it is compressed";
  absl::Status status;
  EXPECT_THAT(ReadAll(bytes, &status), ElementsAre("first", "", large, "last"));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(FramesTest, AFrameIsTakenWhenItIsFull) {
  FrameWriter writer;
  EXPECT_EQ(writer.Take(), FrameWriter::kMagic);
  writer.Add("little");
  EXPECT_EQ(writer.Take(), "");
  writer.Add(std::string(FrameWriter::kFrameBytes, 'x'));
  EXPECT_NE(writer.Take(), "");
}

TEST(FramesTest, AFileThatIsCutOffIsReadUpToItsLastWholeFrame) {
  FrameWriter writer;
  writer.Add("first");
  writer.Flush();
  writer.Add("second");
  writer.Flush();
  std::string bytes = writer.Take();
  bytes.pop_back();
  absl::Status status;
  EXPECT_THAT(ReadAll(bytes, &status), ElementsAre("first"));
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(status.message(), HasSubstr("test.tlog: the file is cut off in frame 2"));
  EXPECT_THAT(status.message(), HasSubstr("the 1 frames before it are whole"));
}

TEST(FramesTest, DamagedBytesAreNoticed) {
  FrameWriter writer;
  writer.Add("something that is long enough to be changed in the middle");
  writer.Flush();
  std::string bytes = writer.Take();
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  absl::Status status;
  ReadAll(bytes, &status);
  EXPECT_THAT(status.message(), HasSubstr("damaged bytes in frame 1"));
}

TEST(FramesTest, LengthsThatCannotBeAreRefusedBeforeAnythingIsAllocated) {
  absl::Status status;
  ReadAll("TUTTILOG\xff\xff\xff\xff\xff\xff\xff\xff", &status);
  EXPECT_THAT(status.message(), HasSubstr("impossible lengths"));
}

TEST(FramesTest, AnotherFileIsNamedAsWhatItIsNot) {
  absl::Status status;
  ReadAll("apiVersion: v1\nkind: Pod\n", &status);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(),
              HasSubstr("test.tlog: expected a decision log or a snapshot of Tutti"));
}

}  // namespace
}  // namespace tutti::record
