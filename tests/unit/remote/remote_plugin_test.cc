// A remote plugin answers as one that is linked in; and whatever it does wrong ends with an error
// of the question that met it, and takes nothing else down.
#include "remote/remote_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/remote/remote_world.h"

namespace tutti::remote {
namespace {

using framework::OnError;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Outcome = RemoteWorld::Outcome;

// The base::Duration that a test waits out.
constexpr base::Duration kShort = milliseconds(40);

class RemotePluginTest : public ::testing::Test {
 protected:
  RemotePluginTest() {
    w_.world.AddNode("small", 900);
    for (int i = 0; i < 300; ++i) w_.world.AddNode("n" + std::to_string(i), 4000);
  }
  void Connect(base::Duration timeout = seconds(30), OnError on_error = OnError::kReject) {
    const absl::Status connected = w_.Connect(w_.Target(timeout), {}, on_error);
    ASSERT_TRUE(connected.ok()) << connected;
    w_.world.Profile();
    w_.TakeRequests();
  }
  void ExpectWell() {
    const Outcome outcome = w_.FilterOnce();
    EXPECT_EQ(outcome.status, Status::Success());
    EXPECT_EQ(outcome.passing, 300u);
  }
  std::vector<Phase> Phases() {
    std::vector<Phase> phases;
    for (const wire::ServeRequest& request : w_.TakeRequests())
      phases.push_back(request.phase_case());
    return phases;
  }

  RemoteWorld w_;
};

TEST_F(RemotePluginTest, RefusesAndScoresInItsOwnWords) {
  Connect();
  const Outcome outcome = w_.FilterOnce();
  EXPECT_EQ(outcome.passing, 300u);
  ASSERT_THAT(outcome.diagnosis.lines, SizeIs(1));
  EXPECT_EQ(outcome.diagnosis.lines[0].of.need, 1000);
  EXPECT_EQ(outcome.diagnosis.lines[0].of.have, 900);
  EXPECT_EQ(w_.world.reasons.Find(outcome.diagnosis.lines[0].of.reason)->code, "TooSmall");
  EXPECT_EQ(w_.counted, 301);
  framework::Cycle cycle = w_.Start();
  const ClusterView cluster = w_.world.Cluster();
  EXPECT_EQ(cycle.ScoreOne(cluster.blocks[0], 5), 100);
}

TEST_F(RemotePluginTest, IsAskedOncePerPhaseAndShownWhatHasChanged) {
  Connect();
  framework::Cycle cycle = w_.Start();
  const ClusterView cluster = w_.world.Cluster();
  std::vector<NodeMask> masks = {cluster.blocks[0].present, cluster.blocks[1].present};
  ASSERT_TRUE(cycle.PreFilter(cluster).ok());
  ASSERT_TRUE(cycle.Filter(cluster, masks, nullptr).ok());
  ASSERT_TRUE(cycle.PreScore(cluster));
  std::vector<int64_t> totals;
  cycle.Score(cluster, masks, totals);
  EXPECT_EQ(totals[5], 100);
  const std::vector<wire::ServeRequest> requests = w_.TakeRequests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[0].cluster().blocks_size(), 2);
  EXPECT_TRUE(requests[0].cycle().begins());
  EXPECT_EQ(requests[1].cluster().blocks_size(), 0) << "nothing has changed";
  EXPECT_FALSE(requests[1].cycle().begins());
  EXPECT_EQ(requests[2].phase_case(), Phase::kScore);
  EXPECT_LT(requests[1].ByteSizeLong() + requests[2].ByteSizeLong(), 400u);
}

TEST_F(RemotePluginTest, OneThatHangsCostsItsTimeoutUntilTheBreakerOpensAndThenNothing) {
  Connect(kShort);
  w_.Bend([](const auto&, auto&) { return Fate::kHang; });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(w_.FilterOnce().status.message(),
                HasSubstr("no answer to PreFilter within 40ms: it hangs or is overloaded"));
  }
  EXPECT_EQ(w_.state(), CircuitBreaker::State::kOpen);
  w_.TakeRequests();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(w_.FilterOnce().status.message(), HasSubstr("not asked after 3 failures in a row"));
  }
  EXPECT_THAT(Phases(), SizeIs(0));
}

TEST_F(RemotePluginTest, IsAskedAgainAfterTheBackOffOnANewConnection) {
  Connect();
  w_.BendAt(Phase::kFilter, [](auto&) { return Fate::kEnd; });
  for (int i = 0; i < 3; ++i) w_.FilterOnce();
  ASSERT_EQ(w_.state(), CircuitBreaker::State::kOpen);
  w_.Bend(nullptr);
  w_.clock.Advance(seconds(2));
  w_.TakeRequests();
  ExpectWell();
  EXPECT_EQ(w_.state(), CircuitBreaker::State::kClosed);
  EXPECT_THAT(Phases(), ElementsAre(Phase::kHandshake, Phase::kPreFilter, Phase::kFilter));
}

