// PluginWorld: a profile of plugins that a test makes up, over a few nodes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/interner.h"
#include "framework/cluster_views.h"
#include "framework/plugins.h"
#include "framework/profile.h"
#include "model/node_table.h"
#include "tests/support/scripted_points.h"

namespace tutti::testing {

// Does at each point what the test says; a point without a function succeeds.
struct Script {
  std::function<Status(CycleState&)> pre_filter = nullptr;
  std::function<Status(const NodeView&)> filter = nullptr;
  std::function<Status(CycleState&)> pre_score = nullptr;
  std::function<int64_t(const CycleState&, const NodeView&)> score = nullptr;
  std::function<void(std::span<int64_t>)> normalize = nullptr;
};

class ScriptedPlugin final : public PreFilterPlugin,
                             public FilterPlugin,
                             public PreScorePlugin,
                             public ScorePlugin {
 public:
  explicit ScriptedPlugin(Script script) : script_(std::move(script)) {}

  Status PreFilter(CycleState& state, const PodClassView&, const ClusterView&) const override {
    return script_.pre_filter ? script_.pre_filter(state) : Status::Success();
  }
  Status Filter(const CycleState&, const PodClassView&, const NodeView& node) const override {
    return script_.filter ? script_.filter(node) : Status::Success();
  }
  Status PreScore(CycleState& state, const PodClassView&, const ClusterView&) const override {
    return script_.pre_score ? script_.pre_score(state) : Status::Success();
  }
  int64_t Score(const CycleState& state, const PodClassView&, const NodeView& node) const override {
    return script_.score ? script_.score(state, node) : 0;
  }
  bool HasNormalizeScore() const override { return script_.normalize != nullptr; }
  void NormalizeScore(const CycleState&, const PodClassView&,
                      std::span<int64_t> scores) const override {
    script_.normalize(scores);
  }

 private:
  const Script script_;
};

class FixedClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return base::Timestamp{1}; }
  int64_t WallNanos() const override { return 1; }
};

class PluginWorld {
 public:
  NodeIndex AddNode(const std::string& name, int64_t cpu) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{kCpu, cpu}, {kPods, 110}};
    return nodes.Upsert(std::move(node));
  }
  void Add(const std::string& name, Script script, int64_t weight = 1,
           framework::OnError on_error = framework::OnError::kDefault) {
    AddMade(
        name, [script] { return std::make_unique<ScriptedPlugin>(script); }, weight, on_error);
  }
  void AddPoints(const std::string& name, PointFunctions functions,
                 framework::OnError on_error = framework::OnError::kDefault) {
    AddMade(
        name, [functions] { return std::make_unique<ScriptedPoints>(functions); }, 1, on_error);
  }
  void AddMade(const std::string& name, std::function<std::unique_ptr<Plugin>()> make,
               int64_t weight = 1, framework::OnError on_error = framework::OnError::kDefault) {
    const absl::Status added =
        registry.Add(name, {"1", "test", [make](Config&, PluginHost&) { return make(); }});
    if (added.ok()) specs.push_back({name, weight, on_error, {}, ""});
  }
  // Once, when all plugins are there.
  const framework::Profile& Profile() {
    if (!profile) profile = framework::Profile::Make(registry, specs, services).value();
    return *profile;
  }
  // What the runtime asks; failures are kept as "Plugin Point: message".
  framework::Plugins Plugins() {
    return {&Profile(), &reasons, [this](const framework::PluginFailure& failure) {
              failures.push_back(failure.plugin + " " + failure.point + ": " + failure.message);
            }};
  }
  ClusterView Cluster() {
    views.Reset(nodes.blocks());
    return views.view();
  }

  base::Interner texts;
  model::NodeTable nodes;
  model::ResourceTable resources;
  model::Fields fields;
  model::ReasonTable reasons;
  FixedClock clock;
  framework::HostServices services{resources, fields, reasons, texts, clock, {}, nullptr};
  framework::PluginRegistry registry;
  std::vector<framework::PluginSpec> specs;
  std::unique_ptr<framework::Profile> profile;
  framework::ClusterViews views{texts};
  std::vector<std::string> failures;
};

}  // namespace tutti::testing
