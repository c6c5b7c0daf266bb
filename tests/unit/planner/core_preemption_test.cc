// Whole gangs are preempted: what GangPreemption proposes and the core carries out.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/support/builtin_plugin.h"
#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using ::testing::IsEmpty;

constexpr model::ResourceId kGpu{4};

class CorePreemptionTest : public CorePoints {
 protected:
  CorePreemptionTest() {
    testing::AddBuiltin(w_, "GangPreemption");
    Start();
  }
  void AddNode(const std::string& name, int64_t gpus) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{kGpu, gpus}, {model::kPods, 110}};
    d_->Apply(model::NodeUpserted{std::move(node)});
  }
  static std::shared_ptr<const model::PodShape> Shape(int64_t gpus, int32_t priority) {
    model::PodShape shape;
    shape.requests = {{kGpu, gpus}, {model::kPods, 1}};
    shape.priority = priority;
    return std::make_shared<const model::PodShape>(std::move(shape));
  }
  PodInfo Runs(const std::string& name, const std::string& node, int64_t gpus, int32_t priority = 0,
               const std::string& gang = "", int min_member = 0) {
    PodInfo pod = d_->NewPod(name, gang, min_member, Shape(gpus, priority));
    pod.node_name = node;
    d_->Show(pod);
    return pod;
  }
  std::vector<PodInfo> Important(int members, int64_t gpus) {
    std::vector<PodInfo> pods;
    const auto shape = Shape(gpus, 100);
    for (int m = 0; m < members; ++m) {
      pods.push_back(d_->NewPod(absl::StrFormat("important-%d", m), "important", members, shape));
      d_->Show(pods.back());
    }
    return pods;
  }
  std::set<base::Uid> Evicted() {
    std::set<base::Uid> uids;
    for (const model::EvictPod& evict : d_->Take<model::EvictPod>()) uids.insert(evict.pod.uid);
    return uids;
  }
};

// KAI-Scheduler#1591: each of 11 members needs the room of four victims, wherever they are.
TEST_F(CorePreemptionTest, ElevenMembersOfFourGpusTakeTheRoomOfFortyFourPodsOfOne) {
  std::vector<PodInfo> victims;
  for (int n = 0; n < 11; ++n) {
    AddNode(absl::StrFormat("n%02d", n), 4);
    for (int p = 0; p < 4; ++p) {
      victims.push_back(Runs(absl::StrFormat("low-%d-%d", n, p), absl::StrFormat("n%02d", n), 1));
    }
  }
  const auto important = Important(11, 4);
  d_->Pass();
  EXPECT_EQ(Evicted().size(), 44u) << "all of them, in the pass that finds it out";
  for (const PodInfo& victim : victims) d_->Apply(model::PodDeleted{victim.uid});
  d_->Pass();
  std::set<std::string> nodes;
  for (const std::string& node : Places(important)) nodes.insert(node);
  EXPECT_EQ(nodes.size(), 11u);
  EXPECT_FALSE(nodes.contains(""));
}

TEST_F(CorePreemptionTest, WhereOneOfTheFortyFourMustStayAllStay) {
  for (int n = 0; n < 11; ++n) {
    AddNode(absl::StrFormat("n%02d", n), 4);
    for (int p = 0; p < 4; ++p) {
      Runs(absl::StrFormat("low-%d-%d", n, p), absl::StrFormat("n%02d", n), 1,
           n == 5 && p == 2 ? 100 : 0);
    }
  }
  Important(11, 4);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
}

// Pods that stay or go together.
struct Unit {
  int32_t priority = 0;
  std::vector<PodInfo> pods;
};

class RandomCluster {
 public:
  explicit RandomCluster(uint64_t seed) : random_(seed) {
    for (int64_t n = 0, nodes = 2 + Below(5); n < nodes; ++n)
      free_[absl::StrFormat("n%d", n)] = 2 + Below(7);
  }
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  const std::map<std::string, int64_t>& free() const { return free_; }
  // Of a node with so much room; empty: none has it.
  std::string Take(int64_t gpus) {
    for (int tries = 0; tries < 8; ++tries) {
      const auto node = std::next(free_.begin(), Below(std::ssize(free_)));
      if (node->second < gpus) continue;
      node->second -= gpus;
      return node->first;
    }
    return {};
  }
  // Whether so many members of that size fit once these are gone.
  bool Fits(int64_t members, int64_t gpus, const std::vector<const Unit*>& gone) const {
    std::map<std::string, int64_t> free = free_;
    for (const Unit* unit : gone)
      for (const PodInfo& pod : unit->pods) free[pod.node_name] += pod.shape->requests.Get(kGpu);
    int64_t places = 0;
    for (const auto& [node, left] : free) places += left / gpus;
    return places >= members;
  }

