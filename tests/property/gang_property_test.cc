// Random trees of roles and groups, random members, random room: a gang starts only when what it
// needs is whole, no group ever has places in part, and nothing hangs on what came before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "absl/strings/str_format.h"
#include "planner/role_quota.h"
#include "tests/support/core_driver.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

// A tree of up to three levels: what is needed of each node, by path.
class RoleTree {
 public:
  explicit RoleTree(std::mt19937_64& random) : random_(random) { Grow("", 0); }

  const std::vector<RoleMinimum>& roles() const { return roles_; }
  const std::vector<std::string>& leaves() const { return leaves_; }

  // By the rules as they stand in GangSpec, said once more.
  bool IsWhole(const std::string& path, const std::map<std::string, int>& members) const {
    const RoleMinimum& role = Of(path);
    if (CountIn(path, members) < role.min_member) return false;
    const std::vector<std::string>& below = children_.at(path);
    const auto whole = std::count_if(below.begin(), below.end(), [&](const std::string& child) {
      return IsWhole(child, members);
    });
    if (role.min_groups != 0) return whole >= role.min_groups;
    return whole == static_cast<std::ptrdiff_t>(below.size());
  }
  // Groups that stand in part: they have members, and are not whole.
  std::vector<std::string> InPart(const std::map<std::string, int>& members) const {
    std::vector<std::string> in_part;
    for (const auto& [path, below] : children_) {
      if (Of(path).min_groups == 0) continue;
      for (const std::string& child : below) {
        if (CountIn(child, members) > 0 && !IsWhole(child, members)) in_part.push_back(child);
      }
    }
    return in_part;
  }

 private:
  void Grow(const std::string& path, int level) {
    const size_t at = roles_.size();
    roles_.push_back({path});
    children_[path] = {};
    const auto below = static_cast<int>(level == 3 ? 0 : random_() % 4);
    for (int i = 0; i < below; ++i) {
      const std::string child = absl::StrFormat("%s%sn%d", path, path.empty() ? "" : "/", i);
      children_[path].push_back(child);
      Grow(child, level + 1);
    }
    RoleMinimum& role = roles_[at];
    if (below > 0 && random_() % 2 == 0)
      role.min_groups = random_() % 5 == 0 ? kNoGroups : 1 + static_cast<int>(random_() % below);
    if (below == 0) leaves_.push_back(path);
    if (!path.empty()) role.min_member = static_cast<int>(random_() % (below == 0 ? 4 : 2));
  }
  const RoleMinimum& Of(const std::string& path) const {
    return *std::find_if(roles_.begin(), roles_.end(),
                         [&](const RoleMinimum& role) { return role.role == path; });
  }
  static int CountIn(const std::string& path, const std::map<std::string, int>& members) {
    int count = 0;
    for (const auto& [role, of_role] : members)
      count += path.empty() || role == path || role.starts_with(path + "/") ? of_role : 0;
    return count;
  }

  std::mt19937_64& random_;
  std::vector<RoleMinimum> roles_;
  std::map<std::string, std::vector<std::string>> children_;
  std::vector<std::string> leaves_;
};

TEST(GangPropertyTest, WhatIsPickedIsWholeWheneverAllThatWaitAre) {
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const RoleTree tree(random);
    std::vector<std::string> texts;
    for (uint64_t i = 0, count = random() % 24; i < count; ++i)
      texts.push_back(tree.leaves()[random() % tree.leaves().size()]);
    const std::vector<std::string_view> waiting(texts.begin(), texts.end());
    std::map<std::string, int> all;
    for (const std::string& role : texts) ++all[role];

    planner::RoleQuota quota(tree.roles());
    const std::vector<size_t> picked = quota.Pick(waiting, random() % 8);
    std::map<std::string, int> members;
    for (const size_t i : picked) ++members[texts[i]];
    EXPECT_TRUE(std::is_sorted(picked.begin(), picked.end()));
    EXPECT_EQ(quota.met(), tree.IsWhole("", members));
    EXPECT_EQ(quota.met(), !quota.FirstShort());
    // More members never make a gang less whole. Those of groups that cannot be whole wait.
    for (std::vector<std::string> in_part; !(in_part = tree.InPart(all)).empty();)
      for (const std::string& group : in_part)
        std::erase_if(all, [&](const auto& of) {
          return of.first == group || of.first.starts_with(group + "/");
        });
    EXPECT_EQ(quota.met(), tree.IsWhole("", all));
    EXPECT_THAT(tree.InPart(members), IsEmpty());
    if (quota.met()) {
      EXPECT_GE(static_cast<int64_t>(picked.size()), planner::Sum(tree.roles()));
    }
    if (!quota.met()) continue;
    std::vector<std::string_view> rest;
    for (size_t i = 0; i < waiting.size(); ++i) {
      if (!std::binary_search(picked.begin(), picked.end(), i)) rest.push_back(waiting[i]);
    }
    for (const planner::RoleQuota::Unit& unit : quota.Units(rest)) {
      for (const size_t i : unit.members) ++members[std::string(rest[i])];
      EXPECT_THAT(tree.InPart(members), IsEmpty()) << "after the unit of " << unit.group;
    }
    // What is left over could not have been a whole group.
    EXPECT_EQ(tree.InPart(all).empty(), members == all);
  }
}

