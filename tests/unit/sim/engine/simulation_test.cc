#include "sim/engine/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/report/csv_report.h"
#include "sim/report/html_report.h"
#include "sim/report/json_report.h"
#include "sim/workload/synthetic_source.h"
#include "tests/unit/sim/engine/sim_world.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(SimulationTest, AJobStartsWhenItHasRoomAndGivesItBackAtItsEnd) {
  SimWorld world;
  world.options.nodes = CpuNodes(4, 1);
  const auto result = world.Run({CpuJob("a", 100, 3, 50), CpuJob("b", 110, 2, 20)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(world.starts, ElementsAre(Pair("a", 0), Pair("b", 50)));
  EXPECT_EQ(result->report.meta.span_ms, 70'000) << "times count from the first submission";
  EXPECT_EQ(result->report.scalars.placed, 2);
  EXPECT_EQ(result->members_placed, 5);
}

TEST(SimulationTest, TheReportSaysWhatHappened) {
  SimWorld world;
  world.options.nodes = CpuNodes(4, 1);
  const auto result = world.Run({CpuJob("a", 0, 4, 50), CpuJob("b", 0, 2, 50)});
  ASSERT_TRUE(result.ok()) << result.status();
  const Report& report = result->report;
  EXPECT_THAT(report.scalars.utilisation, ElementsAre(Pair("cpu", 0.75)));
  EXPECT_EQ(report.scalars.wait.max_s, 50);
  EXPECT_EQ(report.scalars.ave_bsld, 1.5) << "(0 + 50) / 50 and (50 + 50) / 50";
  ASSERT_THAT(report.utilisation.series, SizeIs(1));
  EXPECT_EQ(report.utilisation.series[0].points.back().value, 0);
  EXPECT_EQ(report.queue_length.series[1].points.front().value, 2) << "members of b wait";
  ASSERT_THAT(report.waits, SizeIs(1));
  EXPECT_EQ(report.waits[0].name, "2 to 4 members");
  EXPECT_THAT(report.timeline.lanes, ElementsAre("n0", "n1", "n2", "n3"));
  EXPECT_THAT(report.timeline.intervals, SizeIs(6));
}

TEST(SimulationTest, AJobThatFitsNowhereIsDroppedAndHoldsNobodyUp) {
  SimWorld world;
  world.options.nodes = CpuNodes(4, 1);
  world.options.core.backfill = planner::Backfill::kNone;
  const auto result = world.Run({CpuJob("huge", 0, 5, 50), CpuJob("b", 0, 2, 50)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->report.scalars.dropped, 1);
  EXPECT_THAT(world.starts, ElementsAre(Pair("b", 0)));
}

TEST(SimulationTest, HowLongJobsRunIsLearnedFromTheirUsers) {
  const auto start_of_last = [](planner::RunTimeSource run_times) {
    SimWorld world;
    world.options.nodes = CpuNodes(4, 1);
    world.options.core.run_times = run_times;
    std::vector<Job> jobs = {CpuJob("a", 0, 1, 10, 1000), CpuJob("b", 0, 1, 20, 1000),
                             CpuJob("runs", 50, 3, 500, 500), CpuJob("head", 60, 4, 10, 1000),
                             CpuJob("last", 70, 1, 10, 1000)};
    for (Job& job : jobs) job.user = "ada";
    jobs[2].user = "bob";
    const auto result = world.Run(std::move(jobs));
    EXPECT_TRUE(result.ok()) << result.status();
    return world.starts.at("last");
  };
  EXPECT_EQ(start_of_last(planner::RunTimeSource::kDeclared), 560) << "after the head";
  EXPECT_EQ(start_of_last(planner::RunTimeSource::kLearned), 70) << "ada's run for 15 s";
}

TEST(SimulationTest, JobsThatRunForEverLeaveTheOthersWaiting) {
  SimWorld world;
  world.options.nodes = CpuNodes(2, 1);
  const auto result = world.Run({CpuJob("for-ever", 0, 2, -1), CpuJob("b", 10, 1, 50)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->report.scalars.dropped, 1) << "it never got a place";
  EXPECT_EQ(result->report.timeline.intervals.back().end_ms, 10'000);
}

TEST(SimulationTest, JobsWithoutRunTimeEndInTheSameMoment) {
  SimWorld world;
  world.options.nodes = CpuNodes(1, 1);
  const auto result = world.Run({CpuJob("a", 0, 1, 0), CpuJob("b", 0, 1, 0), CpuJob("c", 0, 1, 0)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->report.scalars.placed, 3);
  EXPECT_EQ(result->report.meta.span_ms, 0);
}

TEST(SimulationTest, SurplusMembersJoinAGangThatRuns) {
  SimWorld world;
  world.options.nodes = CpuNodes(4, 1);
  Job elastic = CpuJob("elastic", 0, 4, 100);
  elastic.min_member = 2;
  const auto result = world.Run({CpuJob("first", 0, 2, 30), elastic});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(world.starts["elastic"], 0);
  EXPECT_EQ(result->members_placed, 6);
}

TEST(SimulationTest, SharesOfAGpuAddUp) {
  SimWorld world;
  SimNode node = CpuNode("gpu", 64);
  node.gpus = 1;
  node.gpu_model = "A100";
  SimNode other = node;
  other.name = "other";
  other.gpu_model = "T4";
  world.options.nodes = {node, other};
  std::vector<Job> jobs;
  for (const char* name : {"a", "b", "c"}) {
    Job job = CpuJob(name, 0, 1, 10);
    job.roles[0].gpus = 1;
    job.roles[0].gpu_milli = 500;
    job.roles[0].gpu_models = {"A100"};
    jobs.push_back(job);
  }
  const auto result = world.Run(jobs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(world.starts["b"], 0);
  EXPECT_EQ(world.starts["c"], 10) << "two halves are on the only A100";
}

TEST(SimulationTest, RolesOfAGangArePlacedTogether) {
  SimWorld world;
  world.options.nodes = {CpuNode("big", 8), CpuNode("small", 1)};
  Job job = CpuJob("driver-and-workers", 0, 1, 10);
  Role workers;
  workers.count = 2;
  workers.requests = {{"cpu", 4000}};
  job.roles.push_back(workers);
  const auto result = world.Run({CpuJob("first", 0, 1, 5), job});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(world.starts["driver-and-workers"], 5) << "the driver waits with its workers";
}

TEST(SimulationTest, SaysWhatIsWrongWithItsInput) {
  SimWorld world;
  EXPECT_THAT(world.Run({}).status().message(), HasSubstr("no nodes"));
  world.options.nodes = {CpuNode("a", 1), CpuNode("a", 1)};
  EXPECT_THAT(world.Run({}).status().message(), HasSubstr("two nodes are called a"));
  world.options.nodes = CpuNodes(1, 1);
  Job late = CpuJob("late", 0, 1, 1);
  late.submit_ms = INT64_MAX / 2;
  EXPECT_THAT(world.Run({CpuJob("a", 0, 1, 1), late}).status().message(),
              HasSubstr("job late is submitted, or runs, more than 100 years"));
}

TEST(SimulationTest, StopsWhereItIsToldTo) {
  SimWorld world;
  world.options.nodes = CpuNodes(1, 1);
  int64_t seen = 0;
  world.options.on_progress = [&](const SimulationProgress& progress) {
    seen = progress.submitted;
    return false;
  };
  std::vector<Job> jobs;
  for (int i = 0; i < 1000; ++i) jobs.push_back(CpuJob("j", i * 10, 1, 1));
  EXPECT_EQ(world.Run(jobs).status().code(), absl::StatusCode::kCancelled);
  EXPECT_GT(seen, 0);
  EXPECT_LT(seen, 1000);
}

SimulationResult RunSynthetic(uint64_t seed, planner::Backfill backfill) {
  SyntheticOptions synthetic;
  synthetic.seed = seed;
  synthetic.jobs = 150;
  SimWorld world;
  for (int i = 0; i < 12; ++i) {
    SimNode node = CpuNode("n" + std::to_string(i), 64);
    node.allocatable.emplace_back("memory", int64_t{512} << 30);
    node.gpus = 8;
    node.labels = {{"rack", i < 6 ? "r1" : "r2"}};
    world.options.nodes.push_back(node);
  }
  world.options.name = "synthetic";
  world.options.seed = seed;
  world.options.lane_label = "rack";
  world.options.core.backfill = backfill;
  auto source = SyntheticSource::Make(synthetic);
  auto result =
      RunSimulation(*source, world.options, {world.labels, world.resources, world.fields});
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

TEST(SimulationTest, TheSameSeedGivesTheSameBytes) {
  const SimulationResult first = RunSynthetic(7, planner::Backfill::kEasyShortestFirst);
  const SimulationResult second = RunSynthetic(7, planner::Backfill::kEasyShortestFirst);
  EXPECT_EQ(JsonReport(first.report), JsonReport(second.report));
  EXPECT_EQ(HtmlReport(first.report), HtmlReport(second.report));
  const SimulationResult other = RunSynthetic(8, planner::Backfill::kEasyShortestFirst);
  EXPECT_NE(JsonReport(first.report), JsonReport(other.report));
}

TEST(SimulationTest, BackfillShortensTheWaits) {
  const double none = RunSynthetic(3, planner::Backfill::kNone).report.scalars.wait.mean_s;
  const double easy = RunSynthetic(3, planner::Backfill::kEasy).report.scalars.wait.mean_s;
  EXPECT_LT(easy, none);
}

TEST(SimulationTest, LanesAreTheRacks) {
  const Report report = RunSynthetic(3, planner::Backfill::kEasy).report;
  EXPECT_THAT(report.timeline.lanes, ElementsAre("r1", "r2"));
  EXPECT_THAT(report.meta.first_refused, IsEmpty());
}

}  // namespace
}  // namespace tutti::sim
