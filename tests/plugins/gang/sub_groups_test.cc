#include "plugins/gang/sub_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Problem(const std::vector<SubGroup>& groups, std::optional<int> least = std::nullopt) {
  GangSpec spec;
  return SetSubGroups(groups, least, spec);
}

TEST(SubGroupsTest, ThePathsOfATreeAreRoles) {
  GangSpec spec{1};
  const std::vector<SubGroup> groups = {{"workers", "replica", 4, std::nullopt},
                                        {"replica", "", std::nullopt, std::nullopt}};
  EXPECT_THAT(SetSubGroups(groups, std::nullopt, spec), IsEmpty());
  EXPECT_THAT(spec.roles, ElementsAre(RoleMinimum{"replica/workers", 4}));
  EXPECT_EQ(spec.min_member, 4);
}

TEST(SubGroupsTest, NamesAndParentsMustMakeATree) {
  EXPECT_THAT(Problem({{"a", "", 1, {}}, {"a", "", 1, {}}}), HasSubstr("a subgroup is \"a\""));
  EXPECT_THAT(Problem({{"a/b", "", 1, {}}}), HasSubstr("without '/'"));
  EXPECT_THAT(Problem({{"a", "b", 1, {}}}),
              AllOf(HasSubstr("the parent of subgroup a is \"b\""), HasSubstr("another subgroup")));
  EXPECT_THAT(Problem({{"a", "b", 1, {}}, {"b", "a", 1, {}}}),
              AllOf(HasSubstr("the parent of subgroup a is \"b\""), HasSubstr("not below it")));
  EXPECT_THAT(Problem({{"a", "a", 1, {}}}), HasSubstr("not below it"));
  std::vector<SubGroup> chain = {{"g0", "", 1, {}}};
  for (int i = 1; i < 16; ++i)
    chain.push_back({"g" + std::to_string(i), "g" + std::to_string(i - 1), 1, {}});
  EXPECT_THAT(Problem(chain), IsEmpty());
  chain.push_back({"g16", "g15", 1, {}});
  EXPECT_THAT(Problem(chain), HasSubstr("at most 16 levels"));
}

TEST(SubGroupsTest, NoMoreGroupsAreNeededThanThereAre) {
  EXPECT_THAT(Problem({{"a", "", 1, {}}}, 2),
              HasSubstr("the minSubGroup of the gang is 2, and right below it there are 1"));
  EXPECT_THAT(Problem({{"a", "", {}, 1}}),
              HasSubstr("the minSubGroup of subgroup a is 1, and right below it there are 0"));
  EXPECT_THAT(Problem({{"a", "", 60'000, {}}, {"b", "", 60'000, {}}}),
              HasSubstr("more than 100000 pods"));
}

}  // namespace
}  // namespace tutti::gang
