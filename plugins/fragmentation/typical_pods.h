// TypicalPods: how much of a node's free devices is of no use to the pods that usually come.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/config.h"
#include "tutti/devices.h"

namespace tutti::plugins {

struct TypicalPod {
  int64_t cpu = 0;                  // milli
  DeviceRequest devices;            // none: it asks for CPU only
  std::vector<std::string> models;  // of device; empty: any
  int64_t weight = 1;               // how often it comes
};

// Immutable. A free device is a fragment for a pod that it is too small for; all free devices of a
// node are where the node cannot take the pod at all: too little CPU, too few devices, another
// model. All numbers are sums over the typical pods, each times its weight.
class TypicalPods {
 public:
  // Different requests for devices that a list may hold.
  static constexpr size_t kMostKinds = 64;

  // Pods of further kinds are left out.
  explicit TypicalPods(const std::vector<TypicalPod>& pods);
  // args: /typicalPods/N/{cpuMilli,gpuMilli,gpuCount,models,weight}
  static std::vector<TypicalPod> Read(Config& config);

  int64_t weight() const { return weight_; }
  bool any_models() const { return models_.size() > 1; }

  // Of one node: what its free devices are to each kind of typical pod.
  class Node {
   public:
    Node(const TypicalPods& pods, std::string_view model, const FreeDevices& free);

    // Thousandths times weight, with this much free CPU.
    int64_t Fragments(int64_t free_cpu) const;
    // The same if one device had less left: `after` instead of `before`.
    int64_t FragmentsAfter(int64_t free_cpu, int64_t before, int64_t after) const;
    // A device has less left now.
    void Change(int64_t before, int64_t after);

   private:
    // What devices are of use to kinds first to end, which have `fewer` devices that are large
    // enough, and `less` thousandths on them.
    int64_t OfUse(const int64_t* weights, size_t first, size_t end, uint32_t fewer,
                  int64_t less) const;

    const TypicalPods& pods_;
    const int64_t* table_;
    int64_t total_;
    // By kind: free thousandths of devices that are large enough, and how many of them.
    std::array<int64_t, kMostKinds> usable_;
    std::array<uint32_t, kMostKinds> devices_;
  };

 private:
  const int64_t* TableOf(std::string_view model) const;
  size_t cpu_steps() const { return cpus_.size() + 1; }
  const int64_t* WeightsAt(const int64_t* table, int64_t free_cpu) const;
  // How many kinds a device with so much left is large enough for: the first so many.
  size_t KindsServed(int64_t left) const {
    return served_[static_cast<size_t>(left < 0 ? 0 : left > kWholeDevice ? kWholeDevice : left)];
  }

  int64_t weight_ = 0;
  std::vector<DeviceRequest> kinds_;                // different ones, by thousandths of each device
  std::array<uint8_t, kWholeDevice + 1> served_{};  // by what is left of a device
  std::vector<int64_t> cpus_;                       // different ones, ascending
  std::vector<std::string> models_;                 // "" for every other model
  // By model, kind and number of `cpus_` that the node has free: the weight of such pods.
  std::vector<std::vector<int64_t>> tables_;
};

}  // namespace tutti::plugins