TEST_F(RemotePluginTest, OneThatDiesIsAnErrorOfThatCycleAlone) {
  Connect();
  w_.BendAt(Phase::kFilter, [](auto&) { return Fate::kEnd; });
  EXPECT_THAT(w_.FilterOnce().status.message(),
              HasSubstr("Filter could not be asked: the stream ended: it died"));
  w_.Bend(nullptr);
  ExpectWell();
}

TEST_F(RemotePluginTest, SkipGoesOnWithoutIt) {
  Connect(seconds(30), OnError::kSkip);
  w_.BendAt(Phase::kFilter, [](auto&) { return Fate::kEnd; });
  const Outcome outcome = w_.FilterOnce();
  EXPECT_EQ(outcome.status, Status::Success());
  EXPECT_EQ(outcome.passing, 301u);
}

TEST_F(RemotePluginTest, ARestartLosesTheCycleThatWasUnderWayAndNoOther) {
  Connect();
  ExpectWell();
  framework::Cycle cycle = w_.Start();
  const ClusterView cluster = w_.world.Cluster();
  ASSERT_TRUE(cycle.PreFilter(cluster).ok());
  w_.Stop();
  w_.Serve(Sizer::Descriptor());
  NodeMask mask = cluster.blocks[0].present;
  EXPECT_EQ(cycle.Filter(cluster.blocks[0], mask, nullptr).code(), Code::kError);
  EXPECT_THAT(cycle.Filter(cluster.blocks[0], mask, nullptr).message(),
              HasSubstr("what it remembered of this cycle is lost"));
  ExpectWell();
}

TEST_F(RemotePluginTest, AnotherPluginInItsPlaceIsRefused) {
  Connect();
  w_.Stop();
  w_.Serve(Sizer::NextVersion());
  w_.FilterOnce();  // the old stream is gone
  EXPECT_THAT(w_.FilterOnce().status.message(),
              HasSubstr("it is not the plugin of the start any more: version changed; restart "
                        "tutti-server"));
}

TEST_F(RemotePluginTest, ItsOwnErrorsAreItsAnswerAndDoNotOpenTheBreaker) {
  Connect();
  w_.BendAt(Phase::kFilter, [](wire::ServeResponse& response) {
    response.clear_answer();
    response.mutable_status()->set_code(wire::CODE_ERROR);
    response.mutable_status()->set_message("no price list");
    return Fate::kAnswer;
  });
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(w_.FilterOnce().status.message(), "plugin Sizer: no price list");
  EXPECT_EQ(w_.state(), CircuitBreaker::State::kClosed);
}

TEST_F(RemotePluginTest, WhatItThrewReadsAsIfItHadBeenThrownHere) {
  Connect();
  w_.BendAt(Phase::kPreFilter, [](wire::ServeResponse& response) {
    response.mutable_status()->set_code(wire::CODE_ERROR);
    response.mutable_status()->set_message("KeyError: 'zone'");
    response.mutable_status()->set_thrown(true);
    return Fate::kAnswer;
  });
  EXPECT_EQ(w_.FilterOnce().status.message(), "plugin Sizer: PreFilter threw: KeyError: 'zone'");
  w_.Bend(nullptr);
  ExpectWell();
}

TEST_F(RemotePluginTest, SeveralThreadsHaveAStreamEach) {
  Connect();
  const framework::Profile& profile = w_.world.Profile();
  const ClusterView cluster = w_.world.Cluster();
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        framework::Cycle cycle(profile, w_.pod, /*seed=*/1);
        std::vector<NodeMask> masks = {cluster.blocks[0].present, cluster.blocks[1].present};
        const bool fine =
            cycle.PreFilter(cluster).ok() && cycle.Filter(cluster, masks, nullptr).ok();
        wrong += fine && masks[0].Count() + masks[1].Count() == 300 ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(w_.server->streams(), 5);
}

TEST_F(RemotePluginTest, NoMoreThanSixteenStreamsAreOpen) {
  Connect();
  std::vector<framework::Cycle> cycles;
  const ClusterView cluster = w_.world.Cluster();
  for (int i = 0; i < 16; ++i) {
    cycles.push_back(w_.Start());
    ASSERT_TRUE(cycles.back().PreFilter(cluster).ok());
  }
  EXPECT_THAT(w_.FilterOnce().status.message(), HasSubstr("all of its 16 streams are busy"));
  cycles.clear();
  ExpectWell();
}

