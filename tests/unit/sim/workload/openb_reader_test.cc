#include "sim/workload/openb_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

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

const char kPodHeader[] =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    "deletion_time,scheduled_time\n";

std::unique_ptr<OpenbReader> Open(const std::string& text, const OpenbOptions& options = {}) {
  auto reader = OpenbReader::Open(Text(text), "pods.csv", options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

TEST(OpenbReaderTest, ReadsNodes) {
  const auto in = Text(
      "sn,cpu_milli,memory_mib,gpu,model\nn0,32000,4,0,\nn1,64000,2,8,V100M16\n"
      "n1,1,1,1,T4\nn2,x,1,1,T4\n");
  RowErrors errors("nodes.csv", BadRows::kDrop);
  const auto nodes = ReadOpenbNodes(*in, errors);
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_THAT(*nodes, SizeIs(2));
  EXPECT_EQ((*nodes)[1].name, "n1");
  EXPECT_THAT((*nodes)[1].allocatable, ElementsAre(Pair("cpu", 64000), Pair("memory", 2 << 20)));
  EXPECT_EQ((*nodes)[1].gpus, 8);
  EXPECT_EQ((*nodes)[1].gpu_model, "V100M16");
  EXPECT_THAT(errors.Messages(),
              ElementsAre(HasSubstr("nodes.csv:4: column sn: got \"n1\", expected a name that no"),
                          HasSubstr("nodes.csv:5: column cpu_milli: got \"x\"")));
}

TEST(OpenbReaderTest, ReadsPodsByTheirTimes) {
  const auto reader = Open(std::string(kPodHeader) +
                           "p0,12000,16,1,460,,LS,Running,10,100,20\n"
                           "p1,6000,12,2,1000,V100M16|V100M32,BE,Pending,11,50,\n"
                           "p2,6000,12,0,0,T4,BE,Running,12,50,12\n");
  const Drained drained = Drain(*reader);
  ASSERT_TRUE(drained.status.ok()) << drained.status;
  ASSERT_THAT(drained.jobs, SizeIs(3));
  EXPECT_EQ(drained.jobs[0].submit_ms, 10'000);
  EXPECT_EQ(drained.jobs[0].run_ms, 80'000);
  EXPECT_EQ(drained.jobs[0].queue, "LS");
  EXPECT_EQ(drained.jobs[0].roles[0].gpus, 1);
  EXPECT_EQ(drained.jobs[0].roles[0].gpu_milli, 460);
  EXPECT_EQ(drained.jobs[1].run_ms, 39'000) << "never scheduled: from its creation";
  EXPECT_THAT(drained.jobs[1].roles[0].gpu_models, ElementsAre("V100M16", "V100M32"));
  EXPECT_THAT(drained.jobs[2].roles[0].gpu_models, IsEmpty()) << "asks for no GPU";
}

TEST(OpenbReaderTest, FileOrderNeedsOnlyTheResources) {
  OpenbOptions options;
  options.arrivals = OpenbOptions::Arrivals::kFileOrder;
  const Drained drained = Drain(
      *Open("name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1,2,1,500\np1,1,2,0,0\n", options));
  ASSERT_THAT(drained.jobs, SizeIs(2));
  EXPECT_EQ(drained.jobs[1].submit_ms, 1000);
  EXPECT_EQ(drained.jobs[1].run_ms, -1);
}

TEST(OpenbReaderTest, RefusesRowsThatContradictThemselves) {
  const auto reader =
      Open(std::string(kPodHeader) + "p0,1,1,1,0,,LS,Running,10,100,20\n" +
           "p1,1,1,2,500,,LS,Running,10,100,20\n" + "p2,1,1,0,0,,LS,Running,10,15,20\n" +
           "p3,1,1,0,0,,LS,Running,10,100,5\n" + ",1,1,0,0,,LS,Running,10,100,20\n");
  EXPECT_THAT(Drain(*reader).jobs, IsEmpty());
  EXPECT_THAT(reader->errors().Messages(),
              ElementsAre(HasSubstr(":2: column gpu_milli"), HasSubstr(":3: column gpu_milli"),
                          HasSubstr(":4: column deletion_time"),
                          HasSubstr(":5: column scheduled_time"), HasSubstr(":6: column name")));
}

TEST(OpenbReaderTest, ATableWithoutTimesSaysWhichAreMissing) {
  const auto reader = OpenbReader::Open(Text("name,cpu_milli,memory_mib,num_gpu,gpu_milli\n"),
                                        "pods.csv", OpenbOptions{});
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("no column creation_time"));
  EXPECT_FALSE(OpenbReader::Open(Text(""), "pods.csv", OpenbOptions{}).ok());
}

std::unique_ptr<std::istream> OpenFile(const std::string& path) {
  auto file = OpenWorkloadFile(path, "table");
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

TEST(OpenbReaderTest, TheGpuNodesAddUpToTheCluster) {
  const std::string path = SharedData("openb/openb_node_list_gpu_node.csv");
  TUTTI_SKIP_WITHOUT(path);
  RowErrors errors(path, BadRows::kStop);
  const auto nodes = ReadOpenbNodes(*OpenFile(path), errors);
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  int64_t gpus = 0;
  int64_t milli_cpu = 0;
  for (const SimNode& node : *nodes) {
    gpus += node.gpus;
    milli_cpu += node.allocatable[0].second;
  }
  EXPECT_EQ(nodes->size(), 1213u);
  EXPECT_EQ(gpus, 6212);
  EXPECT_EQ(milli_cpu, 107'018'000);
}

TEST(OpenbReaderTest, TheDefaultTraceHasItsPublishedMixture) {
  const std::string path = SharedData("openb/openb_pod_list_default.csv");
  TUTTI_SKIP_WITHOUT(path);
  OpenbOptions options;
  options.bad_rows = BadRows::kStop;
  auto reader = OpenbReader::Open(OpenFile(path), path, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const Drained drained = Drain(**reader);
  ASSERT_TRUE(drained.status.ok()) << drained.status;
  std::map<int64_t, int> by_gpus;
  int shared = 0;
  int64_t milli = 0;
  for (const Job& job : drained.jobs) {
    const Role& role = job.roles[0];
    milli += role.gpus * role.gpu_milli;
    if (role.gpus == 1 && role.gpu_milli < 1000) {
      ++shared;
    } else {
      ++by_gpus[role.gpus];
    }
  }
  EXPECT_EQ(drained.jobs.size(), 8152u);
  EXPECT_EQ(shared, 3078);
  EXPECT_THAT(by_gpus,
              ElementsAre(Pair(0, 1088), Pair(1, 3911), Pair(2, 16), Pair(4, 15), Pair(8, 44)));
  EXPECT_EQ((milli + 50) / 100, 60'868) << "6,086.8 GPUs";
}

TEST(OpenbReaderTest, EveryTraceReadsInFileOrder) {
  const std::string folder = SharedData("openb");
  TUTTI_SKIP_WITHOUT(folder);
  OpenbOptions options;
  options.arrivals = OpenbOptions::Arrivals::kFileOrder;
  options.bad_rows = BadRows::kStop;
  int traces = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.find("openb_pod_list_") == std::string::npos) continue;
    auto reader = OpenbReader::Open(OpenFile(path), path, options);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const Drained drained = Drain(**reader);
    EXPECT_TRUE(drained.status.ok()) << drained.status;
    EXPECT_GT(drained.jobs.size(), 7000u) << path;
    ++traces;
  }
  EXPECT_GT(traces, 0);
}

}  // namespace
}  // namespace tutti::sim
