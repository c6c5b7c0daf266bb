// The points beside filtering and scoring: a remote plugin nominates, selects devices, permits,
// annotates and is told of binds; its lies and silences end with the question.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "framework/bind_points.h"
#include "framework/gang_points.h"
#include "tests/unit/remote/remote_world.h"

namespace tutti::remote {
namespace {

using framework::BindPoints;
using framework::GangPoints;
using framework::OnError;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Entries = std::vector<BindAnnotations::Entry>;

// Nominates the first node, takes the last devices, lets each pod wait once and then says how often
// it was asked about it.
class Clerk final : public PostFilterPlugin,
                    public DeviceSelectPlugin,
                    public PermitPlugin,
                    public PreBindPlugin,
                    public PostBindPlugin {
 public:
  static const PluginDescriptor& Descriptor() {
    static constexpr PluginDescriptor kDescriptor = {
        "Clerk", "1", [](Config&, PluginHost& host) -> std::unique_ptr<Plugin> {
          return std::make_unique<Clerk>(host);
        }};
    return kDescriptor;
  }
  explicit Clerk(PluginHost& host)
      : host_(host),
        later_(host.Reason("Later", "it is not its turn")),
        bound_(host.Counter("bound_total", "pods that were bound")) {}

  Status PostFilter(const GangView&, const GangDiagnosis& diagnosis, const ClusterView& cluster,
                    Nomination& nomination) const override {
    if (diagnosis.need < 0) return Status::Pending(later_, diagnosis.need, diagnosis.have);
    nomination.nodes.resize(1);
    nomination.nodes[0].Add(cluster.blocks[0].present.Has(0) ? 0 : 1);
    return Status::Success();
  }
  DeviceSet SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                          const DeviceRequest& request, const DeviceSet& fitting) const override {
    DeviceSet selected = fitting;
    for (uint32_t device = 0; selected.Count() > request.count; ++device) selected.Remove(device);
    return selected;
  }
  Status Permit(const PlacedPodView& pod, nanoseconds& timeout) override {
    if (++asked_[std::string(pod.name)] > 1) return Status::Success();
    timeout = seconds(7);
    return Status::Wait(later_, 2, 1);
  }
  Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) override {
    annotations.Add("example.com/asked", std::to_string(asked_[std::string(pod.name)]));
    return Status::Success();
  }
  void PostBind(const PlacedPodView&) override { host_.Increment(bound_); }

 private:
  const PluginHost& host_;
  const ReasonId later_;
  const CounterId bound_;
  std::map<std::string, int> asked_;
};

class RemotePluginCoreTest : public ::testing::Test {
 protected:
  RemotePluginCoreTest() {
    for (int i = 0; i < 3; ++i) w_.world.AddNode("n" + std::to_string(i), 4000);
    pod_.name = "a";
  }
  void Connect(base::Duration timeout = seconds(30), OnError on_error = OnError::kReject) {
    const absl::Status connected = w_.Connect(w_.Target(timeout), {}, on_error);
    ASSERT_TRUE(connected.ok()) << connected;
    plugins_ = w_.world.Plugins();
    w_.TakeRequests();
  }
  framework::PostFilterVerdict AfterFilter(int64_t need) {
    return GangPoints(plugins_).PostFilter({}, {"WaitingForCapacity", need, 3, kCpu},
                                           w_.world.Cluster());
  }
  // A permission, then the annotations: what becomes of a bind.
  Status Bind(nanoseconds* timeout = nullptr) {
    nanoseconds ignored{0};
    annotations_.clear();
    BindPoints::Permitted permitted;
    const BindPoints points(plugins_);
    const Status permit = points.Permit(pod_, permitted, timeout == nullptr ? ignored : *timeout);
    return permit.ok() ? points.PreBind(pod_, annotations_) : permit;
  }
  DeviceSet Devices(uint32_t count, std::initializer_list<uint32_t> fitting) {
    DeviceSet set;
    for (const uint32_t device : fitting) set.Add(device);
    framework::Cycle cycle(w_.world.Profile(), w_.pod, /*seed=*/7, &plugins_.on_failure);
    return cycle.SelectDevices(w_.world.Cluster().blocks[0], 1, {count, 1000}, set);
  }

