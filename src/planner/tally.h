// Tally: how often each value occurs, where most often there is one value or a few.
#pragma once

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace tutti::planner {

template <class Value>
class Tally {
 public:
  // Once more (+1), or once less (-1). Whether there is a value more or one less.
  bool Add(const Value& value, int sign) {
    auto it = std::lower_bound(counts_.begin(), counts_.end(), value,
                               [](const auto& count, const Value& v) { return count.first < v; });
    const bool comes = it == counts_.end() || it->first != value;
    if (comes) it = counts_.emplace(it, value, 0);
    it->second += sign;
    const bool goes = it->second == 0;
    if (goes) counts_.erase(it);
    return comes != goes;
  }
  void Clear() { counts_.clear(); }

  bool empty() const { return counts_.empty(); }
  // In ascending order.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& count : counts_) visit(count.first);
  }
  // Of one that is not empty.
  const Value& least() const { return counts_.front().first; }
  const Value& greatest() const { return counts_.back().first; }

 private:
  absl::InlinedVector<std::pair<Value, int>, 1> counts_;  // sorted
};

}  // namespace tutti::planner
