// FakeHost and FakePod: a host and pods for the tests of plugins. Standard library only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/config.h"
#include "tutti/plugin.h"
#include "tutti/views.h"

namespace tutti::testing {

class FakeTexts final : public TextTable {
 public:
  TextId Intern(std::string_view text) {
    const auto known = ids_.find(text);
    if (known != ids_.end()) return known->second;
    texts_.emplace_back(text);
    const TextId id(static_cast<uint32_t>(texts_.size() - 1));
    ids_.emplace(texts_.back(), id);
    return id;
  }
  std::string_view Text(TextId id) const override {
    return id.value < texts_.size() ? std::string_view(texts_[id.value]) : std::string_view();
  }
  TextId Find(std::string_view text) const override {
    const auto it = ids_.find(text);
    return it == ids_.end() ? TextId() : it->second;
  }

 private:
  std::map<std::string, TextId, std::less<>> ids_;
  std::deque<std::string> texts_;
};

// Hands out handles and remembers what they stand for. One thread.
class FakeHost final : public PluginHost {
 public:
  ResourceId Resource(std::string_view name) override {
    return ResourceId(Number(resources_, name));
  }
  PodField PodLabel(std::string_view key) override {
    return PodField(Number(pod_fields_, "label " + std::string(key)));
  }
  PodField PodAnnotation(std::string_view key) override {
    return PodField(Number(pod_fields_, "annotation " + std::string(key)));
  }
  NodeField NodeLabel(std::string_view key) override {
    return NodeField(Number(node_fields_, "label " + std::string(key)));
  }
  NodeField NodeAnnotation(std::string_view key) override {
    return NodeField(Number(node_fields_, "annotation " + std::string(key)));
  }
  ReasonId Reason(std::string_view code, std::string_view) override {
    return ReasonId(Number(reasons_, code));
  }
  CounterId Counter(std::string_view name, std::string_view) override {
    const CounterId id(Number(counters_, name));
    counts_.resize(counters_.size());
    return id;
  }
  void Increment(CounterId counter, double by) const override { counts_.at(counter.value) += by; }
  std::chrono::nanoseconds Now() const override { return now; }
  const TextTable& texts() const override { return texts_; }

  // For assertions.
  std::string_view ReasonCode(ReasonId id) const { return reasons_.at(id.value); }
  double Count(std::string_view counter) const {
    const auto it = std::find(counters_.begin(), counters_.end(), counter);
    return it == counters_.end() ? 0 : counts_[static_cast<std::size_t>(it - counters_.begin())];
  }
  // For FakeCluster.
  FakeTexts& interner() { return texts_; }

  std::chrono::nanoseconds now{0};

 private:
  static uint16_t Number(std::vector<std::string>& names, std::string_view name) {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it != names.end()) return static_cast<uint16_t>(it - names.begin());
    names.emplace_back(name);
    return static_cast<uint16_t>(names.size() - 1);
  }

  std::vector<std::string> resources_ = {"cpu", "memory", "ephemeral-storage", "pods"};
  std::vector<std::string> pod_fields_;
  std::vector<std::string> node_fields_;
  std::vector<std::string> reasons_;
  std::vector<std::string> counters_;
  mutable std::vector<double> counts_;
  FakeTexts texts_;
};

// A class of pods, of one pod unless `Gang` says otherwise. A view is good until the next change.
class FakePod {
 public:
  explicit FakePod(FakeHost& host) : host_(host) { requests_.emplace_back(kPods, 1); }

  FakePod& Request(std::string_view resource, int64_t amount) {
    requests_.emplace_back(host_.Resource(resource), amount);
    std::sort(requests_.begin(), requests_.end());
    return *this;
  }
  FakePod& Label(std::string_view key, std::string_view value) {
    return Set(host_.PodLabel(key), value);
  }
  FakePod& Annotation(std::string_view key, std::string_view value) {
    return Set(host_.PodAnnotation(key), value);
  }
  FakePod& Priority(int32_t priority) {
    priority_ = priority;
    return *this;
  }
  FakePod& Gang(std::string name, int64_t count) {
    gang_ = std::move(name);
    count_ = count;
    return *this;
  }

  PodClassView view() const {
    fields_.assign(values_.begin(), values_.end());
    PodClassView view;
    view.namespace_name = "default";
    view.gang = gang_;
    view.count = count_;
    view.priority = priority_;
    view.requests = requests_;
    view.fields = fields_;
    return view;
  }

 private:
  FakePod& Set(PodField field, std::string_view value) {
    if (values_.size() <= field.value) values_.resize(field.value + std::size_t{1});
    values_[field.value] = value;
    return *this;
  }

  FakeHost& host_;
  std::vector<PodClassView::Request> requests_;
  std::vector<std::string> values_;
  mutable std::vector<std::string_view> fields_;
  std::string gang_;
  int64_t count_ = 1;
  int32_t priority_ = 0;
};

// A plugin with this configuration; throws with every mistake in it.
template <class P>
std::unique_ptr<P> MakePlugin(PluginHost& host, std::vector<ConfigEntry> entries = {}) {
  Config config(std::move(entries));
  std::unique_ptr<Plugin> made = P::Descriptor().make(config, host);
  std::string mistakes;
  for (const ConfigError& error : config.errors())
    mistakes += error.pointer + ": " + error.message + "\n";
  for (const ConfigEntry& entry : config.entries()) {
    if (!config.known().contains(entry.pointer)) mistakes += "unknown key " + entry.pointer + "\n";
  }
  if (!mistakes.empty()) throw std::invalid_argument(mistakes);
  if (made == nullptr) throw std::invalid_argument("the factory made nothing");
  P* plugin = dynamic_cast<P*>(made.get());
  if (plugin == nullptr) throw std::logic_error("the factory made another plugin");
  static_cast<void>(made.release());
  return std::unique_ptr<P>(plugin);
}

}  // namespace tutti::testing
