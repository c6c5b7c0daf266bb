// The table of pod shapes against the rules of Kubernetes. Amounts are worked out by hand.
#include "objects/resource_accounting.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {
namespace {

using model::kCpu;
using model::kEphemeralStorage;
using model::kMemory;
using model::kPods;
using model::ResourceId;
using model::ResourceList;

constexpr ResourceId kGpu{4};
constexpr ResourceId kHugePages{5};
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

// One container, told as the reference tells it.
struct Container {
  ContainerResources resources;

  explicit Container(ResourceList requests) { resources.requests = std::move(requests); }
  Container Actuated(ResourceList list) const {
    Container copy = *this;
    copy.resources.actuated = std::move(list);
    return copy;
  }
  Container Allocated(ResourceList list) const {
    Container copy = *this;
    copy.resources.allocated = std::move(list);
    return copy;
  }
  Container Sidecar() const {
    Container copy = *this;
    copy.resources.restartable = true;
    return copy;
  }
};

struct Pod {
  PodResources resources;

  Pod& Main(const Container& container) {
    resources.containers.push_back(container.resources);
    return *this;
  }
  Pod& Init(const Container& container) {
    resources.init_containers.push_back(container.resources);
    return *this;
  }
  Pod& Overhead(ResourceList list) {
    resources.overhead = std::move(list);
    return *this;
  }
  Pod& Level(ResourceList list, std::vector<ResourceId> replaces) {
    resources.pod_level = std::move(list);
    resources.pod_level_replaces = std::move(replaces);
    return *this;
  }
  Pod& LevelActuated(ResourceList list) {
    resources.pod_actuated = std::move(list);
    return *this;
  }
  Pod& LevelAllocated(ResourceList list) {
    resources.pod_allocated = std::move(list);
    return *this;
  }
  Pod& Infeasible() {
    resources.resize_infeasible = true;
    return *this;
  }
};

Container C(int64_t cpu, int64_t memory = 0, int64_t gpu = 0) {
  return Container({{kCpu, cpu}, {kMemory, memory}, {kGpu, gpu}});
}
Container Sidecar(int64_t cpu, int64_t memory = 0, int64_t gpu = 0) {
  return C(cpu, memory, gpu).Sidecar();
}

struct Row {
  std::string name;
  Pod pod;
  ResourceList pending;
  ResourceList bound;
};

// Without a resize a pod counts for what it asked for.
Row Same(std::string name, Pod pod, ResourceList expected) {
  return {std::move(name), std::move(pod), expected, expected};
}

std::vector<Row> ContainerRows() {
  std::vector<Row> rows;
  rows.push_back(Same("no containers at all", Pod(), {{kPods, 1}}));
  rows.push_back(Same("a container without requests", Pod().Main(C(0)), {{kPods, 1}}));
  rows.push_back(
      Same("one container", Pod().Main(C(500, 64)), {{kCpu, 500}, {kMemory, 64}, {kPods, 1}}));
  rows.push_back(Same("containers add up", Pod().Main(C(500, 64, 1)).Main(C(250, 0, 3)),
                      {{kCpu, 750}, {kMemory, 64}, {kGpu, 4}, {kPods, 1}}));
  rows.push_back(Same("a resource of one container only",
                      Pod().Main(C(100)).Main(Container({{kEphemeralStorage, 7}})),
                      {{kCpu, 100}, {kEphemeralStorage, 7}, {kPods, 1}}));
  rows.push_back(
      Same("requests named pods do not count", Pod().Main(Container({{kPods, 9}})), {{kPods, 1}}));
  rows.push_back(Same("a small init container disappears", Pod().Init(C(300, 10)).Main(C(500, 64)),
                      {{kCpu, 500}, {kMemory, 64}, {kPods, 1}}));
  rows.push_back(Same("a large init container counts per resource",
                      Pod().Init(C(800, 10)).Main(C(500, 64)),
                      {{kCpu, 800}, {kMemory, 64}, {kPods, 1}}));
  rows.push_back(Same("init containers run one after the other",
                      Pod().Init(C(800)).Init(C(0, 90)).Main(C(500, 64)),
                      {{kCpu, 800}, {kMemory, 90}, {kPods, 1}}));
  rows.push_back(Same("only an init container has the GPU", Pod().Init(C(0, 0, 2)).Main(C(100)),
                      {{kCpu, 100}, {kGpu, 2}, {kPods, 1}}));
  rows.push_back(Same("a sidecar adds to the containers",
                      Pod().Init(Sidecar(100, 8)).Main(C(500, 64)),
                      {{kCpu, 600}, {kMemory, 72}, {kPods, 1}}));
  rows.push_back(Same("a sidecar runs beside later init containers",
                      Pod().Init(Sidecar(100)).Init(C(800)).Main(C(500)),
                      {{kCpu, 900}, {kPods, 1}}));
  rows.push_back(Same("a sidecar does not run beside earlier init containers",
                      Pod().Init(C(800)).Init(Sidecar(100)).Main(C(500)),
                      {{kCpu, 800}, {kPods, 1}}));
  rows.push_back(
      Same("sidecars between init containers",
           Pod().Init(Sidecar(100)).Init(C(700)).Init(Sidecar(200)).Init(C(600)).Main(C(100)),
           {{kCpu, 900}, {kPods, 1}}));  // 100+700, 100+200+600, 100+200+100
  rows.push_back(Same("sidecars alone can be the peak", Pod().Init(Sidecar(400)).Init(Sidecar(400)),
                      {{kCpu, 800}, {kPods, 1}}));
  return rows;
}

std::vector<Row> PodLevelRows() {
  std::vector<Row> rows;
  rows.push_back(Same("overhead is added",
                      Pod().Main(C(500, 64)).Overhead({{kCpu, 250}, {kMemory, 120}}),
                      {{kCpu, 750}, {kMemory, 184}, {kPods, 1}}));
  rows.push_back(Same("overhead is added after the peak of init containers",
                      Pod().Init(C(800)).Main(C(500)).Overhead({{kCpu, 250}}),
                      {{kCpu, 1050}, {kPods, 1}}));
  rows.push_back(Same("pod level replaces a smaller sum",
                      Pod().Main(C(500, 64)).Level({{kCpu, 2000}}, {kCpu}),
                      {{kCpu, 2000}, {kMemory, 64}, {kPods, 1}}));
  rows.push_back(Same("pod level replaces a larger sum",
                      Pod().Main(C(500)).Main(C(700)).Level({{kCpu, 1000}}, {kCpu}),
                      {{kCpu, 1000}, {kPods, 1}}));
  rows.push_back(Same("pod level replaces the peak of init containers too",
                      Pod().Init(C(4000)).Main(C(500)).Level({{kCpu, 1000}}, {kCpu}),
                      {{kCpu, 1000}, {kPods, 1}}));
  rows.push_back(
      Same("pod level of zero replaces", Pod().Main(C(500)).Level({}, {kCpu}), {{kPods, 1}}));
  rows.push_back(
      Same("pod level knows huge pages",
           Pod().Main(Container({{kHugePages, 4}})).Level({{kHugePages, 8}}, {kHugePages}),
           {{kHugePages, 8}, {kPods, 1}}));
  rows.push_back(Same("pod level does not replace extended resources",
                      Pod().Main(C(0, 0, 2)).Level({{kCpu, 100}, {kGpu, 9}}, {kCpu}),
                      {{kCpu, 100}, {kGpu, 2}, {kPods, 1}}));
  rows.push_back(Same("overhead is added to the pod level",
                      Pod().Main(C(500)).Level({{kCpu, 1000}}, {kCpu}).Overhead({{kCpu, 50}}),
                      {{kCpu, 1050}, {kPods, 1}}));
  return rows;
}

std::vector<Row> ResizeRows() {
  std::vector<Row> rows;
  rows.push_back({"growing: what is wanted counts",
                  Pod().Main(C(900).Actuated({{kCpu, 500}}).Allocated({{kCpu, 500}})),
                  {{kCpu, 900}, {kPods, 1}},
                  {{kCpu, 900}, {kPods, 1}}});
  rows.push_back({"shrinking: what is actuated counts",
                  Pod().Main(C(200).Actuated({{kCpu, 500}}).Allocated({{kCpu, 200}})),
                  {{kCpu, 200}, {kPods, 1}},
                  {{kCpu, 500}, {kPods, 1}}});
  rows.push_back({"shrinking: what is allocated counts",
                  Pod().Main(C(200).Actuated({{kCpu, 200}}).Allocated({{kCpu, 500}})),
                  {{kCpu, 200}, {kPods, 1}},
                  {{kCpu, 500}, {kPods, 1}}});
  rows.push_back({"only allocated is reported",
                  Pod().Main(C(200).Allocated({{kCpu, 500}})),
                  {{kCpu, 200}, {kPods, 1}},
                  {{kCpu, 500}, {kPods, 1}}});
  rows.push_back({"resizes are per resource",
                  Pod().Main(C(200, 90)
                                 .Actuated({{kCpu, 500}, {kMemory, 30}})
                                 .Allocated({{kCpu, 200}, {kMemory, 30}})),
                  {{kCpu, 200}, {kMemory, 90}, {kPods, 1}},
                  {{kCpu, 500}, {kMemory, 90}, {kPods, 1}}});
  rows.push_back({"resizes are per container",
                  Pod().Main(C(900).Actuated({{kCpu, 100}})).Main(C(100).Actuated({{kCpu, 900}})),
                  {{kCpu, 1000}, {kPods, 1}},
                  {{kCpu, 1800}, {kPods, 1}}});
  rows.push_back({"an infeasible resize does not count",
                  Pod().Main(C(9000).Actuated({{kCpu, 400}}).Allocated({{kCpu, 500}})).Infeasible(),
                  {{kCpu, 9000}, {kPods, 1}},
                  {{kCpu, 500}, {kPods, 1}}});
  rows.push_back({"an infeasible resize without a report counts as wanted",
                  Pod().Main(C(9000)).Infeasible(),
                  {{kCpu, 9000}, {kPods, 1}},
                  {{kCpu, 9000}, {kPods, 1}}});
  rows.push_back({"a sidecar is resized",
                  Pod().Init(Sidecar(100).Actuated({{kCpu, 300}})).Main(C(500)),
                  {{kCpu, 600}, {kPods, 1}},
                  {{kCpu, 800}, {kPods, 1}}});
  rows.push_back({"a resized sidecar counts beside later init containers",
                  Pod().Init(Sidecar(100).Actuated({{kCpu, 300}})).Init(C(700)).Main(C(500)),
                  {{kCpu, 800}, {kPods, 1}},
                  {{kCpu, 1000}, {kPods, 1}}});
  rows.push_back({"the status of a plain init container does not count",
                  Pod().Init(C(100).Actuated({{kCpu, 3000}})).Main(C(500)),
                  {{kCpu, 500}, {kPods, 1}},
                  {{kCpu, 500}, {kPods, 1}}});
  rows.push_back({"pod level is resized",
                  Pod()
                      .Main(C(100))
                      .Level({{kCpu, 1000}}, {kCpu})
                      .LevelActuated({{kCpu, 2000}})
                      .LevelAllocated({{kCpu, 1500}}),
                  {{kCpu, 1000}, {kPods, 1}},
                  {{kCpu, 2000}, {kPods, 1}}});
  rows.push_back({"an infeasible resize of the pod level",
                  Pod()
                      .Main(C(100))
                      .Level({{kCpu, 9000}}, {kCpu})
                      .LevelActuated({{kCpu, 2000}})
                      .LevelAllocated({{kCpu, 1500}})
                      .Infeasible(),
                  {{kCpu, 9000}, {kPods, 1}},
                  {{kCpu, 2000}, {kPods, 1}}});
  return rows;
}

void Check(const std::vector<Row>& rows) {
  model::ResourceTable table;
  ASSERT_EQ(table.InternForPod("gpu"), kGpu);
  ASSERT_EQ(table.InternForPod("hugepages-2Mi"), kHugePages);
  for (const Row& row : rows) {
    EXPECT_EQ(Describe(PendingRequests(row.pod.resources), table), Describe(row.pending, table))
        << row.name;
    EXPECT_EQ(Describe(BoundRequests(row.pod.resources), table), Describe(row.bound, table))
        << row.name;
  }
}

TEST(ResourceAccountingTest, ContainersInitContainersAndSidecars) { Check(ContainerRows()); }
TEST(ResourceAccountingTest, OverheadAndPodLevelResources) { Check(PodLevelRows()); }
TEST(ResourceAccountingTest, InPlaceResize) { Check(ResizeRows()); }

// A thousand pods of a node can be added up, whatever each of them asks for.
TEST(ResourceAccountingTest, AbsurdRequestsStayAddable) {
  const Pod pod =
      Pod().Main(C(kMost, kMost)).Main(C(kMost)).Init(Sidecar(kMost)).Overhead({{kCpu, kMost}});
  const ResourceList expected = {
      {kCpu, kMostOfOneResource}, {kMemory, kMostOfOneResource}, {kPods, 1}};
  EXPECT_EQ(PendingRequests(pod.resources), expected);
  EXPECT_EQ(BoundRequests(pod.resources), expected);
  EXPECT_GT(std::numeric_limits<int64_t>::max() / kMostOfOneResource, 1000);
  // An exbibyte is past any node, and a petabyte is not touched.
  EXPECT_GT(kMostOfOneResource, int64_t{1} << 50);
}

}  // namespace
}  // namespace tutti::objects
