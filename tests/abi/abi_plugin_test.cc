// What goes wrong behind the ABI: exceptions, mistakes in the configuration, codes of the future.
#include "loader/abi_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "framework/cycle.h"
#include "tests/abi/plugin_world.h"
#include "tutti/abi/convert.h"
#include "tutti/testing/fake_host.h"

namespace tutti::loader {
namespace {

using framework::OnError;
using ::testing::HasSubstr;
using tutti::testing::LinkedPlugins;
using tutti::testing::LoadedPlugins;
using tutti::testing::Side;

std::vector<framework::PluginSpec> Trouble(std::vector<ConfigEntry> args) {
  return {{"Troublemaker", 1, OnError::kReject, std::move(args), "tutti.yaml:3:5"}};
}
std::vector<framework::PluginSpec> TroubleAt(const char* point) {
  return Trouble({{"/at", ConfigKind::kString, point, "tutti.yaml:4:9"}});
}

// Each point in a cycle, or what became of it.
std::string StoryOf(const framework::Profile& profile, const ClusterView& cluster) {
  std::string failures;
  const framework::OnPluginFailure on_failure = [&](const framework::PluginFailure& failure) {
    failures += std::string(failure.point) + ": " + failure.message + "\n";
  };
  const PodClassView pod = {};
  framework::Cycle cycle(profile, pod, 1, &on_failure);
  std::vector<NodeMask> candidates = {cluster.blocks[0].present};
  failures += cycle.PreFilter(cluster).message() + "\n";
  failures += cycle.Filter(cluster.blocks[0], candidates[0], nullptr).message() + "\n";
  std::vector<int64_t> totals;
  if (cycle.PreScore(cluster)) cycle.Score(cluster, candidates, totals);
  failures += cycle.score_failure().message() + "\n";
  DeviceSet fitting;
  fitting.Add(3);
  const DeviceSet selected = cycle.SelectDevices(cluster.blocks[0], 0, {1, 500}, fitting);
  failures += selected == fitting ? "device 3\n" : "no device\n";
  for (const auto& at : profile.queue_sorts()) {
    try {
      failures += at.point->Less(GangView{}, GangView{}) ? "less\n" : "not less\n";
    } catch (const std::exception& error) {
      failures += std::string("Less threw: ") + error.what() + "\n";
    }
  }
  return failures;
}

class ThrowingPluginTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ThrowingPluginTest, IsContainedAndToldAsIfItWereLinkedIn) {
  base::Interner texts;
  tutti::testing::Random random(7);
  const tutti::testing::RandomCluster cluster(random, texts, 1);
  Side linked(LinkedPlugins(), TroubleAt(GetParam()), texts);
  Side loaded(LoadedPlugins(), TroubleAt(GetParam()), texts);
  ASSERT_EQ(linked.error, "");
  ASSERT_EQ(loaded.error, "");
  const std::string story = StoryOf(*linked.profile, cluster.view());
  EXPECT_THAT(story, HasSubstr(std::string("trouble at ") + GetParam()));
  EXPECT_EQ(StoryOf(*loaded.profile, cluster.view()), story);
}

INSTANTIATE_TEST_SUITE_P(AbiPlugin, ThrowingPluginTest,
                         ::testing::Values("PreFilter", "Filter", "PreScore", "Score",
                                           "NormalizeScore", "DeviceSelect", "Less"),
                         [](const auto& param) { return std::string(param.param); });

TEST(AbiPluginTest, MistakesInTheConfigurationReadAsIfItWereLinkedIn) {
  const base::Interner texts;
  const auto linked_plugins = LinkedPlugins();
  const auto loaded_plugins = LoadedPlugins();
  using Entries = std::vector<ConfigEntry>;
  const auto integer = [](const char* pointer, const char* text) {
    return ConfigEntry{pointer, ConfigKind::kInteger, text, "tutti.yaml:9:1"};
  };
  const Entries cases[] = {
      {{"/at", ConfigKind::kString, "Make", "tutti.yaml:4:9"}},              // its factory throws
      {{"/at", ConfigKind::kString, "Nowhere", "tutti.yaml:4:9"}},           // not allowed
      {{"/at", ConfigKind::kInteger, "17", "tutti.yaml:4:9"}},               // of another type
      {{"/att", ConfigKind::kString, "Filter", "tutti.yaml:4:9"}},           // misspelt
      {{"/nothing", ConfigKind::kBoolean, "true", "tutti.yaml:4:9"}},        // it makes nothing
      {integer("/least", "11"), integer("/most", "1"), integer("/x", "1")},  // several at once
      {integer("/least", "3"), integer("/most", "1")},                       // its own check
      {{"/least", ConfigKind::kNull, "", "tutti.yaml:5:1"}},                 // fine
  };
  for (const Entries& args : cases) {
    const Side linked(linked_plugins, Trouble(args), texts);
    const Side loaded(loaded_plugins, Trouble(args), texts);
    EXPECT_EQ(loaded.error, linked.error);
    EXPECT_EQ(linked.error.empty(), args[0].kind == ConfigKind::kNull) << linked.error;
  }
}

// A plugin by hand: what C++ classes never do.
struct ByHand {
  uint32_t code = TUTTI_SUCCESS;
  bool makes = true;
  const tutti_host* host = nullptr;
  uint16_t registered = 0;
  int destroyed = 0;
};
ByHand* by_hand = nullptr;

tutti_plugin_descriptor ByHandApi() {
  tutti_plugin_descriptor d = {};
  d.create = [](const tutti_host* host, const tutti_config*, tutti_status* failure) -> void* {
    by_hand->host = host;
    by_hand->registered = host->resource(host, abi::ToC(std::string_view("gpu")));
    if (by_hand->makes) return by_hand;
    failure->code = TUTTI_ERROR;
    host->set_message(failure, abi::ToC(std::string_view("no licence")));
    return by_hand->code == TUTTI_SUCCESS ? nullptr : by_hand;
  };
  d.destroy = [](void* self) { ++static_cast<ByHand*>(self)->destroyed; };
  d.filter_block = [](void* self, const tutti_cycle*, const tutti_pod_class*,
                      const tutti_node_block*, tutti_block_verdict*,
                      tutti_status* status) { status->code = static_cast<ByHand*>(self)->code; };
  d.queue_less = [](void* self, const tutti_gang*, const tutti_gang*, tutti_status* status) {
    status->code = static_cast<ByHand*>(self)->code;
    return true;
  };
  return d;
}

class ByHandTest : public ::testing::Test {
 protected:
  ByHandTest() { by_hand = &plugin_; }
  ~ByHandTest() override { by_hand = nullptr; }

