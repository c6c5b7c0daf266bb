#include "obs/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "obs/log_escape.h"

namespace tutti::obs {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Lines {
 public:
  Logger MakeLogger(LogLevel level, LogFormat format) {
    return Logger::ToSink(level, format,
                          [this](std::string_view line) { lines.emplace_back(line); });
  }
  std::vector<std::string> lines;
};

TEST(LogTest, TextIsTimeLevelEventAndFields) {
  Lines out;
  const Logger log = out.MakeLogger(LogLevel::kInfo, LogFormat::kText);
  log.Info("gang_planned", {{"gang", "ns/a"}, {"members", 10}, {"wait", std::chrono::seconds(2)}});
  ASSERT_THAT(out.lines, SizeIs(1));
  EXPECT_THAT(out.lines[0],
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z info gang_planned "
                           "gang=ns/a members=10 wait=2"));
}

TEST(LogTest, JsonIsOneObjectPerLine) {
  Lines out;
  const Logger log = out.MakeLogger(LogLevel::kDebug, LogFormat::kJson);
  log.With({{"shard", 1u}}).Warn("x", {{"ok", true}, {"ratio", 0.5}, {"bad", std::nan("")}});
  ASSERT_THAT(out.lines, SizeIs(1));
  EXPECT_THAT(out.lines[0], StartsWith("{\"time\":\""));
  EXPECT_THAT(out.lines[0],
              EndsWith("\"level\":\"warning\",\"event\":\"x\",\"shard\":1,\"ok\":true,"
                       "\"ratio\":0.5,\"bad\":null}"));
}

TEST(LogTest, NothingBelowTheLevelIsWritten) {
  Lines out;
  const Logger log = out.MakeLogger(LogLevel::kWarn, LogFormat::kText);
  log.Debug("a");
  log.Info("b");
  EXPECT_FALSE(log.enabled(LogLevel::kInfo));
  EXPECT_THAT(out.lines, IsEmpty());
  log.Error("c");
  EXPECT_THAT(out.lines, SizeIs(1));
}

TEST(LogTest, TheDefaultLoggerIsSilent) {
  const Logger log;
  EXPECT_FALSE(log.enabled(LogLevel::kError));
  log.Error("nobody_hears", {{"this", 1}});
}

TEST(LogTest, WithAddsToTheCopyOnly) {
  Lines out;
  const Logger log = out.MakeLogger(LogLevel::kInfo, LogFormat::kText);
  const Logger child = log.With({{"pod", "a/b"}}).With({{"cycle", 7}});
  child.Info("bound", {{"node", "n1"}});
  log.Info("plain");
  EXPECT_THAT(out.lines[0], EndsWith("info bound pod=a/b cycle=7 node=n1"));
  EXPECT_THAT(out.lines[1], EndsWith("info plain"));
}

TEST(LogTest, ValuesCannotForgeLinesOrFields) {
  Lines out;
  const Logger text = out.MakeLogger(LogLevel::kInfo, LogFormat::kText);
  text.Info("pod_seen", {{"name", "a\nlevel=error evil=1 \"q\" \\ \x1b[31m \xff"}, {"empty", ""}});
  EXPECT_THAT(out.lines[0],
              EndsWith("pod_seen name=\"a\\nlevel=error evil=1 \\\"q\\\" \\\\ \\u001b[31m "
                       "\\xff\" empty=\"\""));
  const Logger json = out.MakeLogger(LogLevel::kInfo, LogFormat::kJson);
  json.Info("e\"v", {{"k\"ey", "a\",\"level\":\"error\n\xff \xe2\x80\xae \xe2\x82\xac"}});
  EXPECT_THAT(out.lines[1], EndsWith("\"event\":\"e\\\"v\",\"k\\\"ey\":\"a\\\",\\\"level\\\":"
                                     "\\\"error\\n\\ufffd \\u202e \xe2\x82\xac\"}"));
}

TEST(LogTest, AnyBytesStayOnOneLine) {
  const uint64_t seed = 42;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    for (const bool json : {false, true}) {
      std::string out;
      if (json) {
        AppendJsonText(text, out);
      } else {
        AppendLogfmtText(text, out);
      }
      SCOPED_TRACE(absl::StrFormat("seed %d round %d json %d", seed, i, json));
      for (size_t at = 0; at < out.size(); ++at) {
        const auto byte = static_cast<unsigned char>(out[at]);
        ASSERT_TRUE(byte >= 0x20 && byte != 0x7f);
        // A quote ends the value only at its end.
        const bool inner = at != 0 && at + 1 != out.size();
        ASSERT_TRUE(out[at] != '"' || !inner || out[at - 1] == '\\');
      }
    }
  }
}

TEST(LogTest, LongValuesAreCutAtACharacter) {
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\xe2\x82\xac";
  std::string out;
  AppendJsonText(euros, out);
  EXPECT_THAT(out, AllOf(EndsWith("... (1977 bytes more)\""), Not(HasSubstr("\\ufffd"))));
  out.clear();
  AppendLogfmtText(std::string(2000, 'a'), out);
  EXPECT_THAT(out, EndsWith("... (976 bytes more)\""));
}

TEST(LogTest, ThreadsShareOneSinkWithoutMixingLines) {
  Lines out;
  const Logger log = out.MakeLogger(LogLevel::kInfo, LogFormat::kText);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([log, t] {
        for (int i = 0; i < 200; ++i) log.Info("tick", {{"thread", t}, {"end", "x"}});
      });
    }
  }
  ASSERT_THAT(out.lines, SizeIs(800));
  for (const std::string& line : out.lines) EXPECT_THAT(line, EndsWith(" end=x"));
}

}  // namespace
}  // namespace tutti::obs
