#include "queue/reclaim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::chrono::nanoseconds kNow = std::chrono::hours(1000);
const std::vector<std::string> kFlavors = {"a", "b"};

// Gangs that run: each holds so many CPUs, as one pod whose uid is its number.
class World {
 public:
  explicit World(std::vector<QueueSpec> specs) {
    tree_.Rebuild(std::move(specs), kNow);
    flavors_.Rebuild(tree_, kNow);
    accounts_.Rebuilt();
    tree_.AddCapacity(kCpu, 100);
    for (const std::string& flavor : kFlavors) flavors_.AddCapacity(flavor, kCpu, 50);
  }

  void Run(uint64_t gang, QueueId queue, std::string_view flavor, int64_t cpu) {
    accounts_.Enter(gang, queue, {}, kNow);
    accounts_.Charge(gang, {{kCpu, cpu}}, 1, kNow);
    accounts_.Place(gang, flavor);
    requests_[gang] = {{kCpu, cpu}};
  }
  void End(uint64_t gang) {
    accounts_.Leave(gang, kNow);
    requests_.erase(gang);
  }
  // For so much more of the flavor; empty: of any nodes, from gangs on these.
  std::vector<Reclaim::Claim> Claims(QueueId queue, std::string_view flavor, int64_t cpu) const {
    const Amounts wanted = {{kCpu, cpu}};
    const QueueTree& tree = flavor.empty() ? tree_ : *flavors_.Of(flavor);
    const std::optional<QueueId> entitled = tree.Entitled(queue, wanted);
    if (!entitled) return {};
    Reclaim::Claim claim{flavor, *entitled, tree.GuaranteedOf(*entitled, wanted)};
    if (!flavor.empty()) claim.on = {flavor};
    return {claim};
  }
  std::vector<uint64_t> Victims(std::vector<Reclaim::Claim> claims) const {
    Reclaim reclaim(tree_, flavors_, accounts_, kNow);
    for (const auto& [gang, requests] : requests_) {
      PlacedPodView pod;
      pod.uid = {0, gang};
      pod.gang_arrival = gang;
      pod.evictable = true;
      pod.requests = requests;
      reclaim.Look(pod);
    }
    std::vector<uint64_t> gangs;
    for (const PodUid& uid : reclaim.Victims(claims, 1000)) gangs.push_back(uid.low);
    return gangs;
  }
  int64_t Cpu(uint64_t gang) const { return AmountOf(requests_.at(gang), kCpu); }
  std::string_view FlavorOf(uint64_t gang) const { return accounts_.FlavorOf(gang); }
  QueueId QueueOf(uint64_t gang) const { return *accounts_.HolderOf(gang); }
  // Above what the queue is guaranteed of the flavor; empty: of all nodes.
  int64_t Surplus(QueueId queue, std::string_view flavor) const {
    const QueueTree& tree = flavor.empty() ? tree_ : *flavors_.Of(flavor);
    return tree.used(queue, kCpu) - tree.guaranteed(queue, kCpu);
  }

 private:
  QueueTree tree_{{}};
  PartAccounts users_{tree_, [](const QueueSpec&) { return false; }};
  FlavorTrees flavors_{kFlavors};
  QueueAccounts accounts_{tree_, users_, users_, flavors_};
  std::map<uint64_t, Amounts> requests_;  // by gang
};

QueueSpec Queue(std::string name, int64_t of_a = 0, int64_t of_b = 0, int64_t guaranteed = 0) {
  QueueSpec spec;
  spec.name = std::move(name);
  if (guaranteed > 0) spec.guaranteed = {{kCpu, guaranteed}};
  spec.flavors = {{.name = "a"}, {.name = "b"}};
  if (of_a > 0) spec.flavors[0].guaranteed = {{kCpu, of_a}};
  if (of_b > 0) spec.flavors[1].guaranteed = {{kCpu, of_b}};
  return spec;
}

constexpr QueueId kOwner{0};
constexpr QueueId kGuest{1};
constexpr QueueId kThird{2};

