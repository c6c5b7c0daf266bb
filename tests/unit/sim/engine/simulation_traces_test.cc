// The simulator over logs that are not ours to ship.
#include <gtest/gtest.h>

#include "sim/workload/swf_reader.h"
#include "sim/workload/workload_file.h"
#include "tests/unit/sim/engine/sim_world.h"
#include "tests/unit/sim/workload/shared_data.h"

namespace tutti::sim {
namespace {

// The first jobs of a source.
class Head final : public JobSource {
 public:
  Head(JobSource& source, int64_t jobs) : source_(source), left_(jobs) {}
  absl::StatusOr<std::optional<Job>> Next() override {
    if (left_-- <= 0) return std::optional<Job>();
    return source_.Next();
  }
  const RowErrors& errors() const override { return source_.errors(); }

 private:
  JobSource& source_;
  int64_t left_;
};

double AveBsld(const std::string& path, planner::Backfill backfill,
               planner::RunTimeSource run_times = planner::RunTimeSource::kDeclared) {
  auto file = OpenWorkloadFile(path, "log");
  EXPECT_TRUE(file.ok()) << file.status();
  auto reader = SwfReader::Open(*std::move(file), path, {});
  EXPECT_TRUE(reader.ok()) << reader.status();
  Head jobs(**reader, 2'000);
  SimWorld world;
  world.options.check_invariants = false;  // of each moment: minutes
  world.options.nodes = CpuNodes(100, 1);
  world.options.core.backfill = backfill;
  world.options.core.run_times = run_times;
  const auto result =
      RunSimulation(jobs, world.options, {world.labels, world.resources, world.fields});
  EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->report.scalars.placed, 2'000);
  return result->report.scalars.ave_bsld;
}

// The figures of the whole log are a benchmark (tests/bench/sim_bench.cc).
TEST(SimulationTracesTest, BackfillPaysOnARealLog) {
  const std::string path = SharedData("swf/KTH-SP2-1996-2.swf");
  TUTTI_SKIP_WITHOUT(path);
  const double fcfs = AveBsld(path, planner::Backfill::kNone);
  const double easy = AveBsld(path, planner::Backfill::kEasy);
  const double shortest = AveBsld(path, planner::Backfill::kEasyShortestFirst);
  EXPECT_LT(easy, fcfs / 2);
  EXPECT_LT(shortest, easy);
}

}  // namespace
}  // namespace tutti::sim
