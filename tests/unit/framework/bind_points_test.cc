#include "framework/bind_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::PluginWorld;
using testing::PointFunctions;

class BindPointsTest : public ::testing::Test {
 protected:
  using Entries = std::vector<BindAnnotations::Entry>;

  PointFunctions Permits(std::function<Status(nanoseconds&)> answer) {
    PointFunctions functions;
    functions.permit = [answer](const PlacedPodView&, nanoseconds& timeout) {
      return answer(timeout);
    };
    return functions;
  }
  static PointFunctions Annotates(Entries entries, Status status = Status::Success()) {
    PointFunctions functions;
    functions.pre_bind = [=](const PlacedPodView&, BindAnnotations& annotations) {
      for (const auto& [key, value] : entries) annotations.Add(key, value);
      return status;
    };
    return functions;
  }
  const BindPoints& Points() {
    plugins_ = w_.Plugins();
    return points_.emplace(plugins_);
  }

  PluginWorld w_;
  Plugins plugins_;
  std::optional<BindPoints> points_;
  PlacedPodView pod_;
};

TEST_F(BindPointsTest, WhoeverHasPermittedABindIsNotAskedAgain) {
  int asked_first = 0;
  bool waits = true;
  w_.AddPoints("First", Permits([&](nanoseconds&) {
                 ++asked_first;
                 return Status::Success();
               }));
  w_.AddPoints("Second", Permits([&](nanoseconds& timeout) {
                 timeout = seconds(7);
                 return waits ? Status::Wait(ReasonId(4)) : Status::Success();
               }));
  w_.AddPoints("Third", Permits([&](nanoseconds& timeout) {
                 timeout = seconds(5);
                 return waits ? Status::Wait() : Status::Success();
               }));
  const BindPoints& points = Points();
  BindPoints::Permitted permitted;
  nanoseconds timeout{0};
  const Status status = points.Permit(pod_, permitted, timeout);
  EXPECT_EQ(status, Status::Wait(ReasonId(4))) << "the first one that waits says why";
  EXPECT_EQ(timeout, seconds(5)) << "the shortest";
  waits = false;
  EXPECT_TRUE(points.Permit(pod_, permitted, timeout).ok());
  EXPECT_EQ(asked_first, 1);
  EXPECT_THAT(w_.failures, IsEmpty());
}

TEST_F(BindPointsTest, AnEndlessWaitIsCutAndOneWithoutTimeoutIsAFailure) {
  w_.AddPoints("Patient", Permits([](nanoseconds& timeout) {
                 timeout = std::chrono::hours(24);
                 return Status::Wait();
               }));
  BindPoints::Permitted permitted;
  nanoseconds timeout{0};
  EXPECT_EQ(Points().Permit(pod_, permitted, timeout).code(), Code::kWait);
  EXPECT_EQ(timeout, PermitPlugin::kLongestTimeout);

  PluginWorld other;
  other.AddPoints("Forgetful", Permits([](nanoseconds&) { return Status::Wait(); }));
  const Plugins plugins = other.Plugins();
  permitted.clear();
  EXPECT_EQ(BindPoints(plugins).Permit(pod_, permitted, timeout).code(), Code::kError);
  EXPECT_THAT(other.failures,
              ElementsAre(HasSubstr("Forgetful Permit: Permit answered Wait with a timeout of 0")));
}

TEST_F(BindPointsTest, ARefusalEndsItAndAFailureRefusesUnlessItIsSkipped) {
  w_.AddPoints("Bad", Permits([](nanoseconds&) { return Status::Error("boom"); }), OnError::kSkip);
  w_.AddPoints("No",
               Permits([](nanoseconds&) { return Status::Unschedulable(ReasonId(2), 3, 1); }));
  w_.AddPoints("NeverAsked", Permits([](nanoseconds&) -> Status { throw 1; }));
  BindPoints::Permitted permitted;
  nanoseconds timeout{0};
  EXPECT_EQ(Points().Permit(pod_, permitted, timeout), Status::Unschedulable(ReasonId(2), 3, 1));
  EXPECT_THAT(w_.failures, ElementsAre("Bad Permit: boom"));
}

TEST_F(BindPointsTest, PreBindGathersTheAnnotationsOfAll) {
  w_.AddPoints("A", Annotates({{"example.com/rank", "3"}, {"plain", "x\ny"}}));
  w_.AddPoints("B", Annotates({{"b.example.com/zone", ""}}));
  Entries entries;
  EXPECT_TRUE(Points().PreBind(pod_, entries).ok());
  EXPECT_THAT(entries, ElementsAre(Pair("example.com/rank", "3"), Pair("plain", "x\ny"),
                                   Pair("b.example.com/zone", "")));
}

TEST_F(BindPointsTest, AnnotationsThatTheApiServerOrOthersWouldNotLikeAreAFailure) {
  const std::pair<const char*, Entries> kWrong[] = {
      {"expected a key like", {{"", "1"}}},
      {"expected a key like", {{"/rank", "1"}}},
      {"expected a key like", {{"example.com/", "1"}}},
      {"expected a key like", {{"Example.com/rank", "1"}}},
      {"expected a key like", {{"a b", "1"}}},
      {"expected a key like", {{"a/b/c", "1"}}},
      {"expected a key like", {{std::string(64, 'n'), "1"}}},
      {"expected a key like", {{std::string(254, 'p') + "/n", "1"}}},
      {"Tutti's own", {{"tutti.dev/plan", "1"}}},
      {"there already", {{"taken", "1"}}},
      {"there already", {{"twice", "1"}, {"twice", "2"}}},
      {"expected at most 16384", {{"long", std::string(BindAnnotations::kMostBytes, 'x')}}},
  };
  for (const auto& [message, entries] : kWrong) {
    PluginWorld w;
    w.AddPoints("First", Annotates({{"taken", "0"}}));
    w.AddPoints("Wrong", Annotates(entries));
    const Plugins plugins = w.Plugins();
    Entries gathered;
    EXPECT_EQ(BindPoints(plugins).PreBind(pod_, gathered).code(), Code::kError);
    EXPECT_THAT(w.failures, ElementsAre(HasSubstr(message))) << entries[0].first;
    EXPECT_THAT(w.failures, ElementsAre(HasSubstr("Wrong PreBind")));
  }
}

TEST_F(BindPointsTest, OfAFailedPreBindThatIsSkippedNothingIsKept) {
  w_.AddPoints("Bad", Annotates({{"half", "1"}}, Status::Error("boom")), OnError::kSkip);
  w_.AddPoints("Good", Annotates({{"whole", "1"}}));
  Entries entries;
  EXPECT_TRUE(Points().PreBind(pod_, entries).ok());
  EXPECT_THAT(entries, ElementsAre(Pair("whole", "1")));
}

TEST_F(BindPointsTest, PostBindTellsAllEvenWhereOneThrows) {
  int told = 0;
  PointFunctions bad;
  bad.post_bind = [](const PlacedPodView&) { throw std::runtime_error("boom"); };
  PointFunctions good;
  good.post_bind = [&](const PlacedPodView&) { ++told; };
  w_.AddPoints("Bad", bad);
  w_.AddPoints("Good", good);
  Points().PostBind(pod_);
  EXPECT_EQ(told, 1);
  EXPECT_THAT(w_.failures, ElementsAre("Bad PostBind: PostBind threw: boom"));
}

}  // namespace
}  // namespace tutti::framework