TEST(ReclaimTest, OnlyGangsOnTheFlavorGoForAGuaranteeOfIt) {
  World w({Queue("owner", 8), Queue("guest")});
  w.Run(1, kGuest, "a", 4);
  w.Run(2, kGuest, "b", 4);
  w.Run(3, kGuest, "a", 4);
  EXPECT_THAT(w.Victims(w.Claims(kOwner, "a", 8)), UnorderedElementsAre(1, 3));
  EXPECT_THAT(w.Claims(kOwner, "a", 9), IsEmpty()) << "it is not guaranteed so much";
  EXPECT_THAT(w.Claims(kOwner, "b", 1), IsEmpty()) << "nor anything of that one";
}

TEST(ReclaimTest, AQueueThatIsDownToItsGuaranteeOfTheFlavorLosesNothing) {
  World w({Queue("owner", 8), Queue("guest", 4)});
  w.Run(1, kGuest, "a", 4);
  w.Run(2, kGuest, "a", 4);
  w.Run(3, kGuest, "b", 40);
  EXPECT_THAT(w.Victims(w.Claims(kOwner, "a", 8)), ElementsAre(2))
      << "what it holds of the other flavor is no surplus of this one";
}

TEST(ReclaimTest, WhatAQueueIsGuaranteedOfAFlavorIsNotForWhoWantsAnyNode) {
  World w({Queue("owner", 0, 0, 20), Queue("guest", 4)});
  w.Run(1, kGuest, "a", 4);
  w.Run(2, kGuest, "b", 4);
  EXPECT_THAT(w.Victims(w.Claims(kOwner, "", 8)), ElementsAre(2));
}

TEST(ReclaimTest, ALaterClaimAddsToWhatWentForTheFirst) {
  World w({Queue("owner", 4, 4), Queue("guest", 2), Queue("third")});
  w.Run(1, kGuest, "a", 4);
  w.Run(2, kThird, "b", 4);
  std::vector<Reclaim::Claim> claims = w.Claims(kOwner, "a", 4);
  claims.push_back(w.Claims(kOwner, "b", 4).at(0));
  EXPECT_THAT(w.Victims(claims), ElementsAre(1, 2));
}

// Whoever takes back what it is guaranteed leaves everybody at least that, and two queues never
// take the same from each other in turn.
TEST(ReclaimTest, TakingBackComesToAnEnd) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    std::vector<QueueSpec> specs;
    for (const char* name : {"p", "q", "r"})
      specs.push_back(Queue(name, below(17), below(17), below(3) == 0 ? below(25) : 0));
    World w(specs);
    std::set<uint64_t> gangs;
    for (uint64_t gang = 1; gang <= 20; ++gang) {
      w.Run(gang, QueueId(static_cast<uint32_t>(below(3))), kFlavors[random() % 2], 1 + below(6));
      gangs.insert(gang);
    }
    // A gang of one CPU of each queue in turn, for each of its guarantees.
    uint64_t next = 100;
    int evictions = 0;
    for (bool more = true; more;) {
      more = false;
      for (uint32_t q = 0; q < 3; ++q) {
        for (const std::string_view flavor : {"a", "b", ""}) {
          const auto claims = w.Claims(QueueId(q), flavor, 1);
          if (claims.empty()) continue;
          const std::vector<uint64_t> victims = w.Victims(claims);
          if (victims.empty()) continue;
          const uint64_t victim = victims.front();
          const QueueId loser = w.QueueOf(victim);
          const std::string on(w.FlavorOf(victim));
          ASSERT_NE(loser, QueueId(q)) << "seed " << seed;
          ASSERT_GT(w.Surplus(loser, flavor), 0) << "seed " << seed;
          ASSERT_GT(w.Surplus(loser, on), 0) << "seed " << seed << ": of its flavor it is within";
          ASSERT_TRUE(flavor.empty() || on == flavor) << "seed " << seed;
          w.End(victim);
          gangs.erase(victim);
          w.Run(++next, QueueId(q), flavor.empty() ? on : flavor, 1);
          more = true;
          ASSERT_LT(++evictions, 500) << "seed " << seed << ": it does not end";
        }
      }
    }
  }
}

}  // namespace
}  // namespace tutti::plugins