  std::unique_ptr<Plugin> Make() { return AbiPlugin::Make(ByHandApi(), config_, host_); }

  ByHand plugin_;
  tutti::testing::FakeHost host_;
  Config config_;
};

TEST_F(ByHandTest, RegistersOnlyWhileItIsMade) {
  const auto made = Make();
  EXPECT_EQ(plugin_.registered, host_.Resource("gpu").value);
  const tutti_string late = abi::ToC(std::string_view("late"));
  EXPECT_EQ(plugin_.host->resource(plugin_.host, late), TUTTI_NONE);
  EXPECT_EQ(plugin_.host->reason(plugin_.host, late, late), TUTTI_NONE);
  EXPECT_EQ(plugin_.host->counter(plugin_.host, late, late), TUTTI_NONE);
  EXPECT_EQ(host_.Resource("other").value, plugin_.registered + 1) << "late was registered";
}

TEST_F(ByHandTest, IsDestroyedOnce) {
  Make().reset();
  EXPECT_EQ(plugin_.destroyed, 1);
}

TEST_F(ByHandTest, SaysWhyItIsNotMade) {
  plugin_.makes = false;
  EXPECT_THROW(Make(), std::runtime_error);
  EXPECT_EQ(plugin_.destroyed, 0);
  plugin_.code = TUTTI_ERROR;  // a failure, but an instance as well
  EXPECT_THROW(Make(), std::runtime_error);
  EXPECT_EQ(plugin_.destroyed, 1);
}

TEST_F(ByHandTest, ACodeOfTheFutureIsAnError) {
  const auto made = Make();
  const framework::Points points = framework::Points::Of(*made);
  plugin_.code = 77;
  BlockVerdict verdict(NodeMask::All());
  const Status status =
      points.filter->FilterBlock(CycleState(), PodClassView(), NodeBlockView(), verdict);
  EXPECT_EQ(status.code(), Code::kError);
  EXPECT_THAT(status.message(), HasSubstr("code 77"));
  EXPECT_THROW(points.queue_sort->Less({}, {}), std::runtime_error);
  plugin_.code = TUTTI_SKIP;  // no answer to this question
  EXPECT_THROW(points.queue_sort->Less({}, {}), std::runtime_error);
  plugin_.code = TUTTI_SUCCESS;
  EXPECT_TRUE(points.queue_sort->Less({}, {}));
}

// As a plugin of 1.1, which has not heard of is_node_local.
TEST_F(ByHandTest, AScoreThatDoesNotSayWhatItLooksAtIsNotNodeLocal) {
  tutti_plugin_descriptor api = ByHandApi();
  api.score_block = [](void*, const tutti_cycle*, const tutti_pod_class*, const tutti_node_block*,
                       const tutti_node_mask*, int64_t*, tutti_status*) {};
  EXPECT_FALSE(framework::Points::Of(*AbiPlugin::Make(api, config_, host_)).score->IsNodeLocal());
  api.is_node_local = [](void*) { return true; };
  EXPECT_TRUE(framework::Points::Of(*AbiPlugin::Make(api, config_, host_)).score->IsNodeLocal());
}

TEST_F(ByHandTest, DevicesCrossByTheirNumbersAlsoThoseThatNobodyHas) {
  tutti_plugin_descriptor api = ByHandApi();
  api.select_devices = [](void*, const tutti_cycle*, const tutti_pod_class*,
                          const tutti_node_block*, uint32_t offset,
                          const tutti_device_request* request, tutti_status*) -> uint32_t {
    const bool as_asked =
        offset == 5 && request->count == 2 && request->milli == 1000 && request->fitting == 0x8006;
    return as_asked ? 0x80000004 : 0;
  };
  const auto made = AbiPlugin::Make(api, config_, host_);
  DeviceSet fitting;
  for (const uint32_t device : {1, 2, 15}) fitting.Add(device);
  const NodeBlockView block;
  DeviceSet expected;
  for (const uint32_t device : {2, 31}) expected.Add(device);
  EXPECT_EQ(framework::Points::Of(*made).device_select->SelectDevices(
                CycleState(), PodClassView(), block.Node(5), {2, 1000}, fitting),
            expected);
}

TEST_F(ByHandTest, ServesWhatItHasAndNothingElse) {
  const auto made = Make();
  const framework::Points points = framework::Points::Of(*made);
  EXPECT_NE(points.filter, nullptr);
  EXPECT_NE(points.queue_sort, nullptr);
  EXPECT_EQ(points.pre_filter, nullptr);
  EXPECT_EQ(points.score, nullptr);
  EXPECT_EQ(points.device_select, nullptr);
  EXPECT_EQ(points.placement_generate, nullptr);
}

}  // namespace
}  // namespace tutti::loader
