#include "sim/openb/openb_workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "tests/support/temp_folder.h"

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;

int64_t Demand(const OpenbWorkload& workload, const std::vector<size_t>& arrivals) {
  int64_t milli = 0;
  for (const size_t pod : arrivals) milli += workload.pods[pod].gpus * workload.pods[pod].gpu_milli;
  return milli;
}

OpenbWorkload Workload(int64_t gpus, std::vector<Role> pods) {
  OpenbWorkload workload;
  workload.nodes.push_back({"a", {{"cpu", 1000}}, {}, gpus, ""});
  workload.pods = std::move(pods);
  return workload;
}

Role Pod(int64_t gpus, int64_t milli, int64_t cpu = 100) {
  Role role;
  role.requests = {{"cpu", cpu}};
  role.gpus = gpus;
  role.gpu_milli = milli;
  return role;
}

TEST(OpenbWorkloadTest, RandomCopiesFillUpToTheDemand) {
  const OpenbWorkload workload = Workload(100, {Pod(1, 300), Pod(1, 1000), Pod(0, 0)});
  const std::vector<size_t> arrivals = OpenbArrivals(workload, 130, 42);
  EXPECT_LE(Demand(workload, arrivals), 130'000);
  EXPECT_GT(Demand(workload, arrivals), 129'000);
  std::vector<size_t> first(arrivals.begin(), arrivals.begin() + 3);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, (std::vector<size_t>{0, 1, 2})) << "the list itself comes first, shuffled";
}

TEST(OpenbWorkloadTest, WhatIsTooMuchIsLeftOut) {
  const OpenbWorkload workload = Workload(10, std::vector<Role>(50, Pod(1, 1000)));
  EXPECT_EQ(Demand(workload, OpenbArrivals(workload, 130, 1)), 13'000);
}

TEST(OpenbWorkloadTest, ASeedIsARun) {
  const OpenbWorkload workload =
      Workload(100, {Pod(1, 300), Pod(1, 1000), Pod(0, 0), Pod(2, 1000)});
  EXPECT_EQ(OpenbArrivals(workload, 130, 5), OpenbArrivals(workload, 130, 5));
  EXPECT_NE(OpenbArrivals(workload, 130, 5), OpenbArrivals(workload, 130, 6));
}

TEST(OpenbWorkloadTest, NamesAreDealtOutAnewBySeed) {
  OpenbWorkload workload;
  for (int64_t node = 0; node < 100; ++node)
    workload.nodes.push_back({absl::StrFormat("node-%02d", node), {{"cpu", node}}, {}, node, ""});
  const OpenbWorkload named = NamedAnew(workload, 42);
  std::vector<int64_t> gpus;
  for (size_t i = 0; i < named.nodes.size(); ++i) {
    EXPECT_EQ(named.nodes[i].name, workload.nodes[i].name) << "still by name";
    EXPECT_EQ(named.nodes[i].allocatable.at(0).second, named.nodes[i].gpus) << "a node stays whole";
    gpus.push_back(named.nodes[i].gpus);
  }
  EXPECT_FALSE(std::is_sorted(gpus.begin(), gpus.end()));
  const auto again = [&](uint64_t seed) {
    std::vector<int64_t> drawn;
    for (const SimNode& node : NamedAnew(workload, seed).nodes) drawn.push_back(node.gpus);
    return drawn;
  };
  EXPECT_EQ(again(42), gpus);
  EXPECT_NE(again(43), gpus);
  std::sort(gpus.begin(), gpus.end());
  for (size_t i = 0; i < gpus.size(); ++i) EXPECT_EQ(gpus[i], static_cast<int64_t>(i));
}

TEST(OpenbWorkloadTest, AListWithoutGpusIsNotRepeatedForEver) {
  const OpenbWorkload workload = Workload(10, {Pod(0, 0), Pod(0, 0)});
  EXPECT_EQ(OpenbArrivals(workload, 130, 1).size(), 2u);
}

TEST(OpenbWorkloadTest, TypicalPodsAreTheMostFrequentThatMakeUp95Percent) {
  std::vector<Role> pods(90, Pod(1, 500));
  pods.insert(pods.end(), 6, Pod(1, 1000));
  pods.insert(pods.end(), 4, Pod(1, 250));
  const std::vector<OpenbKind> typical = TypicalOpenbPods(Workload(10, pods));
  ASSERT_EQ(typical.size(), 2u);
  EXPECT_EQ(typical[0].pods, 90);
  EXPECT_EQ(typical[1].role.gpu_milli, 1000);
}

TEST(OpenbWorkloadTest, ABadRowIsNamed) {
  const testing::TempFolder folder;
  const std::string nodes = folder.Write(
      "nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nb,1000,10,1,T4\na,1000,10,2,T4\n");
  const auto good = LoadOpenb(
      nodes,
      folder.Write("good.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,100,1,1,500\n"));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->nodes[0].name, "a") << "by name";
  EXPECT_EQ(good->gpu_milli(), 3000);
  const auto bad = LoadOpenb(
      nodes, folder.Write("bad.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,x,1,1,500\n"));
  EXPECT_THAT(std::string(bad.status().message()), HasSubstr("bad.csv:2"));
  EXPECT_THAT(std::string(LoadOpenb("/no/such/file", nodes).status().message()),
              HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace tutti::sim
