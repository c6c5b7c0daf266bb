#include "planner/group_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::planner {
namespace {

using model::GangKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

GangKey Key(const std::string& identity) { return {"default", "test", identity}; }

// `groups` 0: a lowest one, of `members`.
model::GangObjectUpserted Group(const std::string& name, const std::string& parent, int members,
                                int groups) {
  model::GangObjectUpserted object{Key("id-" + name), name, {members}, {}};
  if (groups != 0) object.spec.roles = {{"", 0, groups}};
  object.parent = parent.empty() ? "" : "id-" + parent;
  return object;
}

class GroupTreeTest : public ::testing::Test {
 protected:
  model::GangMember Resolved(const std::string& identity) const {
    model::GangMember member{Key(identity), identity, std::nullopt, {}};
    tree_.Resolve(member);
    return member;
  }
  GroupTree tree_;
};

TEST_F(GroupTreeTest, TheTopmostIsTheGangAndPathsAreItsRoles) {
  tree_.Set(Group("train", "", 1, 1));
  tree_.Set(Group("replica", "train", 1, 2));
  tree_.Set(Group("leader", "replica", 1, 0));
  tree_.Set(Group("workers", "replica", 4, 0));
  EXPECT_EQ(tree_.PlaceOf(Key("id-workers")).gang, Key("id-train"));
  const auto gang = tree_.Compose(Key("id-train"));
  ASSERT_TRUE(gang);
  EXPECT_THAT(gang->spec.roles,
              ElementsAre(RoleMinimum{"", 0, 1}, RoleMinimum{"replica", 1, 2},
                          RoleMinimum{"replica/leader", 1}, RoleMinimum{"replica/workers", 4}));
  const model::GangMember member = Resolved("id-workers");
  EXPECT_EQ(member.key, Key("id-train"));
  EXPECT_EQ(member.display_name, "train");
  EXPECT_EQ(member.role, "replica/workers");
  EXPECT_EQ(member.group, "id-workers");
}

TEST_F(GroupTreeTest, APodFollowsItsGroup) {
  tree_.Set(Group("workers", "train", 4, 0));
  model::GangMember member = Resolved("id-workers");
  EXPECT_EQ(member.key, Key("id-train")) << "which is not there yet";
  EXPECT_EQ(tree_.Compose(Key("id-train")), std::nullopt);
  tree_.Set(Group("train", "root", 1, 1));
  tree_.Resolve(member);
  EXPECT_EQ(member.key, Key("id-root"));
  EXPECT_EQ(member.role, "train/workers");
  EXPECT_TRUE(tree_.Remove(Key("id-workers")));
  EXPECT_FALSE(tree_.Remove(Key("id-workers")));
  tree_.Resolve(member);
  EXPECT_EQ(member.key, Key("id-workers"));
  EXPECT_THAT(member.role, IsEmpty());
  EXPECT_THAT(member.group, IsEmpty());
}

TEST_F(GroupTreeTest, WhatIsWrongBelowIsWrongOfTheGang) {
  tree_.Set(Group("train", "", 1, 1));
  auto workers = Group("workers", "train", 4, 0);
  workers.problem = "PodGroup workers: wrong";
  workers.queue = "research";
  tree_.Set(workers);
  EXPECT_EQ(tree_.Compose(Key("id-train"))->problem, "PodGroup workers: wrong");
  EXPECT_EQ(tree_.Compose(Key("id-train"))->queue, "research");
}

TEST_F(GroupTreeTest, GroupsInACircleAreSaidToBe) {
  tree_.Set(Group("a", "b", 1, 1));
  tree_.Set(Group("b", "a", 1, 1));
  tree_.Set(Group("self", "self", 1, 1));
  for (const char* identity : {"id-a", "id-b", "id-self"}) {
    EXPECT_EQ(tree_.PlaceOf(Key(identity)).gang, Key(identity));
    EXPECT_THAT(tree_.Compose(Key(identity))->problem, HasSubstr("go round in a circle"));
  }
  EXPECT_TRUE(tree_.Remove(Key("id-self")));
  EXPECT_EQ(tree_.All().size(), 2u);
}

}  // namespace
}  // namespace tutti::planner