TEST_F(RemotePluginTest, OneThatSeesNoResourcesIsNotAskedTwiceAboutANodeInOneCycle) {
  // It says what it wants to see in its handshake: nothing, for all that it could compute.
  w_.BendAt(Phase::kHandshake, [](wire::ServeResponse& response) {
    response.mutable_handshake()->clear_resources();
    return Fate::kAnswer;
  });
  Connect();
  w_.BendAt(Phase::kFilter, [](wire::ServeResponse& response) {
    response.Clear();
    std::string& passing = *response.mutable_filter()->mutable_passing();
    passing.assign(32, '\xff');  // block 0 as a whole, of block 1 those that there are
    passing.append(5, '\xff').append(1, '\x1f').append(26, '\0');
    response.mutable_filter()->set_unresolvable(std::string(64, '\0'));
    return Fate::kAnswer;
  });
  framework::Cycle cycle = w_.Start();
  const ClusterView cluster = w_.world.Cluster();
  std::vector<NodeMask> masks = {cluster.blocks[0].present, cluster.blocks[1].present};
  ASSERT_TRUE(cycle.PreFilter(cluster).ok());
  ASSERT_EQ(cycle.Filter(cluster, masks, nullptr), Status::Success());
  ASSERT_TRUE(cycle.PreScore(cluster));
  std::vector<int64_t> totals;
  cycle.Score(cluster, masks, totals);
  w_.TakeRequests();
  NodeMask one;
  one.Add(7);
  EXPECT_TRUE(cycle.Filter(cluster.blocks[0], one, nullptr).ok());
  EXPECT_TRUE(one.Has(7));
  EXPECT_EQ(cycle.ScoreOne(cluster.blocks[0], 7), totals[7]);
  EXPECT_THAT(Phases(), SizeIs(0));
}

TEST_F(RemotePluginTest, ANodeLocalScoreIsStillAskedOnceAboutAllNodes) {
  RemoteWorld w;
  w.Bend([](const wire::ServeRequest&, wire::ServeResponse& response) {
    wire::HandshakeAnswer& answer = *response.mutable_handshake();
    answer.clear_points();
    answer.add_points(wire::EXTENSION_POINT_SCORE);
    answer.set_score_is_node_local(true);
    return Fate::kAnswer;
  });
  ASSERT_TRUE(w.Connect(w.Target()).ok());
  EXPECT_TRUE(w.world.Profile().scores()[0].point->IsNodeLocal());
  EXPECT_FALSE(w.world.Profile().judges_locally()) << "each node would be a question of its own";
}

class LieTest : public RemotePluginTest, public ::testing::WithParamInterface<Lie> {};

TEST_P(LieTest, IsRefusedByNameAndLeavesTheNextQuestionAlone) {
  Connect();
  w_.BendAt(GetParam().phase, [](wire::ServeResponse& response) {
    GetParam().tell(response);
    return Fate::kAnswer;
  });
  const std::string message = w_.FilterOnce().status.message();
  EXPECT_THAT(message, HasSubstr("plugin Sizer: "));
  EXPECT_THAT(message, HasSubstr(" is refused: "));
  EXPECT_THAT(message, HasSubstr(GetParam().says));
  w_.Bend(nullptr);
  ExpectWell();
}

INSTANTIATE_TEST_SUITE_P(
    All, LieTest,
    ::testing::Values(Lie{"ShortMask", Phase::kFilter,
                          [](wire::ServeResponse& r) {
                            r.mutable_filter()->mutable_passing()->resize(10);
                          },
                          "passing has 10 bytes: expected 64"},
                      Lie{"ManyReasons", Phase::kFilter,
                          [](wire::ServeResponse& r) {
                            r.mutable_filter()->set_reasons(std::string(1 << 20, 1));
                          },
                          "reasons has 1048576 bytes: expected 2"},
                      Lie{"OtherReason", Phase::kFilter,
                          [](wire::ServeResponse& r) {
                            r.mutable_filter()->set_reasons(std::string("\xff\xff", 2));
                          },
                          "reasons: reason 65535, expected less than the 1"},
                      Lie{"NoAnswer", Phase::kFilter,
                          [](wire::ServeResponse& r) { r.clear_filter(); }, "no member filter"},
                      Lie{"AnotherAnswer", Phase::kFilter,
                          [](wire::ServeResponse& r) { r.mutable_score()->set_scores("12345678"); },
                          "no member filter"},
                      Lie{"UnknownCode", Phase::kPreFilter,
                          [](wire::ServeResponse& r) {
                            r.mutable_status()->set_code(static_cast<wire::Code>(1234));
                          },
                          "status: code 1234"},
                      Lie{"UnknownCounter", Phase::kPreFilter,
                          [](wire::ServeResponse& r) { r.add_counters()->set_counter(7); },
                          "counters: number 7"}),
    [](const auto& param) { return param.param.name; });

TEST_F(RemotePluginTest, AnAnswerPastTheLimitEndsTheStreamAndNothingElse) {
  Connect();
  w_.BendAt(Phase::kPreFilter, [](wire::ServeResponse& response) {
    response.mutable_status()->set_message(std::string(17 << 20, 'x'));
    return Fate::kAnswer;
  });
  EXPECT_THAT(w_.FilterOnce().status.message(), HasSubstr("PreFilter could not be asked"));
  w_.Bend(nullptr);
  ExpectWell();
}

TEST_F(RemotePluginTest, ScoresOutOfRangeNameTheNode) {
  Connect();
  w_.BendAt(Phase::kScore, [](wire::ServeResponse& response) {
    response.mutable_score()->mutable_scores()->assign(8, '\x01');
    return Fate::kAnswer;
  });
  framework::Cycle cycle = w_.Start();
  EXPECT_EQ(cycle.ScoreOne(w_.world.Cluster().blocks[0], 3), 0);
  EXPECT_THAT(cycle.score_failure().message(), HasSubstr("for node n2: expected 0 to 100"));
}

}  // namespace
}  // namespace tutti::remote
