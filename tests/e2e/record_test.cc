// The decision log of a server on the real control plane is decided again, by a core of this
// process, with the same effects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/replay.h"
#include "record/snapshot.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

template <class Way>
class RecordTest : public E2eBed<RecordTest<Way>> {
 public:
  using Bed = E2eBed<RecordTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.node.cpu = "4";
    options.tutti.webhook = Way::kWebhook;
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    options.extra += "decisionLog: {path: \"" + Folder() + "\"}\n";
  }

 protected:
  static std::string Folder() { return Bed::plane().dir() + "/decisions"; }
  // Of what has been written until now: at most a second is missing.
  static record::ReplayReport Replay() {
    const auto files = record::FindLog(Folder());
    if (!files.ok()) return {};
    auto report = record::Replay(*files, record::MakePlainWorld);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : record::ReplayReport();
  }
};

TYPED_TEST_SUITE(RecordTest, WaysIn, WayName);

TYPED_TEST(RecordTest, WhatWasDecidedIsDecidedAgain) {
  ASSERT_TRUE(this->plane().CreatePods(8, "first", GangPod("first", 8, "1")).ok());
  ASSERT_TRUE(this->AllBound("first", 8));
  // Does not fit beside the first one: waits, and is bound when that is gone.
  ASSERT_TRUE(this->plane().CreatePods(12, "second", GangPod("second", 12, "1")).ok());
  ASSERT_TRUE(this->SawReason("second", "WaitingForCapacity"));
  this->plane().DeletePods("first");
  ASSERT_TRUE(this->AllBound("second", 12));
  record::ReplayReport report;
  // 20 Bindings and the answers to their binds, two reports that a gang is scheduled.
  EXPECT_TRUE(this->plane().WaitFor(
      [&] {
        report = this->Replay();
        return !report.identical() || report.effects >= 42;
      },
      std::chrono::seconds(20)))
      << report.effects << " effects";
  EXPECT_TRUE(report.identical()) << record::ToString(*report.difference);
  EXPECT_GT(report.filter_answers, 0u);
  EXPECT_THAT(report.notes, ::testing::IsEmpty());
  EXPECT_GT(this->tutti().Metric("tutti_decision_log_bytes_total "), 0);
}

}  // namespace
}  // namespace tutti::testing
