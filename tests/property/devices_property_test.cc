// Devices in random clusters: no device is ever given twice, and a restart comes to the same state.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/device_world.h"

namespace tutti::planner {
namespace {

using testing::DeviceWorld;

constexpr int kNodes = 6;
constexpr int kSteps = 250;

class Story {
 public:
  explicit Story(uint64_t seed) : random_(seed) {
    for (int i = 0; i < kNodes; ++i) {
      nodes_["n" + std::to_string(i)] = 1 + static_cast<int64_t>(Below(8));
      world_.AddDeviceNode("n" + std::to_string(i), nodes_["n" + std::to_string(i)]);
    }
  }

  void Step() {
    switch (Below(10)) {
      case 0:
        return Leave();
      case 1:
        return BindPastUs();
      case 2:
        return Gang();
      default:
        model::PodInfo pod = NewPod();
        if (world_.Run(pod).empty()) return world_.Apply(model::PodDeleted{pod.uid});
        bound_[pod.name] = pod;
    }
  }
  // Of the devices that pods were given by us, none is given beyond what it has.
  void ExpectNoDeviceGivenTwice() {
    std::map<std::pair<std::string, uint32_t>, int64_t> taken;
    for (const auto& [name, pod] : bound_) {
      const int64_t milli = world_.devices.RequestOf(*pod.charge).milli;
      pod.devices.ForEach([&](uint32_t device) { taken[{pod.node_name, device}] += milli; });
    }
    for (const auto& [device, milli] : taken) {
      EXPECT_LE(milli, model::kWholeDevice) << device.first << " " << device.second;
      EXPECT_LT(device.second, nodes_[device.first]) << "there is no such device";
    }
  }
  void ExpectARestartComesToTheSame() {
    world_.Pass(std::chrono::hours(1));  // whatever was only planned is given back
    DeviceWorld again;
    std::vector<const model::PodInfo*> order;
    for (const auto& [name, pod] : bound_) order.push_back(&pod);
    std::shuffle(order.begin(), order.end(), random_);
    const size_t before_nodes = Below(order.size() + 1);
    for (size_t i = 0; i < before_nodes; ++i) again.Show(*order[i]);
    for (const auto& [name, devices] : nodes_) again.AddDeviceNode(name, devices);
    for (size_t i = before_nodes; i < order.size(); ++i) again.Show(*order[i]);
    EXPECT_EQ(again.core.DurableState(), world_.core.DurableState());
    EXPECT_TRUE(again.broken.empty()) << again.broken.front();
  }
  const std::vector<std::string>& broken() const { return world_.broken; }

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  model::PodInfo NewPod() {
    const bool share = Below(2) == 0;
    const uint32_t count = share ? 1 : 1 + static_cast<uint32_t>(Below(3));
    const int64_t milli = share ? 50 + 50 * static_cast<int64_t>(Below(19)) : 1000;
    model::PodInfo pod = world_.DevicePod("pod-" + std::to_string(next_++), count, milli);
    pod.created_seconds = static_cast<int64_t>(Below(100));
    return pod;
  }
  void Leave() {
    if (bound_.empty()) return;
    const auto it = std::next(bound_.begin(), static_cast<std::ptrdiff_t>(Below(bound_.size())));
    world_.Apply(model::PodDeleted{it->second.uid});
    bound_.erase(it);
  }
  // Somebody else binds it and says nothing of devices.
  void BindPastUs() {
    model::PodInfo pod = NewPod();
    pod.node_name = "n" + std::to_string(Below(kNodes));
    world_.Show(pod);
    bound_[pod.name] = pod;
  }
  // Planned, and given back before it is bound.
  void Gang() {
    const model::PodInfo pattern = NewPod();
    const std::string gang = "gang-" + std::to_string(next_);
    std::vector<model::PodInfo> members;
    for (size_t i = 0; i < 1 + Below(4); ++i) {
      members.push_back(world_.NewPod(gang + "-" + std::to_string(i), gang, 1, pattern.shape));
      world_.Show(members.back());
    }
    world_.Pass();
    for (const model::PodInfo& member : members) world_.Apply(model::PodDeleted{member.uid});
  }

  std::mt19937_64 random_;
  DeviceWorld world_;
  std::map<std::string, int64_t> nodes_;
  std::map<std::string, model::PodInfo> bound_;
  uint64_t next_ = 0;
};

TEST(DevicesPropertyTest, NoDeviceIsGivenTwiceAndARestartComesToTheSame) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Story story(seed);
    for (int step = 0; step < kSteps; ++step) {
      story.Step();
      ASSERT_TRUE(story.broken().empty()) << "step " << step << ": " << story.broken().front();
    }
    story.ExpectNoDeviceGivenTwice();
    story.ExpectARestartComesToTheSame();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tutti::planner
