#include "tutti/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ConfigTest, ReadsWhatIsThereAndFallsBackWhereItIsNot) {
  Config config({{"/n", ConfigKind::kInteger, "-7", "f:1:1"},
                 {"/b", ConfigKind::kBoolean, "true", "f:2:1"},
                 {"/s", ConfigKind::kString, "text", "f:3:1"},
                 {"/null", ConfigKind::kNull, "", "f:4:1"}});
  EXPECT_EQ(config.Integer("/n", 1), -7);
  EXPECT_TRUE(config.Boolean("/b", false));
  EXPECT_EQ(config.String("/s", "other"), "text");
  EXPECT_EQ(config.Integer("/null", 5), 5);
  EXPECT_EQ(config.Integer("/absent", 3), 3);
  EXPECT_THAT(config.errors(), IsEmpty());
  EXPECT_TRUE(config.known().contains("/absent")) << "a known key, though not given";
}

TEST(ConfigTest, ALengthOfTimeHasAUnit) {
  using std::chrono::hours;
  using std::chrono::seconds;
  Config config({{"/s", ConfigKind::kString, "90s", "f:1:1"},
                 {"/d", ConfigKind::kString, "7d", "f:2:1"},
                 {"/zero", ConfigKind::kInteger, "0", "f:3:1"},
                 {"/bare", ConfigKind::kInteger, "10", "f:4:1"},
                 {"/word", ConfigKind::kString, "soon", "f:5:1"},
                 {"/ages", ConfigKind::kString, "4000d", "f:6:1"}});
  EXPECT_EQ(config.Duration("/s", {}), seconds(90));
  EXPECT_EQ(config.Duration("/d", {}), hours(7 * 24));
  EXPECT_EQ(config.Duration("/zero", seconds(1)), seconds(0));
  EXPECT_EQ(config.Duration("/absent", seconds(3)), seconds(3));
  EXPECT_THAT(config.errors(), IsEmpty());
  for (const char* wrong : {"/bare", "/word", "/ages"})
    EXPECT_EQ(config.Duration(wrong, seconds(5)), seconds(5)) << wrong;
  ASSERT_THAT(config.errors(), SizeIs(3));
  EXPECT_THAT(config.errors()[1].message, HasSubstr("such as 90s, 10m, 12h or 7d, got \"soon\""));
}

TEST(ConfigTest, EveryMistakeIsKeptWithItsPlace) {
  Config config({{"/n", ConfigKind::kString, "5", "f:1:4"},
                 {"/big", ConfigKind::kInteger, "11", "f:2:6"},
                 {"/b", ConfigKind::kInteger, "1", "f:3:4"},
                 {"/s", ConfigKind::kInteger, "1", "f:4:4"},
                 {"/c", ConfigKind::kString, "blue", "f:5:4"}});
  EXPECT_EQ(config.Integer("/n", 1), 1);
  EXPECT_EQ(config.Integer("/big", 2, 0, 10), 2);
  EXPECT_FALSE(config.Boolean("/b", false));
  EXPECT_EQ(config.String("/s", "x"), "x");
  EXPECT_EQ(config.String("/c", "red", {"red", "green"}), "red");
  config.Fail("/c", "of the plugin's own");
  ASSERT_THAT(config.errors(), SizeIs(6));
  EXPECT_EQ(config.errors()[1].where, "f:2:6");
  EXPECT_THAT(config.errors()[1].message, HasSubstr("expected 0 to 10, got 11"));
  EXPECT_THAT(config.errors()[4].message, HasSubstr("one of red, green"));
  EXPECT_EQ(config.errors()[5].where, "f:5:4");
}

TEST(ConfigTest, ListsAreCountedByTheirItems) {
  Config config({{"/list/0/name", ConfigKind::kString, "a", ""},
                 {"/list/0/weight", ConfigKind::kInteger, "1", ""},
                 {"/list/1/name", ConfigKind::kString, "b", ""},
                 {"/listing", ConfigKind::kString, "c", ""}});
  EXPECT_EQ(config.Size("/list"), 2u);
  EXPECT_EQ(config.Size("/none"), 0u);
}

}  // namespace
}  // namespace tutti
