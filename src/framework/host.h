// Host: what one plugin is given of the process that runs it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/interner.h"
#include "framework/decision_time.h"
#include "model/field_table.h"
#include "model/reason_table.h"
#include "model/resource_table.h"
#include "tutti/plugin.h"

namespace tutti::framework {

// Shared by all plugins of a process; must outlive them.
struct HostServices {
  struct Counter {
    std::string plugin;
    std::string name;
    std::string help;
  };

  model::ResourceTable& resources;
  model::Fields& fields;
  model::ReasonTable& reasons;
  const base::Interner& texts;
  const base::Clock& clock;
  std::vector<Counter> counters;  // by CounterId
  // Both are set once the metrics exist. `ran`: a call into a plugin, by its number in the profile,
  // has taken so long; any thread.
  std::function<void(CounterId, double)> increment = nullptr;
  std::function<void(uint16_t plugin, const char* point, base::Duration took)> ran = nullptr;
};

class Host final : public PluginHost {
 public:
  Host(HostServices& services, std::string plugin)
      : services_(services), plugin_(std::move(plugin)) {}

  ResourceId Resource(std::string_view name) override {
    if (name == "cpu") return kCpu;
    if (name == "memory") return kMemory;
    return services_.resources.InternForNode(name);
  }
  PodField PodLabel(std::string_view key) override {
    return Field<PodField>(services_.fields.pods, model::FieldTable::Kind::kLabel, key);
  }
  PodField PodAnnotation(std::string_view key) override {
    return Field<PodField>(services_.fields.pods, model::FieldTable::Kind::kAnnotation, key);
  }
  NodeField NodeLabel(std::string_view key) override {
    return Field<NodeField>(services_.fields.nodes, model::FieldTable::Kind::kLabel, key);
  }
  NodeField NodeAnnotation(std::string_view key) override {
    return Field<NodeField>(services_.fields.nodes, model::FieldTable::Kind::kAnnotation, key);
  }
  ReasonId Reason(std::string_view code, std::string_view meaning) override {
    return services_.reasons.Add(code, meaning, plugin_);
  }
  CounterId Counter(std::string_view name, std::string_view help) override;
  void Increment(CounterId counter, double by) const override {
    if (services_.increment) services_.increment(counter, by);
  }
  std::chrono::nanoseconds Now() const override {
    const int64_t decided = DecisionTime::Now();
    return std::chrono::nanoseconds(decided != 0 ? decided : services_.clock.WallNanos());
  }
  const TextTable& texts() const override { return services_.texts; }

 private:
  template <class Id>
  static Id Field(model::FieldTable& table, model::FieldTable::Kind kind, std::string_view key) {
    const std::optional<uint16_t> number = table.Add(kind, key);
    return number ? Id(*number) : Id();
  }

  HostServices& services_;
  const std::string plugin_;
};

}  // namespace tutti::framework
