#include "planner/permit_desk.h"

#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class PermitDeskTest : public CorePoints {
 protected:
  std::vector<std::string> Answers() {
    std::vector<std::string> errors;
    for (const model::AnswerBind& answer : d_->Take<model::AnswerBind>())
      errors.push_back(answer.error);
    return errors;
  }
};

TEST_F(PermitDeskTest, AnnotationsOfPreBindGoWithTheBindingAndPostBindHearsOfIt) {
  std::vector<std::string> told;
  PointFunctions functions;
  functions.pre_bind = [](const PlacedPodView& pod, BindAnnotations& annotations) {
    annotations.Add("example.com/node", pod.node_name);
    annotations.Add("example.com/gang", pod.gang);
    return Status::Success();
  };
  functions.post_bind = [&](const PlacedPodView& pod) {
    told.push_back(absl::StrFormat("%s on %s", pod.name, pod.node_name));
  };
  w_.AddPoints("Annotator", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  d_->Bind(gang[0], "a");
  auto binds = d_->Take<model::BindPod>();
  ASSERT_THAT(binds, SizeIs(1));
  EXPECT_THAT(binds[0].annotations,
              ElementsAre(Pair("example.com/node", "a"), Pair("example.com/gang", "g")));
  EXPECT_THAT(told, IsEmpty());
  ShowBound(gang[0], "a");  // the watch is faster than the reply
  d_->Finish(binds[0].write, model::WriteOutcome::kDone);
  EXPECT_THAT(told, ElementsAre("g-0 on a"));

  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Bind(plain, "a");
  binds = d_->Take<model::BindPod>();
  ASSERT_THAT(binds, SizeIs(1)) << "pods of no gang as well";
  d_->Finish(binds[0].write, model::WriteOutcome::kFailed);
  EXPECT_THAT(told, SizeIs(1)) << "it is not bound";
}

TEST_F(PermitDeskTest, ABindWaitsForPermitUntilAnEventLetsItGo) {
  bool open = false;
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(10);
    return open ? Status::Success() : Status::Wait();
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Pass();
  d_->Bind(gang[0], "a");
  d_->Bind(plain, "a");
  d_->Pass(seconds(5));
  EXPECT_THAT(d_->Take<model::BindPod>(), IsEmpty());
  EXPECT_THAT(Answers(), IsEmpty()) << "they are parked";
  EXPECT_EQ(d_->core.Count().parked_binds, 2u);
  open = true;
  d_->Pass();
  EXPECT_THAT(d_->Take<model::BindPod>(), SizeIs(2));
  EXPECT_EQ(d_->core.Count().parked_binds, 1u) << "until its Binding is written";
}

TEST_F(PermitDeskTest, WhoWaitsLongerThanTheTimeoutIsRefusedInThePluginsWords) {
  const ReasonId reason = Reason("LicenseBusy");
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(10);
    return Status::Wait(reason);
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Pass();
  d_->Bind(gang[0], "a");
  d_->Bind(plain, "a");
  EXPECT_LE(d_->core.NextDeadline(), d_->now + seconds(10));
  d_->Pass(seconds(9));
  EXPECT_THAT(Answers(), IsEmpty());
  d_->Pass(seconds(1));
  EXPECT_THAT(Answers(),
              ElementsAre(HasSubstr("tutti/LicenseBusy"), HasSubstr("tutti/LicenseBusy")));
  EXPECT_EQ(d_->core.Count().parked_binds, 0u);
}

TEST_F(PermitDeskTest, ARefusalForGoodIsPlannedElsewhereAtOnce) {
  const ReasonId reason = Reason("WrongNode");
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView& pod, std::chrono::nanoseconds&) {
    return pod.node_name == "a" ? Status::UnschedulableAndUnresolvable(reason) : Status::Success();
  };
  w_.AddPoints("Picky", functions);
  Start().AddNode("a", 1000);
  d_->AddNode("b", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  ASSERT_THAT(Places(gang), ElementsAre("a")) << "the best fit";
  d_->Bind(gang[0], "a");
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/WrongNode")));
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("b"));
  d_->Bind(gang[0], "b");
  EXPECT_THAT(d_->Take<model::BindPod>(), SizeIs(1));
}

TEST_F(PermitDeskTest, AFailingPreBindRefusesTheBindAndLeavesThePlanForAWhile) {
  PointFunctions functions;
  functions.pre_bind = [](const PlacedPodView&, BindAnnotations& annotations) {
    annotations.Add("tutti.dev/mine", "1");
    return Status::Success();
  };
  w_.AddPoints("Thief", functions);
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  for (int i = 0; i < 2; ++i) {
    d_->Bind(gang[0], "a");
    EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/PluginFailed")));
    d_->Pass();
    EXPECT_THAT(Places(gang), ElementsAre("a"));
  }
  d_->Bind(gang[0], "a");
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("b")) << "not for ever";
  EXPECT_THAT(d_->Take<model::BindPod>(), IsEmpty());
}

TEST_F(PermitDeskTest, ParkedBindsAreAnsweredWhenThePodEndsOrWeNoLongerLead) {
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(100);
    return Status::Wait();
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const PodInfo one = d_->NewPod("one", "", 0, CoreDriver::Shape(1000));
  const PodInfo two = d_->NewPod("two", "", 0, CoreDriver::Shape(1000));
  d_->Show(one);
  d_->Show(two);
  d_->Bind(one, "a");
  d_->Bind(one, "a");
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("superseded")));
  d_->Apply(model::PodDeleted{one.uid});
  d_->Pass();
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("gone")));
  d_->Bind(two, "a");
  d_->Apply(model::LeadershipChanged{false});
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/NotReady")));
  d_->Pass();
  EXPECT_EQ(d_->core.NextDeadline(), base::Timestamp::Infinite()) << "nothing is left to be due";
}

}  // namespace
}  // namespace tutti::planner
