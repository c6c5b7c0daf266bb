#include "plugins/gang/gang_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Object;

GangObject PodGroup(const std::string& spec, const std::string& metadata = R"("name":"train")") {
  return ReadPodGroup(Object(absl::StrFormat(R"({"metadata":{%s},"spec":%s})", metadata, spec)));
}

TEST(GangObjectsTest, APodGroupIsReadAsAllHaveIt) {
  const GangObject gang =
      PodGroup(R"({"minMember":4,"scheduleTimeoutSeconds":30,"queue":"research"})");
  EXPECT_EQ(gang.identity, "train");
  EXPECT_EQ(gang.display_name, "train");
  EXPECT_EQ(gang.spec, (GangSpec{4, std::chrono::seconds(30)}));
  EXPECT_EQ(gang.queue, "research");
  EXPECT_THAT(gang.problem, IsEmpty());
}

TEST(GangObjectsTest, OurOwnMarkerOfTheQueueGoesBeforeTheDialects) {
  for (const char* kind : {"labels", "annotations"}) {
    const std::string metadata =
        absl::StrFormat(R"("name":"train","%s":{"tutti.dev/queue":"ours"})", kind);
    EXPECT_EQ(PodGroup(R"({"queue":"theirs"})", metadata).queue, "ours") << kind;
  }
}

TEST(GangObjectsTest, AnObjectMaySetAMaximum) {
  const auto of = [](const char* most) {
    return ReadPodGroup(Object(
        std::string(R"({"metadata":{"name":"train","annotations":{"tutti.dev/max-member":")") +
        most + R"("}},"spec":{"minMember":4}})"));
  };
  EXPECT_EQ(of("8").spec.max_member, 8);
  EXPECT_EQ(of("4").spec.max_member, 4);
  EXPECT_EQ(of("3").problem,
            "PodGroup train: tutti.dev/max-member is \"3\"; expected a number in quotes, not below "
            "the 4 that start together, to 100000; correct or remove it");
}

TEST(GangObjectsTest, WhatIsNoNumberOfPodsIsSaid) {
  EXPECT_EQ(PodGroup(R"({"minMember":"4"})").problem,
            "PodGroup train: spec.minMember is no whole number; expected 1 to 100000; correct the "
            "PodGroup");
  EXPECT_EQ(PodGroup(R"({"minMember":1.5})").spec.min_member, 1);
  EXPECT_EQ(PodGroup(R"({"minMember":null})").problem, "");
}

TEST(GangObjectsTest, RolesMakeTheSizeTheirSumAtLeast) {
  GangSpec spec{2};
  EXPECT_TRUE(SetRoles({{"worker", 3}, {"launcher", 1}, {"spare", 0}}, spec));
  EXPECT_EQ(spec.min_member, 4);
  EXPECT_THAT(spec.roles, ElementsAre(RoleMinimum{"launcher", 1}, RoleMinimum{"worker", 3}));
  spec.min_member = 9;
  EXPECT_TRUE(SetRoles({{"worker", 3}}, spec));
  EXPECT_EQ(spec.min_member, 9);
}

TEST(GangObjectsTest, RolesThatNoGangCanHaveAreRefused) {
  GangSpec spec{2};
  EXPECT_TRUE(SetRoles({{"a", 99'999}, {"b", 1}}, spec));
  EXPECT_FALSE(SetRoles({{"a", 100'000}, {"b", 1}}, spec));
  EXPECT_FALSE(SetRoles({{"a", INT64_MAX}, {"b", INT64_MAX}}, spec));
  EXPECT_EQ(spec.min_member, 100'000) << "as it was";
}

}  // namespace
}  // namespace tutti::gang
