#include "sim/engine/timeline_collector.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tutti::sim {
namespace {

const std::string* LabelOf(const SimNode& node, const std::string& key) {
  for (const auto& [name, value] : node.labels) {
    if (name == key) return &value;
  }
  return nullptr;
}

}  // namespace

TimelineCollector::TimelineCollector(const std::vector<SimNode>& nodes,
                                     const std::string& lane_label)
    : lane_of_(nodes.size()) {
  const bool labelled =
      !lane_label.empty() && std::any_of(nodes.begin(), nodes.end(), [&](const SimNode& node) {
        return LabelOf(node, lane_label) != nullptr;
      });
  std::map<std::string, size_t> known;
  const size_t stretch = (nodes.size() + Timeline::kMaxLanes - 1) / Timeline::kMaxLanes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::string lane = nodes[i].name;
    if (labelled) {
      const std::string* value = LabelOf(nodes[i], lane_label);
      lane = value == nullptr ? "without " + lane_label : *value;
    } else if (stretch > 1) {
      const size_t first = i / stretch * stretch;
      lane = nodes[first].name + " to " + nodes[std::min(first + stretch, nodes.size()) - 1].name;
    }
    const auto [it, added] = known.try_emplace(lane, lanes_.size());
    if (added && lanes_.size() == Timeline::kMaxLanes) {
      it->second = lanes_.size() - 1;
      lanes_.back() = "others";
    } else if (added) {
      lanes_.push_back(lane);
    }
    lane_of_[i] = it->second;
  }
}

void TimelineCollector::Add(int64_t duration_ms, int64_t members,
                            absl::FunctionRef<Interval()> interval) {
  Kept kept{members * std::max<int64_t>(duration_ms, 1), added_++, {}};
  if (heap_.size() == Timeline::kMaxIntervals) {
    if (!Outweighs(kept, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), Outweighs);
    heap_.pop_back();
  }
  kept.interval = interval();
  heap_.push_back(std::move(kept));
  std::push_heap(heap_.begin(), heap_.end(), Outweighs);
}

Timeline TimelineCollector::Take() {
  Timeline timeline;
  timeline.lanes = std::move(lanes_);
  timeline.left_out = added_ - static_cast<int64_t>(heap_.size());
  std::sort(heap_.begin(), heap_.end(), [](const Kept& a, const Kept& b) {
    return std::tie(a.interval.lane, a.interval.start_ms, a.order) <
           std::tie(b.interval.lane, b.interval.start_ms, b.order);
  });
  for (Kept& kept : heap_) timeline.intervals.push_back(std::move(kept.interval));
  heap_.clear();
  return timeline;
}

}  // namespace tutti::sim
