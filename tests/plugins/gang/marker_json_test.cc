#include "plugins/gang/marker_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::gang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;

TEST(MarkerJsonTest, NamesAreAListOfStrings) {
  EXPECT_THAT(ParseNames(R"(["b","a"])"), Optional(ElementsAre("b", "a")));
  EXPECT_THAT(ParseNames("[]"), Optional(IsEmpty()));
  for (const char* bad : {"", "[", "a", "\"a\"", "{}", "null", "[1]", "[null]", R"([["a"]])",
                          R"([{"a":"b"}])", R"(["a"]x)", "[\"\xff\"]"})
    EXPECT_EQ(ParseNames(bad), std::nullopt) << bad;
}

TEST(MarkerJsonTest, CountsAreAListOfObjectsOfWhichTheRestIsLeftAside) {
  EXPECT_THAT(ParseCounts(R"([{"name":"b","n":2,"x":{"y":[1]}},{"name":"a","n":0}])", "n"),
              Optional(ElementsAre(Pair("a", 0), Pair("b", 2))));
  for (const char* bad :
       {"", "[", "{}", "[1]", "[[]]", R"([{"n":1}])", R"([{"name":"a"}])", R"([{"name":1,"n":1}])",
        R"([{"name":"a","n":"1"}])", R"([{"name":"a","n":1.0}])", R"([{"name":"a","n":-1}])",
        R"([{"name":"a","n":100001}])", R"([{"name":"a","n":18446744073709551615}])",
        R"([{"name":"a","n":99999999999999999999}])", R"([{"name":"a","n":1},{"name":"a","n":1}])"})
    EXPECT_EQ(ParseCounts(bad, "n"), std::nullopt) << bad;
}

TEST(MarkerJsonTest, RolesSayHowManyMembersOrGroupsTheyNeed) {
  EXPECT_THAT(
      ParseRoles(
          R"([{"name":"w","minSubGroup":2,"subGroupSize":4},{"name":"d","minMember":1},{"minSubGroup":0}])"),
      Optional(ElementsAre(RoleMinimum{"", 0, kNoGroups}, RoleMinimum{"d", 1},
                           RoleMinimum{"w", 0, 2, 4})));
  for (const char* bad :
       {"", "{}", "[1]", "[{}]", R"([{"name":"a"}])", R"([{"name":1,"minMember":1}])",
        R"([{"name":"a","minMember":"1"}])", R"([{"name":"a","minMember":-1}])",
        R"([{"name":"a","minMember":100001}])", R"([{"name":"a","minmember":1}])",
        R"([{"name":"a","minMember":1},{"name":"a","minSubGroup":1}])",
        R"([{"name":"/a","minMember":1}])", R"([{"name":"a//b","minMember":1}])",
        R"([{"name":"a/","minMember":1}])", R"([{"name":"","minMember":1}])"})
    EXPECT_EQ(ParseRoles(bad), std::nullopt) << bad;
  std::string deep = "a";
  for (int i = 0; i < 16; ++i) deep += "/a";
  EXPECT_EQ(ParseRoles(R"([{"name":")" + deep + R"(","minMember":1}])"), std::nullopt);
}

TEST(MarkerJsonTest, DeeplyNestedTextIsReadInBoundedSpace) {
  const std::string open(100'000, '[');
  const std::string close(100'000, ']');
  EXPECT_EQ(ParseNames(open + close), std::nullopt);
  EXPECT_EQ(ParseNames(open), std::nullopt);
  EXPECT_THAT(ParseCounts(R"([{"name":"a","n":1,"x":)" + open + close + "}]", "n"),
              Optional(ElementsAre(Pair("a", 1))));
}

}  // namespace
}  // namespace tutti::gang
