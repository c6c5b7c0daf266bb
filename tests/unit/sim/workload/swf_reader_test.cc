#include "sim/workload/swf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/workload_file.h"
#include "tests/unit/sim/workload/drain.h"
#include "tests/unit/sim/workload/shared_data.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const char kHeader[] =
    "; Version: 2.2\n; Computer: IBM SP2\n;   http://x/\n; MaxProcs: 100\n; MaxNodes: 50\n"
    ";;; MaxProcs: 7\n;\n\n";

std::string Line(const std::string& fields) { return fields + "\n"; }

std::unique_ptr<SwfReader> Open(const std::string& text, const SwfOptions& options = {}) {
  auto reader = SwfReader::Open(Text(text), "log.swf", options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

TEST(SwfReaderTest, ReadsHeaderAndJobs) {
  const auto reader = Open(kHeader + Line(" 1 10 5 300 4 -1 -1 8 200 -1 1 3 2 -1 6 -1 -1 -1") +
                           "; in between\n" + "2 11 5 300 4 -1 -1 -1 -1 -1 1 -1 2 -1 -1 -1 -1 -1");
  EXPECT_EQ(reader->header().max_procs, 100);
  EXPECT_EQ(reader->header().max_nodes, 50);
  EXPECT_EQ(reader->header().max_jobs, -1);
  EXPECT_EQ(reader->header().computer, "IBM SP2");
  EXPECT_EQ(reader->header().fields.at("Version"), "2.2");
  const Drained drained = Drain(*reader);
  ASSERT_TRUE(drained.status.ok()) << drained.status;
  ASSERT_THAT(drained.jobs, SizeIs(2));
  const Job& first = drained.jobs[0];
  EXPECT_EQ(first.name, "job-1");
  EXPECT_EQ(first.user, "user-3");
  EXPECT_EQ(first.queue, "queue-6");
  EXPECT_EQ(first.submit_ms, 10'000);
  EXPECT_EQ(first.run_ms, 200'000) << "cut at the estimate";
  EXPECT_EQ(first.estimate_ms, 200'000);
  ASSERT_THAT(first.roles, SizeIs(1));
  EXPECT_EQ(first.roles[0].count, 8);
  EXPECT_THAT(first.roles[0].requests, ElementsAre(Pair("cpu", 1000)));
  const Job& second = drained.jobs[1];
  EXPECT_EQ(second.user, "");
  EXPECT_EQ(second.run_ms, 300'000);
  EXPECT_EQ(second.estimate_ms, -1);
  EXPECT_EQ(second.roles[0].count, 4) << "requested is unknown";
}

TEST(SwfReaderTest, OptionsChooseProcessorsAndJobs) {
  const std::string log = Line("1 10 5 300 4 -1 -1 8 200 -1 1 3 2 -1 6 -1 -1 -1") +
                          Line("2 11 5 0 4 -1 -1 8 200 -1 1 3 2 -1 6 -1 -1 -1");
  const auto plain = Open(log);
  EXPECT_THAT(Drain(*plain).jobs, SizeIs(1));
  EXPECT_EQ(plain->skipped(), 1);
  EXPECT_EQ(plain->errors().count(), 0);
  SwfOptions options;
  options.processors = SwfOptions::Processors::kAllocated;
  options.drop_without_run = false;
  options.cap_run_at_estimate = false;
  const Drained all = Drain(*Open(log, options));
  ASSERT_THAT(all.jobs, SizeIs(2));
  EXPECT_EQ(all.jobs[0].run_ms, 300'000);
  EXPECT_EQ(all.jobs[0].roles[0].count, 4);
  EXPECT_EQ(all.jobs[1].run_ms, 0);
}

TEST(SwfReaderTest, BadRowsAreDroppedOrStopTheReading) {
  const std::string log = Line("1 x 5 300 4 -1 -1 8 200 -1 1 3 2 -1 6 -1 -1 -1") + Line("2 11 5") +
                          Line("3 11 5 9 -1 -1 -1 0 200 -1 1 3 2 -1 6 -1 -1 -1") +
                          Line("4 12 5 9 1 -1 -1 1 200 -1 1 3 2 -1 6 -1 -1 -1");
  const auto lenient = Open(log);
  EXPECT_THAT(Drain(*lenient).jobs, SizeIs(1));
  EXPECT_THAT(
      lenient->errors().Messages(),
      ElementsAre(
          "log.swf:1: column 2 (submit time): got \"x\", expected a whole number from 0, or "
          "-1 for unknown",
          "log.swf:2: column (all): got \"3 fields\", expected 18 fields separated by blanks",
          "log.swf:3: column 8 (requested processors): got \"0\", expected 1 to 10000000 "
          "processors here or in field 5"));
  SwfOptions strict;
  strict.bad_rows = BadRows::kStop;
  const auto reader = Open(log, strict);
  EXPECT_THAT(std::string(Drain(*reader).status.message()), HasSubstr("log.swf:1: column 2"));
  EXPECT_FALSE(reader->Next().ok()) << "an error is the end";
}

TEST(SwfReaderTest, AnEmptyLogHasNoJobs) {
  EXPECT_THAT(Drain(*Open("")).jobs, IsEmpty());
  EXPECT_THAT(Drain(*Open("; only: a comment")).jobs, IsEmpty());
}

TEST(SwfReaderTest, ALogThatIsNotSortedIsTold) {
  std::string log;
  for (int i = 0; i < 3000; ++i) {
    log += std::to_string(i) + " " + std::to_string(3000 - i) +
           " 5 9 1 -1 -1 1 200 -1 1 3 2 -1 6 -1 -1 -1\n";
  }
  EXPECT_THAT(std::string(Drain(*Open(log)).status.message()),
              HasSubstr("log.swf:1026: column 2 (submit time)"));
}

TEST(SwfReaderTest, KthSp2HasTheJobsThatThePublishedFiguresCount) {
  const std::string path = SharedData("swf/KTH-SP2-1996-2.swf");
  TUTTI_SKIP_WITHOUT(path);
  SwfOptions options;
  options.bad_rows = BadRows::kStop;
  auto file = OpenWorkloadFile(path, "log");
  ASSERT_TRUE(file.ok()) << file.status();
  auto reader = SwfReader::Open(*std::move(file), path, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->header().max_procs, 100);
  const Drained drained = Drain(**reader);
  ASSERT_TRUE(drained.status.ok()) << drained.status;
  EXPECT_EQ(drained.jobs.size(), 28'481u);
  EXPECT_EQ((*reader)->skipped(), 8);
  int64_t last = 0;
  for (const Job& job : drained.jobs) {
    ASSERT_LE(last, job.submit_ms);
    ASSERT_LE(job.roles[0].count, 100);
    ASSERT_LE(job.run_ms, job.estimate_ms);
    last = job.submit_ms;
  }
}

}  // namespace
}  // namespace tutti::sim
