// Plugins that choose devices, and scores that are kept from one pod to the next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PluginWorld;

using Select = std::function<DeviceSet(const DeviceSet& fitting)>;

class Selector final : public DeviceSelectPlugin {
 public:
  explicit Selector(Select select) : select_(std::move(select)) {}
  DeviceSet SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                          const DeviceRequest&, const DeviceSet& fitting) const override {
    return select_(fitting);
  }

 private:
  const Select select_;
};

// Emptier nodes are better. Counts how often it is asked.
class LocalScore final : public ScorePlugin {
 public:
  LocalScore(int& asked, bool& broken) : asked_(asked), broken_(broken) {}
  int64_t Score(const CycleState&, const PodClassView&, const NodeView& node) const override {
    ++asked_;
    if (broken_) throw std::runtime_error("broken");
    return node.Free(kCpu) / 100;
  }
  bool IsNodeLocal() const override { return true; }

 private:
  int& asked_;
  bool& broken_;
};

class CoreDevicePluginsTest : public ::testing::Test {
 protected:
  template <class P, class... Args>
  void Add(const std::string& name, Args&... args) {
    ASSERT_TRUE(w_.registry
                    .Add(name, {"1", "test",
                                [&args...](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
                                  return std::make_unique<P>(args...);
                                }})
                    .ok());
    w_.specs.push_back({name, 1, framework::OnError::kDefault, {}, ""});
  }
  CoreDriver& Start() {
    devices_ = *model::DeviceTable::Make(w_.resources, "nvidia.com/gpu");
    CoreOptions options;
    options.devices = devices_;
    d_ = std::make_unique<CoreDriver>(
        options, framework::Plugins{&w_.Profile(), &w_.reasons, [this](const auto& failure) {
                                      failures_.push_back(failure.plugin + " " + failure.point);
                                    }});
    return *d_;
  }
  void AddNode(const std::string& name, int64_t gpus, int64_t cpu = 8000) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{kCpu, cpu}, {kPods, 110}, {devices_.counted(), gpus}};
    devices_.AddToNode(node.allocatable);
    d_->Apply(model::NodeUpserted{std::move(node)});
  }
  // The node and devices of a new pod, "a:0-1".
  std::string Place(int64_t cpu, const DeviceRequest& request) {
    model::PodShape& shape = shapes_.emplace_back();
    shape.requests = {{kCpu, cpu}, {kPods, 1}};
    devices_.SetRequest(shape.requests, request);
    return Place(std::make_shared<const model::PodShape>(shape));
  }
  std::string Place(const std::shared_ptr<const model::PodShape>& shape) {
    const std::string name = "p" + std::to_string(++pods_);
    const model::PodInfo pod = d_->NewPod(name, name, 1, shape);
    d_->Show(pod);
    d_->Pass();
    const std::string node = d_->PlacedOn(pod);
    if (node.empty()) return "";
    d_->Bind(pod, node);
    for (const model::BindPod& bind : d_->Take<model::BindPod>()) {
      if (!bind.annotations.empty()) return node + ":" + bind.annotations[0].second;
    }
    return node;
  }
  void TearDown() override { EXPECT_THAT(d_->broken, IsEmpty()); }

  PluginWorld w_;
  model::DeviceTable devices_;
  std::vector<std::string> failures_;
  std::unique_ptr<CoreDriver> d_;
  std::vector<model::PodShape> shapes_;
  int pods_ = 0;
};

DeviceSet Last(const DeviceSet& fitting) {
  DeviceSet last;
  fitting.ForEach([&](uint32_t device) {
    last = {};
    last.Add(device);
  });
  return last;
}

TEST_F(CoreDevicePluginsTest, APluginChoosesTheDevice) {
  Select last = Last;
  Add<Selector>("Last", last);
  Start();
  AddNode("a", 4);
  EXPECT_EQ(Place(100, {1, 600}), "a:3");
  EXPECT_EQ(Place(100, {1, 600}), "a:2") << "the last one that fits";
}

TEST_F(CoreDevicePluginsTest, TheFirstPluginThatHasSomethingToSayDecides) {
  Select nothing = [](const DeviceSet&) { return DeviceSet(); };
  Select last = Last;
  Add<Selector>("Nothing", nothing);
  Add<Selector>("Last", last);
  Start();
  AddNode("a", 2);
  EXPECT_EQ(Place(100, {1, 600}), "a:1");
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(CoreDevicePluginsTest, OneThatBreaksItsContractIsNamedAndTheTightestDevicesAreTaken) {
  Select too_many = [](const DeviceSet& fitting) { return fitting; };
  Select others = [](const DeviceSet&) {
    DeviceSet set;
    set.Add(15);
    return set;
  };
  Select throws = [](const DeviceSet&) -> DeviceSet { throw std::runtime_error("no"); };
  Add<Selector>("TooMany", too_many);
  Add<Selector>("Others", others);
  Add<Selector>("Throws", throws);
  Start();
  AddNode("a", 3);
  EXPECT_EQ(Place(100, {1, 600}), "a:0");
  EXPECT_THAT(failures_,
              ElementsAre("TooMany DeviceSelect", "Others DeviceSelect", "Throws DeviceSelect"));
}

TEST_F(CoreDevicePluginsTest, ALocalScoreIsKeptUntilTheNodeChanges) {
  int asked = 0;
  bool broken = false;
  Add<LocalScore>("Local", asked, broken);
  Start();
  for (const char* name : {"a", "b", "c", "d"}) AddNode(name, 0);
  const auto shape = CoreDriver::Shape(1000);
  EXPECT_EQ(Place(shape), "a");
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(Place(shape), "b") << "a has less free now";
  EXPECT_EQ(asked, 5) << "only a was asked about again";
  AddNode("c", 0, 9000);
  EXPECT_EQ(Place(shape), "c");
  EXPECT_EQ(asked, 9) << "a Node object has changed: all of them";
}

TEST_F(CoreDevicePluginsTest, AScoreThatFailsIsNotKept) {
  int asked = 0;
  bool broken = true;
  Add<LocalScore>("Local", asked, broken);
  Start();
  AddNode("a", 0, 8000);
  AddNode("b", 0, 9000);
  const auto shape = CoreDriver::Shape(1000);
  EXPECT_EQ(Place(shape), "a") << "without the score: the tightest";
  EXPECT_FALSE(failures_.empty());
  broken = false;
  EXPECT_EQ(Place(shape), "b") << "it is asked again";
}

}  // namespace
}  // namespace tutti::planner