 private:
  std::mt19937_64 random_;
  std::map<std::string, int64_t> free_;
};

class CoreMinimalVictimsTest : public CorePreemptionTest,
                               public ::testing::WithParamInterface<int> {
 protected:
  // The cluster is filled with pods of no gang and with gangs, of three priorities.
  void Fill(RandomCluster& cluster) {
    for (const auto& [name, gpus] : cluster.free()) AddNode(name, gpus);
    for (int64_t u = 0, units = 4 + cluster.Below(10); u < units; ++u) {
      Unit unit;
      unit.priority = static_cast<int32_t>(cluster.Below(3));
      const int64_t pods = cluster.Below(3) == 0 ? 2 + cluster.Below(2) : 1;
      std::vector<std::pair<std::string, int64_t>> places;
      for (int64_t p = 0; p < pods; ++p) {
        const int64_t gpus = 1 + cluster.Below(2);
        const std::string node = cluster.Take(gpus);
        if (!node.empty()) places.emplace_back(node, gpus);
      }
      const std::string name = absl::StrFormat("low-%d", u);
      for (const auto& [node, gpus] : places)
        unit.pods.push_back(Runs(absl::StrFormat("%s-%d", name, unit.pods.size()), node, gpus,
                                 unit.priority, pods > 1 ? name : "",
                                 static_cast<int>(places.size())));
      if (!unit.pods.empty()) units_.push_back(std::move(unit));
    }
  }
  // Those of which all pods are among these.
  std::vector<const Unit*> WholeUnits(const std::set<base::Uid>& uids) {
    std::vector<const Unit*> whole;
    size_t pods = 0;
    for (const Unit& unit : units_) {
      const bool goes = std::all_of(unit.pods.begin(), unit.pods.end(),
                                    [&](const PodInfo& pod) { return uids.contains(pod.uid); });
      if (!goes) continue;
      whole.push_back(&unit);
      pods += unit.pods.size();
    }
    EXPECT_EQ(pods, uids.size()) << "a gang goes as a whole";
    return whole;
  }
  std::vector<const Unit*> Below(int32_t priority) {
    std::vector<const Unit*> below;
    for (const Unit& unit : units_) {
      if (unit.priority < priority) below.push_back(&unit);
    }
    return below;
  }

  std::vector<Unit> units_;
};

INSTANTIATE_TEST_SUITE_P(Seeds, CoreMinimalVictimsTest, ::testing::Range(1, 121));

// Ops bug 24: nobody goes whose going the gang could do without, nobody who matters more than need
// be, and while they go one by one nobody else does.
TEST_P(CoreMinimalVictimsTest, Bug24NoVictimIsNeedlessAndThereIsNoSecondWave) {
  RandomCluster cluster(static_cast<uint64_t>(GetParam()));
  Fill(cluster);
  const int64_t gpus = 1 + cluster.Below(3);
  const int64_t members = 1 + cluster.Below(6);
  const auto important = Important(static_cast<int>(members), gpus);
  d_->Pass();
  const std::set<base::Uid> evicted = Evicted();
  const std::vector<const Unit*> victims = WholeUnits(evicted);
  const bool needs_nobody = cluster.Fits(members, gpus, {});
  EXPECT_EQ(victims.empty(), needs_nobody || !cluster.Fits(members, gpus, Below(100)));
  int32_t most = 0;
  for (const Unit* spared : victims) {
    most = std::max(most, spared->priority);
    std::vector<const Unit*> others = victims;
    std::erase(others, spared);
    EXPECT_FALSE(cluster.Fits(members, gpus, others)) << spared->pods[0].name << " went in vain";
  }
  if (victims.empty()) return;
  EXPECT_TRUE(cluster.Fits(members, gpus, victims));
  EXPECT_FALSE(cluster.Fits(members, gpus, Below(most))) << "those of less importance would do";
  for (const base::Uid& uid : evicted) {
    d_->Apply(model::PodDeleted{uid});
    d_->Pass(std::chrono::seconds(1));
    EXPECT_THAT(Evicted(), IsEmpty()) << "nobody else while they are leaving";
  }
  EXPECT_THAT(Places(important), ::testing::Not(::testing::Contains("")));
}

}  // namespace
}  // namespace tutti::planner
