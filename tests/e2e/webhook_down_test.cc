// What the admission webhook must not do: stop the creation of pods, or leave a trace of a call
// that came to nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/admission_review.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

class WebhookDownTest : public E2eBed<WebhookDownTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.extra =
        "gang: {waitTimeout: 3s, backoff: {initial: 1s, max: 2s}, admissionSlotTimeout: 2s}\n";
    options.tutti.extender_port = FreePort();
    return options;
  }

 protected:
  static bool PinnedOrGated(const json& pod) {
    return pod["spec"].contains("schedulingGates") || pod["spec"].contains("affinity");
  }
};

TEST_F(WebhookDownTest, PodsMadeWhileItIsDownAreBoundAsAGangLater) {
  tutti().process().Kill();
  ASSERT_TRUE(plane().CreatePods(4, "down", GangPod("down", 4, "1")).ok());
  EXPECT_FALSE(PinnedOrGated(Pod("down-0")));
  EXPECT_EQ(plane().CountBound("down"), 0);
  StartTutti();
  EXPECT_TRUE(AllBound("down", 4));
}

TEST_F(WebhookDownTest, AGangMadeHalfBeforeAndHalfAfterARestartIsBoundWhole) {
  ASSERT_TRUE(plane().CreatePods(2, "half", GangPod("half", 4, "1")).ok());
  EXPECT_TRUE(PinnedOrGated(Pod("half-0")));
  tutti().process().Kill();
  ASSERT_TRUE(plane().CreatePods(1, "half-down", GangPod("half", 4, "1")).ok());
  StartTutti();
  EXPECT_EQ(plane().CountBound("half"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "half-last", GangPod("half", 4, "1")).ok());
  EXPECT_TRUE(AllBound("half", 4));
}

// The API server has long given up when the stopped process goes on and plans what it was asked.
TEST_F(WebhookDownTest, CallsThatAreAnsweredTooLateHoldNothing) {
  tutti().process().Pause();
  const absl::Status created = plane().CreatePods(4, "late", GangPod("late", 4, "1"));
  tutti().process().Resume();
  ASSERT_TRUE(created.ok()) << created;
  EXPECT_FALSE(PinnedOrGated(Pod("late-0")));
  EXPECT_TRUE(AllBound("late", 4));
  ExpectNothingLeaked(16);
}

TEST_F(WebhookDownTest, ARepeatedReviewGetsTheSameAnswerAndOneReservation) {
  const json pod = PodJson("asked-0", GangPod("asked", 4, "1"));
  const absl::StatusOr<json> first = Review(tutti(), pod, "review-1", /*dry_run=*/false);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)["patchType"], "JSONPatch");
  EXPECT_TRUE(plane().WaitFor([] { return Reservations() == 4; })) << Reservations();
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<json> again = Review(tutti(), pod, "review-1", /*dry_run=*/false);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, *first);
  }
  EXPECT_EQ(Reservations(), 4);
  // Nobody creates the pod: its room, and that of the members it spoke for, comes back.
  EXPECT_TRUE(plane().WaitFor([] { return Reservations() == 0; })) << Reservations();
}

TEST_F(WebhookDownTest, APodThatWasPlannedBeforeIsLeftAsItIs) {
  const json pod = PodJson("twice-0", GangPod("twice", 2, "1"));
  ASSERT_TRUE(plane().Send("POST", "/api/v1/namespaces/default/pods", pod).ok());
  const absl::StatusOr<json> again = Review(tutti(), Pod("twice-0"), "review-2", /*dry_run=*/false);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE((*again)["allowed"].get<bool>());
  EXPECT_FALSE(again->contains("patch"));
}

TEST_F(WebhookDownTest, ADryRunReviewReservesNothing) {
  ASSERT_TRUE(plane().WaitFor([] { return Reservations() == 0; })) << "of the cases before";
  const absl::StatusOr<json> dry =
      Review(tutti(), PodJson("dry-0", GangPod("dry", 4, "4")), "review-3", /*dry_run=*/true);
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_FALSE(dry->contains("patch"));
  EXPECT_EQ(Reservations(), 0);
}

TEST_F(WebhookDownTest, NamesThatTheServerMakesUpEachGetTheirOwnPlace) {
  json pod = PodJson("ignored", GangPod("made-up", 4, "4"));
  pod["metadata"].erase("name");
  pod["metadata"]["generateName"] = "made-up-";
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(plane().Send("POST", "/api/v1/namespaces/default/pods", pod).ok());
  EXPECT_TRUE(AllBound("made-up", 4));
}

}  // namespace
}  // namespace tutti::testing
