#include "sim/workload/scenario_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/workload/drain.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

JobTemplate Template(std::string name, Arrivals arrivals) {
  JobTemplate jobs;
  jobs.job.name = std::move(name);
  jobs.arrivals = std::move(arrivals);
  return jobs;
}

TEST(ScenarioSourceTest, MergesTemplatesByTime) {
  Arrivals at;
  at.at_ms = {0, 20};
  Arrivals every;
  every.kind = Arrivals::Kind::kEvery;
  every.from_ms = 10;
  every.gap_ms = 10;
  every.count = 3;
  ScenarioSource source({Template("b", every), Template("a", at), Template("c", Arrivals{})});
  std::vector<std::string> order;
  for (const Job& job : Drain(source).jobs) {
    order.push_back(std::to_string(job.submit_ms) + job.name);
  }
  EXPECT_THAT(order, ElementsAre("0a-0", "0c-0", "10b-0", "20b-1", "20a-1", "30b-2"));
  EXPECT_FALSE(source.Next()->has_value());
}

TEST(ScenarioSourceTest, PoissonGapsHaveTheirMean) {
  Arrivals poisson;
  poisson.kind = Arrivals::Kind::kPoisson;
  poisson.gap_ms = 1000;
  poisson.from_ms = 5000;
  poisson.count = 10'000;
  ScenarioSource source({Template("p", poisson)});
  const std::vector<Job> jobs = Drain(source).jobs;
  ASSERT_THAT(jobs, SizeIs(10'000));
  EXPECT_GE(jobs.front().submit_ms, 5000);
  EXPECT_NEAR(static_cast<double>(jobs.back().submit_ms - 5000) / 10'000, 1000, 30);
}

TEST(ScenarioSourceTest, NoTemplatesNoJobs) {
  ScenarioSource source({});
  EXPECT_THAT(Drain(source).jobs, IsEmpty());
}

}  // namespace
}  // namespace tutti::sim
