// What is kept for the head is shown to kube-scheduler where it does not ask us about every pod.
#include "planner/head_nominator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::NominatePod;
using model::PodInfo;
using std::chrono::milliseconds;
using testing::CoreDriver;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HeadNominatorTest : public ::testing::Test {
 protected:
  static CoreOptions Options() {
    CoreOptions options;
    options.nominate_head = true;
    return options;
  }
  // Two full nodes, and a gated gang that needs both.
  void SetUp() override {
    for (const char* node : {"a", "b"}) {
      d_.AddNode(node, 4000);
      running_.push_back(d_.NewPod(std::string("runs-") + node, "", 0, CoreDriver::Shape(4000)));
      running_.back().node_name = node;
      d_.Show(running_.back());
    }
    for (int i = 0; i < 2; ++i) {
      head_.push_back(d_.NewPod(absl::StrFormat("head-%d", i), "head", 2, CoreDriver::Shape(4000)));
      head_.back().gated_by_tutti = true;
      d_.Show(head_.back());
    }
  }
  PodInfo* HeadPod(base::Uid uid) {
    for (PodInfo& pod : head_) {
      if (pod.uid == uid) return &pod;
    }
    return nullptr;
  }
  // The writes of one interval, carried out.
  std::vector<NominatePod> Nominations(base::Duration time = milliseconds(600)) {
    d_.Pass(time);
    std::vector<NominatePod> written = d_.Take<NominatePod>();
    for (const NominatePod& nominate : written) {
      PodInfo* pod = HeadPod(nominate.pod.uid);
      pod->nominated_node = nominate.node_name;
      d_.Show(*pod);
      d_.Finish(nominate.write, model::WriteOutcome::kDone);
    }
    return written;
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  CoreDriver d_{Options()};
  std::vector<PodInfo> running_;
  std::vector<PodInfo> head_;
};

TEST_F(HeadNominatorTest, EveryMemberOfTheHeadIsNominatedOnceForANodeOfItsOwn) {
  const std::vector<NominatePod> written = Nominations();
  ASSERT_THAT(written, SizeIs(2));
  EXPECT_NE(written[0].node_name, written[1].node_name);
  EXPECT_THAT(Nominations(), IsEmpty()) << "what is right is left alone";
}

TEST_F(HeadNominatorTest, WhoIsNotTheHeadAnyMoreKeepsNothing) {
  Nominations();
  PodInfo vip = d_.NewPod("vip", "vip", 1, [] {
    model::PodShape shape = *CoreDriver::Shape(4000);
    shape.priority = 10;
    return std::make_shared<const model::PodShape>(shape);
  }());
  vip.gated_by_tutti = true;
  head_.push_back(vip);
  d_.Show(vip);
  const std::vector<NominatePod> written = Nominations();
  int cleared = 0;
  for (const NominatePod& nominate : written) {
    if (nominate.pod.uid == vip.uid) {
      EXPECT_FALSE(nominate.node_name.empty());
    } else {
      EXPECT_EQ(nominate.node_name, "");
      ++cleared;
    }
  }
  EXPECT_EQ(cleared, 2);
}

TEST_F(HeadNominatorTest, APlacedMemberIsReleasedThoughItsNominationIsStillBeingWritten) {
  d_.Pass(milliseconds(600));
  const std::vector<NominatePod> under_way = d_.Take<NominatePod>();
  ASSERT_THAT(under_way, SizeIs(2));
  for (const PodInfo& pod : running_) d_.Apply(model::PodDeleted{pod.uid});
  d_.Pass();
  EXPECT_THAT(d_.Take<model::ReleasePod>(), IsEmpty());
  for (const NominatePod& nominate : under_way)
    d_.Finish(nominate.write, model::WriteOutcome::kDone);
  EXPECT_THAT(d_.Take<model::ReleasePod>(), SizeIs(2));
}

TEST_F(HeadNominatorTest, AFailedWriteIsTriedAgain) {
  d_.Pass(milliseconds(600));
  for (const NominatePod& nominate : d_.Take<NominatePod>())
    d_.Finish(nominate.write, model::WriteOutcome::kFailed);
  EXPECT_LE(d_.core.NextDeadline(), d_.now + milliseconds(600));
  EXPECT_THAT(Nominations(), SizeIs(2));
}

TEST(HeadNominatorOffTest, WhereEveryPodIsShownToUsNothingIsWritten) {
  CoreDriver d;
  d.AddNode("a", 4000);
  PodInfo runs = d.NewPod("runs", "", 0, CoreDriver::Shape(4000));
  runs.node_name = "a";
  d.Show(runs);
  PodInfo head = d.NewPod("head", "head", 1, CoreDriver::Shape(4000));
  head.gated_by_tutti = true;
  d.Show(head);
  d.Pass(milliseconds(600));
  EXPECT_THAT(d.Take<NominatePod>(), IsEmpty());
}

}  // namespace
}  // namespace tutti::planner
