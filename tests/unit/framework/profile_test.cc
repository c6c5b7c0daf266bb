#include "framework/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::HasSubstr;
using testing::PluginWorld;
using ::testing::SizeIs;

class Sorter final : public QueueSortPlugin {
 public:
  bool Less(const GangView&, const GangView&) const override { return false; }
};

class ProfileTest : public ::testing::Test {
 protected:
  void Register(const std::string& name, PluginRegistry::Factory make) {
    ASSERT_TRUE(w_.registry.Add(name, {"1", "test", std::move(make)}).ok());
  }
  std::string Problems(std::vector<PluginSpec> specs) {
    const auto made = Profile::Make(w_.registry, specs, w_.services);
    return made.ok() ? "" : std::string(made.status().message());
  }
  static PluginSpec Spec(const std::string& name, std::vector<ConfigEntry> args = {}) {
    return {name, 1, OnError::kDefault, std::move(args), "f.yaml:3:5"};
  }

  PluginWorld w_;
};

TEST_F(ProfileTest, APluginIsAskedAtThePointsThatItServes) {
  w_.Add("Scripted", {});
  Register("Sorter", [](Config&, PluginHost&) { return std::make_unique<Sorter>(); });
  w_.specs.push_back(Spec("Sorter"));
  const Profile& profile = w_.Profile();
  EXPECT_THAT(profile.plugins(), SizeIs(2));
  EXPECT_THAT(profile.filters(), SizeIs(1));
  EXPECT_THAT(profile.scores(), SizeIs(1));
  EXPECT_THAT(profile.pre_enqueues(), SizeIs(0));
  ASSERT_THAT(profile.queue_sorts(), SizeIs(1));
  EXPECT_EQ(profile.queue_sorts()[0].plugin, 1);
}

TEST_F(ProfileTest, AllMistakesAreToldAtOnceEachWithItsPlace) {
  Register("Fit", [](Config& config, PluginHost&) -> std::unique_ptr<Plugin> {
    config.Integer("/percent", 1, 0, 10);
    return std::make_unique<Sorter>();
  });
  Register("Throws", [](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
    throw std::runtime_error("no licence");
  });
  Register("Nothing", [](Config&, PluginHost&) { return std::unique_ptr<Plugin>(); });
  const std::string text =
      Problems({Spec("Fitt"),
                Spec("Fit", {{"/percent", ConfigKind::kInteger, "11", "f.yaml:4:9"},
                             {"/percnt", ConfigKind::kInteger, "1", "f.yaml:5:9"}}),
                Spec("Throws"), Spec("Nothing"), Spec("Fit")});
  EXPECT_THAT(text, HasSubstr("f.yaml:3:5: plugin Fitt: there is no such plugin; did you mean "
                              "\"Fit\"? (known: Fit, Nothing, Throws)"));
  EXPECT_THAT(text, HasSubstr("f.yaml:4:9: plugin Fit: /percent: expected 0 to 10, got 11"));
  EXPECT_THAT(text, HasSubstr("f.yaml:5:9: plugin Fit: unknown key /percnt; did you mean "
                              "\"/percent\"?"));
  EXPECT_THAT(text, HasSubstr("plugin Throws: its factory threw: no licence"));
  EXPECT_THAT(text, HasSubstr("plugin Nothing: its factory made nothing"));
  EXPECT_THAT(text, HasSubstr("plugin Fit: it is enabled twice"));
}

TEST_F(ProfileTest, ThereIsOneQueueOrder) {
  for (const char* name : {"SortA", "SortB"})
    Register(name, [](Config&, PluginHost&) { return std::make_unique<Sorter>(); });
  EXPECT_THAT(Problems({Spec("SortA"), Spec("SortB")}),
              HasSubstr("more than one QueueSort plugin is enabled: SortA, SortB: keep one"));
}

TEST_F(ProfileTest, APluginGetsHandlesOfItsOwnAndSharesColumns) {
  std::vector<ResourceId> resources;
  std::vector<ReasonId> reasons;
  std::vector<NodeField> racks;
  const auto make = [&](Config&, PluginHost& host) -> std::unique_ptr<Plugin> {
    resources.push_back(host.Resource("example.com/gpu"));
    reasons.push_back(host.Reason("TooSmall", "it is too small"));
    racks.push_back(host.NodeLabel("rack"));
    EXPECT_EQ(host.Resource("cpu"), kCpu);
    EXPECT_NE(host.PodLabel("rack"), host.PodAnnotation("rack"));
    EXPECT_EQ(host.PodLabel("rack"), host.PodLabel("rack"));
    return std::make_unique<Plugin>();
  };
  Register("One", make);
  Register("Two", make);
  ASSERT_EQ(Problems({Spec("One"), Spec("Two")}), "");
  EXPECT_EQ(resources[0], resources[1]);
  EXPECT_EQ(racks[0], racks[1]);
  EXPECT_NE(reasons[0], reasons[1]) << "each speaks for itself";
  EXPECT_EQ(w_.reasons.Find(reasons[1])->plugin, "Two");
}

}  // namespace
}  // namespace tutti::framework
