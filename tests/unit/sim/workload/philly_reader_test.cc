#include "sim/workload/philly_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/workload/drain.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<PhillyReader> Open(const std::string& text, const PhillyOptions& options = {}) {
  auto reader = PhillyReader::Open(Text(text), "log.csv", options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

TEST(PhillyReaderTest, ReadsSecondsAndRunTime) {
  const auto reader = Open(
      "JobID,User,VC,Submit_Time,Run_Time,GPUs\n"
      "application_1,ann,vc1,100,60.5,20\napplication_2,bob,vc2,101,5,4\n");
  const Drained drained = Drain(*reader);
  ASSERT_THAT(drained.jobs, SizeIs(2)) << drained.status;
  const Job& job = drained.jobs[0];
  EXPECT_EQ(job.name, "application_1");
  EXPECT_EQ(job.user, "ann");
  EXPECT_EQ(job.queue, "vc1");
  EXPECT_EQ(job.submit_ms, 100'000);
  EXPECT_EQ(job.run_ms, 60'500);
  ASSERT_THAT(job.roles, SizeIs(2));
  EXPECT_EQ(job.roles[0].count, 2);
  EXPECT_EQ(job.roles[0].gpus, 8);
  EXPECT_EQ(job.roles[0].gpu_milli, 1000);
  EXPECT_EQ(job.roles[1].count, 1);
  EXPECT_EQ(job.roles[1].gpus, 4);
  ASSERT_THAT(drained.jobs[1].roles, SizeIs(1));
}

TEST(PhillyReaderTest, ReadsDatesWithStartAndEnd) {
  const auto reader = Open(
      "gpu_num,submit_time,start_time,end_time,vc\n"
      "8,2017-10-03 07:30:01,2017-10-03 07:31:00,2017-10-03 07:32:30,\"a,b\"\n"
      "0,2017-10-03 07:30:02,2017-10-03 07:31:00,2017-10-03 07:32:30,c\n"
      "1,2017-10-03 07:30:02,2017-10-03 07:31:00,2017-10-03 07:31:00,c\n"
      "1,2017-10-03 07:30:02,None,None,c\n"
      "1,2017-10-03 07:30:02,2017-10-03 07:31:00,2017-10-03 07:30:59,c\n");
  const Drained drained = Drain(*reader);
  ASSERT_THAT(drained.jobs, SizeIs(1)) << drained.status;
  EXPECT_EQ(drained.jobs[0].name, "job-2") << "by its line";
  EXPECT_EQ(drained.jobs[0].queue, "a,b");
  EXPECT_EQ(drained.jobs[0].run_ms, 90'000);
  EXPECT_EQ(reader->skipped(), 2);
  EXPECT_THAT(reader->errors().Messages(),
              ElementsAre(HasSubstr("log.csv:5: column start_time: got \"None\""),
                          HasSubstr("log.csv:6: column end_time")));
}

TEST(PhillyReaderTest, KeepsCpuJobsWhereAsked) {
  PhillyOptions options;
  options.drop_without_gpu = false;
  const Drained drained = Drain(*Open("submit,run,gpus\n1,5,0\n", options));
  ASSERT_THAT(drained.jobs, SizeIs(1));
  EXPECT_EQ(drained.jobs[0].roles[0].gpus, 0);
  EXPECT_EQ(drained.jobs[0].roles[0].gpu_milli, 0);
}

TEST(PhillyReaderTest, ATableWithoutARunTimeSaysWhatIsMissing) {
  const auto reader = PhillyReader::Open(Text("submit,start,gpus\n"), "log.csv", PhillyOptions{});
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("expected a column duration"));
  EXPECT_FALSE(PhillyReader::Open(Text(""), "log.csv", PhillyOptions{}).ok());
  PhillyOptions none;
  none.gpus_per_member = 0;
  EXPECT_FALSE(PhillyReader::Open(Text("submit,run,gpus\n"), "log.csv", none).ok());
}

}  // namespace
}  // namespace tutti::sim
