// Counter, Gauge, Histogram and families of them: handles over a metrics registry that stays out of
// this header. Observing is thread-safe and costs tens of nanoseconds: a child is found by index
// arithmetic, never by a string.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace tutti::obs {

// Handles are pointers in disguise: copy them, keep them; they live as long as their Metrics.
class Counter {
 public:
  explicit Counter(void* child) : child_(static_cast<prometheus::Counter*>(child)) {}
  void Increment(double by = 1) const;  // by >= 0
  double value() const;

 private:
  prometheus::Counter* child_;
};

class Gauge {
 public:
  explicit Gauge(void* child) : child_(static_cast<prometheus::Gauge*>(child)) {}
  void Set(double value) const;
  void Add(double by) const;  // may be negative
  double value() const;

 private:
  prometheus::Gauge* child_;
};

class Histogram {
 public:
  explicit Histogram(void* child) : child_(static_cast<prometheus::Histogram*>(child)) {}
  void Observe(double value) const;
  void Observe(base::Duration duration) const {
    Observe(std::chrono::duration<double>(duration).count());
  }

 private:
  prometheus::Histogram* child_;
};

class MetricsRegistry;  // internal

// The children of one metric, one per combination of label values, made when first used. An index
// beyond a label's set means its last value, "other": input can never create a series.
class FamilyChildren {
 public:
  FamilyChildren(MetricsRegistry& registry, size_t family, std::vector<size_t> sizes);

  void* At(const size_t* indices) const {
    size_t index = 0;
    for (size_t i = 0; i < sizes_.size(); ++i) {
      index = index * sizes_[i] + std::min(indices[i], sizes_[i] - 1);
    }
    void* child = children_[index].load(std::memory_order_acquire);
    return child != nullptr ? child : Create(index);
  }

 private:
  void* Create(size_t index) const;

  MetricsRegistry& registry_;
  const size_t family_;
  const std::vector<size_t> sizes_;  // per label, how many values
  const std::unique_ptr<std::atomic<void*>[]> children_;
};

// A metric with labels: `metrics.x.At(Verb::kFilter, code).Increment()`. Each label is an enum
// whose enumerators are indices into its set of values.
template <class Handle, class... Labels>
class Family {
 public:
  Family(MetricsRegistry& registry, std::string_view name);

  Handle At(Labels... labels) const {
    const std::array<size_t, sizeof...(Labels)> indices = {static_cast<size_t>(labels)...};
    return Handle(children_.At(indices.data()));
  }

 private:
  FamilyChildren children_;
};

}  // namespace tutti::obs
