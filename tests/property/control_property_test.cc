// Random worlds that are asked about: whatever is asked, nothing is decided otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_format.h"
#include "planner/core_reader.h"
#include "tests/support/core_world.h"

namespace tutti::testing {
namespace {

using planner::ClassDiagnosis;
using planner::CoreReader;
using ::testing::IsEmpty;

int64_t Sum(const ClassDiagnosis& diagnosis) {
  int64_t nodes = diagnosis.nodes_with_room;
  for (const ClassDiagnosis::Refused& refused : diagnosis.refused) nodes += refused.nodes;
  return nodes;
}

// Two worlds live through the same; only the second is asked.
class AskedWorld {
 public:
  explicit AskedWorld(uint64_t seed)
      : random_(seed), ask_random_(seed * 31 + 7), quiet_(Options(seed)), asked_(Options(seed)) {
    for (int i = 0; i < 12; ++i) ChangeNode();
    for (int i = 0; i < 120; ++i) {
      Disturb();
      const int steps = Below(random_, 4);
      for (int s = 0; s < steps; ++s) {
        quiet_.Step();
        asked_.Step();
        Ask();
      }
    }
    quiet_.Run();
    asked_.Run();
  }

  CoreWorld& quiet() { return quiet_; }
  CoreWorld& asked() { return asked_; }

 private:
  static WorldOptions Options(uint64_t seed) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = seed % 2 == 0;
    options.watch_lag = seed % 3 == 0 ? 0.4 : 0;
    options.write_failure = seed % 5 == 0 ? 0.2 : 0;
    return options;
  }
  static int Below(std::mt19937_64& random, int n) {
    return static_cast<int>(random() % static_cast<uint64_t>(n));
  }

  template <class Change>
  void Both(const Change& change) {
    change(quiet_);
    change(asked_);
  }

  void ChangeNode() {
    model::NodeInfo node;
    node.name = absl::StrFormat("node-%d", Below(random_, 12));
    node.allocatable = {{model::kCpu, 2000 * (1 + Below(random_, 4))}, {model::kPods, 20}};
    node.unschedulable = Below(random_, 8) == 0;
    if (Below(random_, 6) == 0) node.taints = {{"spot", "", model::TaintEffect::kNoSchedule}};
    Both([&](CoreWorld& world) { world.AddNode(node); });
  }

  model::PodShape RandomShape(std::mt19937_64& random) {
    model::PodShape shape;
    shape.requests = {{model::kCpu, 500 * (1 + Below(random, 5))}};
    if (Below(random, 4) == 0) shape.tolerations = {{"spot", "", model::TaintEffect::kNone, true}};
    if (Below(random, 6) == 0) shape.host_ports = {{"0.0.0.0", "TCP", 80}};
    shape.priority = Below(random, 3) == 0 ? 10 : 0;
    return shape;
  }

  void Disturb() {
    switch (Below(random_, 8)) {
      case 0:
        return ChangeNode();
      case 1: {
        const std::string node = absl::StrFormat("node-%d", Below(random_, 12));
        const bool closed = Below(random_, 2) == 0;
        return Both([&](CoreWorld& world) { world.Apply(model::NodeClosed{node, closed}); });
      }
      case 2: {
        const std::string gang = absl::StrFormat("g%d", Below(random_, gangs_ + 1));
        const bool held = Below(random_, 3) == 0;
        return Both([&](CoreWorld& world) {
          world.Apply(model::GangHeld{{"default", "test", gang}, held});
        });
      }
      case 3: {
        const std::string gang = absl::StrFormat("g%d", Below(random_, gangs_ + 1));
        return Both([&](CoreWorld& world) { world.DeleteGang(gang); });
      }
      default:
        break;
    }
    const std::string gang = absl::StrFormat("g%d", gangs_++);
    const int members = 1 + Below(random_, 6);
    const int min_member = 1 + Below(random_, members);
    const model::PodShape shape = RandomShape(random_);
    for (int m = 0; m < members; ++m) {
      PodSpec spec{absl::StrFormat("%s-%d", gang, m), gang, min_member, shape, false};
      Both([&](CoreWorld& world) { world.CreatePod(spec); });
    }
  }

  void Ask() {
    CoreReader& reader = asked_.core().reader();
    if (!reader.ready()) return;
    for (const planner::GangReport& gang : reader.Gangs("", {0, 5})) {
      const planner::Explanation why = reader.ExplainGang(gang.key);
      for (const ClassDiagnosis& of : why.why.classes) EXPECT_EQ(Sum(of), reader.nodes());
    }
    reader.Queue("", {0, 5});
    reader.Reservations("", {0, 5});
    std::vector<planner::SimulatedJob> jobs;
    for (int i = Below(ask_random_, 3); i >= 0; --i) jobs.push_back(RandomJob(i));
    for (const planner::SimulatedOutcome& outcome : reader.Simulate(std::move(jobs))) {
      EXPECT_LE(outcome.placed, outcome.pods);
      EXPECT_TRUE(!outcome.fits_now || outcome.placed >= outcome.min_member);
      for (const ClassDiagnosis& of : outcome.why.classes) EXPECT_EQ(Sum(of), reader.nodes());
    }
    EXPECT_THAT(asked_.core().CheckInvariants(), IsEmpty());
  }

  planner::SimulatedJob RandomJob(int number) {
    planner::SimulatedJob job;
    job.single_pods = Below(ask_random_, 4) == 0;
    const std::string name = absl::StrFormat("what-if-%d", number);
    job.gang->key = {"default", "test", name};
    job.gang->display_name = name;
    const auto shape = std::make_shared<const model::PodShape>([&] {
      model::PodShape wanted = RandomShape(ask_random_);
      wanted.requests.Set(model::kPods, 1);
      return wanted;
    }());
    const int count = 1 + Below(ask_random_, 8);
    for (int i = 0; i < count; ++i) {
      model::PodInfo pod;
      pod.uid = {99, static_cast<uint64_t>(i) + 1};
      pod.name = absl::StrFormat("%s-%d", name, i);
      pod.namespace_name = "default";
      pod.shape = shape;
      pod.gang =
          model::GangMember{job.gang->key, name, GangSpec{1 + Below(ask_random_, count), {}}, {}};
      job.Add(std::move(pod));
    }
    return job;
  }

  std::mt19937_64 random_;
  std::mt19937_64 ask_random_;
  CoreWorld quiet_;
  CoreWorld asked_;
  int gangs_ = 0;
};

TEST(ControlPropertyTest, WhoeverAsksChangesNoDecision) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    AskedWorld world(seed);
    ASSERT_EQ(world.asked().log(), world.quiet().log());
    ASSERT_EQ(world.asked().core().DurableState(), world.quiet().core().DurableState());
    ASSERT_THAT(world.asked().broken(), IsEmpty());
  }
}

}  // namespace
}  // namespace tutti::testing
