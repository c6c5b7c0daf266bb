// What is promised to a gang, between it and pods of no gang.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

template <class Way>
class ReservationTest : public E2eBed<ReservationTest<Way>> {
 public:
  using Bed = E2eBed<ReservationTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.node.cpu = "4";
    options.tutti.webhook = Way::kWebhook;
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    ASSERT_TRUE(Bed::plane()
                    .Send("POST", "/apis/scheduling.k8s.io/v1/priorityclasses",
                          {{"metadata", {{"name", "urgent"}}}, {"value", 1000}})
                    .ok());
  }

 protected:
  // A gang that needs every node whole, and must wait for `occupant-0`.
  void StartWithAWaitingHead(const std::string& gang) {
    PodTemplate occupant;
    occupant.requests["cpu"] = "1";
    ASSERT_TRUE(this->plane().CreatePods(1, "occupant", occupant).ok());
    ASSERT_TRUE(this->AllBound("occupant", 1));
    ASSERT_TRUE(this->plane().CreatePods(4, gang, GangPod(gang, 4, "4")).ok());
    ASSERT_TRUE(this->SawReason(gang, "WaitingForCapacity"));
    ASSERT_TRUE(this->plane().WaitFor([] { return Bed::Reservations() == 4; }));
  }
};

TYPED_TEST_SUITE(ReservationTest, WaysIn, WayName);

// kueue#8709: the waiting gang must hear of the room that became free.
TYPED_TEST(ReservationTest, Bug26PodsOfNoGangLeaveTheHeadItsRoomAndItTakesItWhenFree) {
  this->StartWithAWaitingHead("head");
  PodTemplate plain;
  plain.requests["cpu"] = "1";
  ASSERT_TRUE(this->plane().CreatePods(4, "plain", plain).ok());
  EXPECT_TRUE(this->plane().WaitFor(
      [&] { return this->CountEvents("FailedScheduling", "", "plain-") >= 4; }));
  EXPECT_EQ(this->plane().CountBound("plain"), 0);
  EXPECT_NE(this->Pod("plain-0").dump().find("tutti/NodeReserved"), std::string::npos)
      << this->Pod("plain-0");
  this->plane().DeletePods("occupant");
  EXPECT_TRUE(this->AllBound("head", 4));
  EXPECT_EQ(this->plane().CountBound("plain"), 0);
  this->plane().DeletePods("head");
  EXPECT_TRUE(this->AllBound("plain", 4));
}

TYPED_TEST(ReservationTest, PodsThatMatterMoreMayTakeTheReservedRoom) {
  this->StartWithAWaitingHead("lower");
  PodTemplate urgent;
  urgent.requests["cpu"] = "1";
  urgent.extra_spec = R"({"priorityClassName":"urgent"})";
  ASSERT_TRUE(this->plane().CreatePods(2, "urgent", urgent).ok());
  EXPECT_TRUE(this->AllBound("urgent", 2));
  EXPECT_EQ(this->plane().CountBound("lower"), 0);
  this->plane().DeletePods("urgent");
  this->plane().DeletePods("occupant");
  EXPECT_TRUE(this->AllBound("lower", 4));
}

TYPED_TEST(ReservationTest, AnUrgentGangGoesBeforeOneThatWaitsLonger) {
  this->StartWithAWaitingHead("patient");
  PodTemplate urgent = GangPod("hurry", 4, "4");
  urgent.extra_spec = R"({"priorityClassName":"urgent"})";
  ASSERT_TRUE(this->plane().CreatePods(4, "hurry", urgent).ok());
  ASSERT_TRUE(this->SawReason("hurry", "WaitingForCapacity"));
  this->plane().DeletePods("occupant");
  EXPECT_TRUE(this->AllBound("hurry", 4));
  EXPECT_EQ(this->plane().CountBound("patient"), 0);
  this->plane().DeletePods("hurry");
  EXPECT_TRUE(this->AllBound("patient", 4));
}

}  // namespace
}  // namespace tutti::testing
