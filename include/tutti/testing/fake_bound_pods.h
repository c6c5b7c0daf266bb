// FakeBoundPods: bound pods for the tests of plugins. Standard library only.
//
//   FakeBoundPods pods(host);
//   pods.Add("train-0", cluster.Index("a")).Gang("train", 7).Priority(5).Request("cpu", 500);
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/placed_pod_view.h"
#include "tutti/testing/fake_host.h"

namespace tutti::testing {

// One thread.
class FakeBoundPods final : public BoundPods {
 public:
  explicit FakeBoundPods(FakeHost& host) : host_(host) {}

  class Pod {
   public:
    Pod& Namespace(std::string name) { return namespace_ = std::move(name), *this; }
    Pod& Gang(std::string name, uint64_t arrival) {
      gang_ = std::move(name);
      view_.gang_arrival = arrival;
      return *this;
    }
    Pod& Priority(int32_t priority) { return view_.priority = priority, *this; }
    Pod& BoundSince(std::chrono::seconds time) { return view_.bound_since = time, *this; }
    Pod& Request(std::string_view resource, int64_t amount) {
      requests_.emplace_back(host_.Resource(resource), amount);
      std::sort(requests_.begin(), requests_.end());
      return *this;
    }
    Pod& NotEvictable() { return view_.evictable = false, *this; }
    Pod& Leaving() {
      view_.leaving = true;
      return NotEvictable();
    }

    PodUid uid() const { return view_.uid; }
    // Good until the next change.
    PlacedPodView view() const {
      PlacedPodView view = view_;
      view.namespace_name = namespace_;
      view.name = name_;
      view.gang = gang_;
      view.requests = requests_;
      return view;
    }

   private:
    friend class FakeBoundPods;
    Pod(FakeHost& host, std::string name, NodeIndex node, uint64_t number)
        : host_(host), name_(std::move(name)) {
      view_.uid = {0, number};
      view_.node = node;
      view_.evictable = true;
    }

    FakeHost& host_;
    std::string name_;
    std::string namespace_ = "default";
    std::string gang_;
    std::vector<PodClassView::Request> requests_;
    PlacedPodView view_;
  };

  // Uids count from 1. The reference stays good.
  Pod& Add(std::string name, NodeIndex node) {
    pods_.push_back(Pod(host_, std::move(name), node, pods_.size() + 1));
    return pods_.back();
  }
  std::span<const PlacedPodView> On(NodeIndex node) const override {
    views_.clear();
    for (const Pod& pod : pods_) {
      if (pod.view_.node == node) views_.push_back(pod.view());
    }
    return views_;
  }

 private:
  FakeHost& host_;
  std::deque<Pod> pods_;
  mutable std::vector<PlacedPodView> views_;
};

}  // namespace tutti::testing
