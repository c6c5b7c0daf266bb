#include "record/event_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::record {
namespace {

using ::testing::HasSubstr;

// Writes in one process, reads in another.
class EventCodecTest : public ::testing::Test {
 protected:
  EventCodecTest() {
    key_ = labels_.Intern("zone");
    value_ = labels_.Intern("z1");
  }
  void Transfer() {
    pb::Tables tables;
    writer_.TakeTexts(tables);
    reader_.AddTables(tables);
    tables.Clear();
    writer_.TakeRest(tables);
    reader_.AddTables(tables);
  }
  // The same event after a journey there and back: encoded again, the bytes are the same.
  template <class E>
  E Journey(const E& event) {
    pb::Event out;
    Put(event, out, writer_);
    Transfer();
    const model::ClusterEvent back = GetEvent(out, reader_);
    EXPECT_TRUE(reader_.status().ok()) << reader_.status();
    pb::Event again;
    TableWriter other(world_.labels(), world_.resources());
    Put(back, again, other);
    EXPECT_EQ(again.ShortDebugString(), out.ShortDebugString());
    return std::get<E>(back);
  }
  model::PodInfo Pod() {
    model::PodShape shape;
    shape.requests = {{model::kCpu, 500}, {model::kPods, 1}};
    shape.node_selector = {{"zone", "z1"}};
    shape.required_affinity = model::NodeSelector{
        {{{"zone", model::NodeSelectorRequirement::Operator::kNotIn, {"z2"}}}, {}}};
    shape.tolerations = {{"spot", "v", model::TaintEffect::kNoExecute, true}};
    shape.host_ports = {{"0.0.0.0", "UDP", 53}};
    shape.claims = {"data"};
    shape.priority = -7;
    shape.needs_referee = true;
    shape.spread_keys = {"zone"};
    shape.fields = {"", "value"};
    model::PodInfo pod;
    pod.uid = {3, 4};
    pod.name = "a-0";
    pod.namespace_name = "default";
    pod.scheduler_name = "tutti";
    pod.node_name = "n1";
    pod.nominated_node = "n2";
    pod.charge = std::make_shared<const model::ResourceList>(shape.requests);
    pod.shape = std::make_shared<const model::PodShape>(std::move(shape));
    pod.gang =
        model::GangMember{{"default", "job", "a"}, "a", GangSpec{3, std::chrono::seconds(5)}, "p"};
    pod.gang->markers = std::make_shared<const model::GangMarkers>(model::GangMarkers{
        {"job", "annotation a", "4", MarkerMeaning::kMinMember, "4", "why", true}});
    pod.gang->spec->roles = {{"w", 1, kNoGroups, 3}};
    pod.gang->spec->rules = {{"w", {{"app", "a"}}, {"replica"}}};
    pod.gang->labels = {{"app", "a"}, {"replica", "0"}};
    pod.gang->group = "workers";
    pod.gang->start_after = {"driver"};
    pod.ready = true;
    pod.pins = {"n1", "n2"};
    pod.plan_token = "x-1/0";
    pod.created_seconds = 12;
    pod.bound_seconds = 13;
    pod.devices = model::ParseDeviceIndex("0-3-15");
    pod.expected_duration = std::chrono::minutes(5);
    pod.submitter = "user/ada";
    pod.phase = model::PodPhase::kRunning;
    pod.deleting = pod.gated_by_tutti = pod.gated_by_others = pod.has_controller = true;
    pod.disruptable = false;
    pod.verdict = {true, true, 99};
    return pod;
  }