// A gang in a small cluster, before anything is bound. Nobody who has a place loses it.
class Cluster {
 public:
  explicit Cluster(uint64_t seed)
      : random_(seed), tree_(random_), most_(random_() % 3 == 0 ? 5 : 0) {
    for (int step = 0; step < 30; ++step) {
      if (random_() % 3 == 0) AddNode();
      if (random_() % 2 == 0) AddPod();
      if (random_() % 8 == 0) RemoveWaiting();
      driver_.Pass(std::chrono::seconds(1));
      Check();
    }
    EXPECT_THAT(driver_.broken, IsEmpty());
  }
  const std::string& log() const { return log_; }
  bool started() const { return started_; }

 private:
  void AddNode() {
    driver_.AddNode(absl::StrFormat("n%d", next_++),
                    1000 * static_cast<int64_t>(1 + random_() % 4));
  }
  void AddPod() {
    const auto cpu = static_cast<int64_t>(500 * (1 + random_() % 3));
    model::PodInfo pod =
        driver_.NewPod(absl::StrFormat("p%d", next_++), "g", 1, CoreDriver::Shape(cpu));
    pod.gang->role = tree_.leaves()[random_() % tree_.leaves().size()];
    pod.gang->spec->roles = tree_.roles();
    pod.gang->spec->max_member = most_;
    driver_.Show(pod);
    pods_.push_back(pod);
  }
  void RemoveWaiting() {
    const auto waits = std::find_if(pods_.begin(), pods_.end(), [&](const model::PodInfo& pod) {
      return driver_.PlacedOn(pod).empty();
    });
    if (waits == pods_.end()) return;
    driver_.Apply(model::PodDeleted{waits->uid});
    pods_.erase(waits);
  }
  void Check() {
    std::map<std::string, int> placed;
    for (const model::PodInfo& pod : pods_) {
      const std::string node = driver_.PlacedOn(pod);
      if (!node.empty()) ++placed[pod.gang->role];
      log_ += absl::StrFormat("%s:%s ", pod.name, node);
    }
    if (placed.empty()) return;
    size_t all = 0;
    for (const auto& [role, count] : placed) all += static_cast<size_t>(count);
    // The groups that it starts with may be more than that.
    if (started_ && most_ != 0) {
      EXPECT_LE(all, std::max(static_cast<size_t>(most_), placed_));
    }
    placed_ = all;
    started_ = true;
    EXPECT_TRUE(tree_.IsWhole("", placed));
    EXPECT_THAT(tree_.InPart(placed), IsEmpty());
  }

  std::mt19937_64 random_;
  RoleTree tree_;
  const int most_;  // members at once, 0: any number
  CoreDriver driver_;
  std::vector<model::PodInfo> pods_;
  int next_ = 0;
  bool started_ = false;
  size_t placed_ = 0;
  std::string log_;
};

TEST(GangPropertyTest, NoGroupEverHasPlacesInPart) {
  int started = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const Cluster cluster(seed);
    started += cluster.started() ? 1 : 0;
    EXPECT_EQ(Cluster(seed).log(), cluster.log()) << "the same again";
  }
  EXPECT_GT(started, 100);
}

}  // namespace
}  // namespace tutti::testing
