#include "sim/workload/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
  std::vector<std::string> lines;
  absl::Status status;
};

Read ReadAll(const std::string& text) {
  std::istringstream stream(text);
  LineReader lines(stream, "f");
  Read read;
  while (true) {
    const absl::StatusOr<bool> more = lines.Next();
    read.status = more.status();
    if (!more.ok() || !*more) return read;
    read.lines.emplace_back(lines.line());
  }
}

TEST(LineReaderTest, TakesBothLineEndsAndDropsTheByteOrderMark) {
  EXPECT_THAT(ReadAll("\xef\xbb\xbf"
                      "a\r\n\nb")
                  .lines,
              ElementsAre("a", "", "b"));
  EXPECT_THAT(ReadAll("a\n").lines, ElementsAre("a"));
  EXPECT_THAT(ReadAll("").lines, ElementsAre());
}

TEST(LineReaderTest, RefusesWhatIsNoText) {
  EXPECT_TRUE(ReadAll(std::string(LineReader::kMaxLine, 'a')).status.ok());
  const Read longer = ReadAll("a\n" + std::string(LineReader::kMaxLine + 1, 'a'));
  EXPECT_THAT(std::string(longer.status.message()),
              HasSubstr("f:2: the line is longer than 65536"));
  const Read nul = ReadAll(std::string("a\0b", 3));
  EXPECT_THAT(std::string(nul.status.message()), HasSubstr("f:1: the line holds a NUL byte"));
}

}  // namespace
}  // namespace tutti::sim