  base::Interner labels_;
  model::ResourceTable resources_;
  base::StringId key_;
  base::StringId value_;
  TableWriter writer_{labels_, resources_};
  PlainWorld world_;
  ModelReader reader_{world_};
};

TEST_F(EventCodecTest, ANodeKeepsEveryField) {
  model::NodeInfo node;
  node.name = "n1";
  node.uid = {1, 2};
  node.labels = {{key_, value_}};
  node.taints = {{"spot", "yes", model::TaintEffect::kNoSchedule}};
  node.allocatable = {{model::kCpu, 4000}, {model::kMemory, 1 << 30}};
  node.unschedulable = true;
  node.is_virtual = true;
  node.fields = {base::StringId(), value_};
  EXPECT_EQ(Journey(model::NodeUpserted{node}).node, node);
}

TEST_F(EventCodecTest, APodKeepsEveryField) {
  const model::PodInfo pod = Pod();
  const model::PodInfo back = Journey(model::PodUpserted{pod}).pod;
  EXPECT_EQ(*back.shape, *pod.shape);
  EXPECT_EQ(*back.charge, *pod.charge);
  EXPECT_EQ(back.gang->spec, pod.gang->spec);
  ASSERT_NE(back.gang->markers, nullptr);
  EXPECT_EQ(*back.gang->markers, *pod.gang->markers);
  EXPECT_EQ(back.gang->labels, pod.gang->labels);
  EXPECT_EQ(back.gang->group, pod.gang->group);
  EXPECT_EQ(back.gang->start_after, pod.gang->start_after);
  EXPECT_TRUE(back.ready);
  EXPECT_EQ(back.verdict, pod.verdict);
  EXPECT_EQ(back.devices, pod.devices);
  EXPECT_EQ(back.expected_duration, pod.expected_duration);
  EXPECT_EQ(back.submitter, pod.submitter);
  EXPECT_FALSE(back.disruptable);
  EXPECT_EQ(Journey(model::PodAdmitted{pod, true, 5}).ticket, 5u);
}

TEST_F(EventCodecTest, PodsOfOneShapeShareIt) {
  model::PodInfo pod = Pod();
  const auto first = Journey(model::PodUpserted{pod}).pod.shape;
  pod.name = "a-1";
  EXPECT_EQ(Journey(model::PodUpserted{pod}).pod.shape, first);
}

TEST_F(EventCodecTest, EveryOtherEventComesBack) {
  EXPECT_EQ(Journey(model::NodeDeleted{"n1"}).name, "n1");
  EXPECT_EQ(Journey(model::PodDeleted{{5, 6}}).uid, (base::Uid{5, 6}));
  const model::GangKey key{"default", "podgroup", "g"};
  EXPECT_EQ(Journey(model::GangObjectUpserted{key, "g", {4, {}}, "wrong"}).spec.min_member, 4);
  const model::SharedGangMarkers markers =
      std::make_shared<const model::GangMarkers>(model::GangMarkers{
          {"job", "Job spec.colour", "red", MarkerMeaning::kNothing, "", "unknown", false}});
  EXPECT_EQ(*Journey(model::GangObjectUpserted{key, "g", {4, {}}, "", "", markers}).markers,
            *markers);
  EXPECT_EQ(Journey(model::GangObjectDeleted{key}).key, key);
  EXPECT_EQ(Journey(model::VolumeClaimUpserted{{"default", "c", "v"}}).claim.volume_name, "v");
  EXPECT_EQ(Journey(model::VolumeClaimDeleted{"default", "c"}).name, "c");
  EXPECT_FALSE(Journey(model::VolumeUpserted{{"v", std::nullopt}}).volume.node_affinity);
  EXPECT_TRUE(Journey(model::VolumeUpserted{{"v", model::NodeSelector()}}).volume.node_affinity);
  EXPECT_EQ(Journey(model::VolumeDeleted{"v"}).name, "v");
  const model::ObjectKey object{"queues", "", "research"};
  const model::WatchedObjectUpserted seen = Journey(model::WatchedObjectUpserted{
      object, {3, {{"/limit/cpu", ConfigKind::kInteger, "8", "research"}}}});
  EXPECT_EQ(seen.key, object);
  EXPECT_EQ(seen.spec.generation, 3);
  ASSERT_EQ(seen.spec.entries.size(), 1u);
  EXPECT_EQ(seen.spec.entries[0].pointer, "/limit/cpu");
  EXPECT_EQ(seen.spec.entries[0].kind, ConfigKind::kInteger);
  EXPECT_EQ(seen.spec.entries[0].text, "8");
  EXPECT_EQ(Journey(model::WatchedObjectDeleted{object}).key, object);
  Journey(model::CachesSynced{});
  EXPECT_FALSE(Journey(model::LeadershipChanged{false}).leading);
  EXPECT_TRUE(Journey(model::LeadershipChanged{true}).leading);
  EXPECT_EQ(Journey(model::BindRequested{{1, 2}, "d", "p", "n", 8}).ticket, 8u);
  EXPECT_EQ(Journey(model::BindAbandoned{8}).ticket, 8u);
  EXPECT_EQ(Journey(model::PlacementNotOffered{{1, 2}, "n"}).node_name, "n");
  EXPECT_EQ(Journey(model::WriteFinished{3, model::WriteOutcome::kFailed, "m"}).outcome,
            model::WriteOutcome::kFailed);
  EXPECT_TRUE(Journey(model::GangHeld{key, true}).held);
  EXPECT_EQ(Journey(model::QueueGateSet{model::QueueGate::kDraining}).gate,
            model::QueueGate::kDraining);
  EXPECT_EQ(Journey(model::NodeClosed{"n1", true}).name, "n1");
  Journey(model::TimePassed{});
}

TEST_F(EventCodecTest, ADeviceThatNoNodeCanHaveIsRefused) {
  pb::Event event;
  event.mutable_pod_upserted()->set_devices(1u << 16);
  EXPECT_TRUE(std::get<model::PodUpserted>(GetEvent(event, reader_)).pod.devices.empty());
  EXPECT_FALSE(reader_.status().ok());
  EXPECT_EQ(reader_.Devices(0x8001), model::ParseDeviceIndex("0-15"));
}

TEST_F(EventCodecTest, EveryEffectComesBack) {
  const model::PluginReason plugin{"TooFar", "it is too far", "Distance"};
  const model::PodRef pod{{1, 2}, "default", "a-0", "a"};
  model::ReportGang report;
  report.key = {"default", "job", "a"};
  report.display_name = "a";
  report.reason = {model::ReasonCode::kRefusedByPlugin, 3, 2, model::kMemory, &plugin};
  report.detail = "d";
  report.holders = {{"gang b", 7}};
  report.examples = {pod};
  report.waited = std::chrono::seconds(3);
  report.had_to_wait = true;
  const model::Effects effects = {
      model::ReleasePod{1, pod, Pod().shape, {"n1"}},
      model::NominatePod{2, pod, "n1"},
      model::BindPod{3, pod, "n1", {{"tutti.dev/gpu-index", "0-1"}}},
      model::EvictPod{4, pod, "why", true},
      model::AnswerAdmission{5, true, {"n1"}, "t"},
      model::AnswerBind{6, "no"},
      model::ReportScores{{"default", "job", "a"}, {{"n1", 2, 90}}},
      model::ReportRun{{"default", "job", "a"},
                       std::chrono::seconds(3),
                       std::chrono::seconds(9),
                       std::chrono::seconds(4)},
      model::ReportMarkers{{"default", "job", "a"}, "a", {"they differ"}, {pod}},
      report};
  ASSERT_EQ(effects.size(), std::variant_size_v<model::Effect>);
  for (const model::Effect& effect : effects) {
    pb::Effect out;
    Put(effect, out, writer_);
    Transfer();
    const model::Effect back = GetEffect(out, reader_);
    ASSERT_EQ(back.index(), effect.index());
    pb::Effect again;
    Put(back, again, writer_);
    if (effect.index() == 0) continue;  // its shape stands elsewhere in memory
    if (const auto* got = std::get_if<model::ReportGang>(&back)) {
      EXPECT_EQ(got->reason.plugin->code, "TooFar") << "of a plugin that is not here";
      EXPECT_EQ(got->holders, report.holders);
      continue;
    }
    EXPECT_EQ(again.ShortDebugString(), out.ShortDebugString());
  }
  EXPECT_TRUE(reader_.status().ok()) << reader_.status();
}

TEST_F(EventCodecTest, NumbersThatStandForNothingAreRefused) {
  pb::Event event;
  event.mutable_pod_upserted()->set_shape(17);
  const auto pod = std::get<model::PodUpserted>(GetEvent(event, reader_)).pod;
  EXPECT_THAT(std::string(reader_.status().message()), HasSubstr("no shape number 17"));
  EXPECT_NE(pod.shape, nullptr) << "harmless all the same";
  EXPECT_NE(pod.charge, nullptr);
}

TEST_F(EventCodecTest, AmountsOutOfRangeAreRefused) {
  Transfer();
  pb::Event event;
  event.mutable_node_upserted()->mutable_allocatable()->add_resources(0);
  event.mutable_node_upserted()->mutable_allocatable()->add_amounts(-1);
  GetEvent(event, reader_);
  EXPECT_THAT(std::string(reader_.status().message()), HasSubstr("-1 of one resource"));
}

TEST_F(EventCodecTest, AnEventOfALaterVersionIsRefused) {
  GetEvent(pb::Event(), reader_);
  EXPECT_THAT(std::string(reader_.status().message()), HasSubstr("does not know"));
}

}  // namespace
}  // namespace tutti::record