  RemoteWorld w_{Clerk::Descriptor()};
  framework::Plugins plugins_;
  PlacedPodView pod_;
  Entries annotations_;
};

TEST_F(RemotePluginCoreTest, NominatesOrSaysWhyTheGangWaits) {
  Connect();
  NodeMask first;
  first.Add(0);
  EXPECT_EQ(AfterFilter(5).nomination.nodes, std::vector<NodeMask>{first});
  const Status held = AfterFilter(-5).status;
  EXPECT_EQ(held.code(), Code::kPending);
  EXPECT_EQ(w_.world.reasons.Find(held.reason())->code, "Later");
  EXPECT_EQ(held.need(), -5);
}

TEST_F(RemotePluginCoreTest, SelectsDevicesAndIsShownOnlyTheBlockOfTheNode) {
  Connect();
  DeviceSet last;
  last.Add(4);
  EXPECT_EQ(Devices(1, {0, 4}), last);
  const std::vector<wire::ServeRequest> requests = w_.TakeRequests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].device_select().node(), 1u);
  EXPECT_EQ(requests[0].cluster().blocks_size(), 1);
  EXPECT_FALSE(requests[0].cluster().has_block_count());
}

TEST_F(RemotePluginCoreTest, WhatItRemembersOfAPermitIsThereWhenItIsAskedAgain) {
  Connect();
  nanoseconds timeout{0};
  const Status waits = Bind(&timeout);
  EXPECT_EQ(waits.code(), Code::kWait);
  EXPECT_EQ(w_.world.reasons.Find(waits.reason())->code, "Later");
  EXPECT_EQ(timeout, seconds(7));
  // A cycle that takes the idle stream, and questions beside it.
  Devices(1, {2});
  AfterFilter(5);
  EXPECT_EQ(Bind(), Status::Success());
  EXPECT_THAT(annotations_, ElementsAre(Pair("example.com/asked", "2")));
  BindPoints(plugins_).PostBind(pod_);
  EXPECT_EQ(w_.counted, 1);
  EXPECT_THAT(w_.world.failures, IsEmpty());
}

TEST_F(RemotePluginCoreTest, ARestartCostsOneQuestionAndWhatItRemembered) {
  Connect();
  EXPECT_EQ(Bind().code(), Code::kWait);
  w_.Stop();
  w_.Serve(Clerk::Descriptor());
  EXPECT_EQ(Bind().code(), Code::kError);
  EXPECT_EQ(Bind().code(), Code::kWait) << "it has met this pod for the first time";
  EXPECT_EQ(Bind(), Status::Success());
}

TEST_F(RemotePluginCoreTest, ANoticeThatIsLostIsReportedAndHoldsUpNobodyForLongerThanTheTimeout) {
  Connect(std::chrono::milliseconds(40));
  w_.BendAt(Phase::kPostBind, [](auto&) { return Fate::kHang; });
  for (int i = 0; i < 5; ++i) BindPoints(plugins_).PostBind(pod_);
  EXPECT_EQ(w_.state(), CircuitBreaker::State::kOpen);
  ASSERT_EQ(w_.world.failures.size(), 5u);
  EXPECT_THAT(w_.world.failures[0], HasSubstr("no answer to PostBind within 40ms"));
  EXPECT_THAT(w_.world.failures[4], HasSubstr("not asked after 3 failures in a row"));
}

class CoreLieTest : public RemotePluginCoreTest, public ::testing::WithParamInterface<Lie> {};

TEST_P(CoreLieTest, IsRefusedByNameAndLeavesTheNextQuestionAlone) {
  Connect();
  ASSERT_EQ(Bind().code(), Code::kWait);
  w_.BendAt(GetParam().phase, [](wire::ServeResponse& response) {
    GetParam().tell(response);
    return Fate::kAnswer;
  });
  // Nothing of the lie is taken, and nothing else is lost.
  const Phase phase = GetParam().phase;
  EXPECT_EQ(AfterFilter(5).nomination.nodes.empty(), phase == Phase::kPostFilter);
  EXPECT_EQ(Devices(2, {0, 1, 2}).empty(), phase == Phase::kDeviceSelect);
  EXPECT_EQ(Bind().ok(), phase != Phase::kPermit && phase != Phase::kPreBind);
  EXPECT_EQ(annotations_.empty(), phase == Phase::kPermit || phase == Phase::kPreBind);
  ASSERT_EQ(w_.world.failures.size(), 1u);
  EXPECT_THAT(w_.world.failures[0], HasSubstr(GetParam().says));
  w_.Bend(nullptr);
  EXPECT_NE(Bind().code(), Code::kError);
  EXPECT_EQ(w_.world.failures.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    All, CoreLieTest,
    ::testing::Values(
        Lie{"NominationOfHalfABlock", Phase::kPostFilter,
            [](wire::ServeResponse& r) { r.mutable_post_filter()->set_nomination("half"); },
            "its answer to PostFilter is refused: nomination has 4 bytes"},
        Lie{"NominationOfNobody", Phase::kPostFilter,
            [](wire::ServeResponse& r) {
              r.mutable_post_filter()->set_nomination(std::string(32, '\xff'));
            },
            "nomination: a row of block 0 that holds no node"},
        Lie{"NoNomination", Phase::kPostFilter,
            [](wire::ServeResponse& r) { r.clear_post_filter(); }, "no member post_filter"},
        Lie{"DeviceThatDoesNotFit", Phase::kDeviceSelect,
            [](wire::ServeResponse& r) { r.mutable_device_select()->set_devices(9); },
            "its answer to DeviceSelect is refused: devices: device 3"},
        Lie{"TooManyDevices", Phase::kDeviceSelect,
            [](wire::ServeResponse& r) { r.mutable_device_select()->set_devices(7); },
            "devices: 3 of them, expected none, or the 2"},
        Lie{"AnotherAnswer", Phase::kDeviceSelect,
            [](wire::ServeResponse& r) { r.mutable_score(); }, "no member device_select"},
        Lie{"PermitThatSkips", Phase::kPermit,
            [](wire::ServeResponse& r) { r.mutable_status()->set_code(wire::CODE_SKIP); },
            "Permit answered Skip: expected Success, Wait"},
        Lie{"WaitForEver", Phase::kPermit,
            [](wire::ServeResponse& r) { r.mutable_status()->set_code(wire::CODE_WAIT); },
            "Permit answered Wait with a timeout of 0 ns"},
        Lie{"WaitForLessThanNothing", Phase::kPermit,
            [](wire::ServeResponse& r) {
              r.mutable_status()->set_code(wire::CODE_WAIT);
              r.mutable_permit()->set_timeout_ns(-1);
            },
            "Permit answered Wait with a timeout of -1 ns"},
        Lie{"UndeclaredReason", Phase::kPermit,
            [](wire::ServeResponse& r) {
              r.mutable_status()->set_code(wire::CODE_UNSCHEDULABLE);
              r.mutable_status()->set_reason(9);
            },
            "status: reason 9, expected less than the 1"},
        Lie{"TooLongAnnotations", Phase::kPreBind,
            [](wire::ServeResponse& r) {
              r.mutable_pre_bind()->mutable_annotations(0)->set_value(std::string(20'000, 'x'));
            },
            "its answer to PreBind is refused: annotations: 20017 bytes, expected at most 16384"},
        Lie{"AnnotationOfOurs", Phase::kPreBind,
            [](wire::ServeResponse& r) {
              r.mutable_pre_bind()->mutable_annotations(0)->set_key("tutti.dev/plan");
            },
            "annotations of tutti.dev are Tutti's own"},
        Lie{"NoAnnotations", Phase::kPreBind, [](wire::ServeResponse& r) { r.clear_pre_bind(); },
            "no member pre_bind"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace tutti::remote
