// RemoteWorld: one small plugin in a process of its own (this one), whose answers the test bends.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "framework/cycle.h"
#include "remote/connect_plugin.h"
#include "tests/support/plugin_server.h"
#include "tests/support/plugin_world.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/kube/test_clock.h"
#include "tutti/v1/plugin.pb.h"

namespace tutti::remote {

namespace wire = v1::plugin;
using Phase = wire::ServeRequest::PhaseCase;

// What a plugin may answer against the protocol, and what is said about it.
struct Lie {
  const char* name;
  Phase phase;
  void (*tell)(wire::ServeResponse&);
  const char* says;
};

// Refuses nodes with less cpu free than the pod asks for and `args.least` on top; scores by what is
// free, and remembers in PreFilter what the pod asks for.
class Sizer final : public PreFilterPlugin, public FilterPlugin, public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor() {
    static constexpr PluginDescriptor kDescriptor = {"Sizer", "1", Make};
    return kDescriptor;
  }
  // The same plugin, but that a stream's handshake says another version.
  static const PluginDescriptor& NextVersion() {
    static constexpr PluginDescriptor kDescriptor = {"Sizer", "2", Make};
    return kDescriptor;
  }

  Sizer(Config& config, PluginHost& host)
      : host_(host),
        least_(config.Integer("/least", 0, 0, 1000)),
        too_small_(host.Reason("TooSmall", "the node has too little cpu")),
        asked_(host.Counter("asked_total", "questions")) {}

  Status PreFilter(CycleState& state, const PodClassView& pod, const ClusterView&) const override {
    state.Set(pod.Requests(kCpu));
    return Status::Success();
  }
  Status Filter(const CycleState& state, const PodClassView&, const NodeView& node) const override {
    host_.Increment(asked_);
    const auto* wanted = state.Get<int64_t>();
    if (wanted == nullptr) return Status::Error("PreFilter has left nothing");
    const int64_t need = *wanted + least_;
    if (node.Free(kCpu) >= need) return Status::Success();
    return Status::Unschedulable(too_small_, need, node.Free(kCpu));
  }
  int64_t Score(const CycleState&, const PodClassView&, const NodeView& node) const override {
    return node.Free(kCpu) * kMaxNodeScore / std::max<int64_t>(1, node.Allocatable(kCpu));
  }

 private:
  static std::unique_ptr<Plugin> Make(Config& config, PluginHost& host) {
    return std::make_unique<Sizer>(config, host);
  }

  const PluginHost& host_;
  const int64_t least_;
  const ReasonId too_small_;
  const CounterId asked_;
};

class RemoteWorld {
 public:
  explicit RemoteWorld(const PluginDescriptor& plugin = Sizer::Descriptor()) : name(plugin.name) {
    world.services.increment = [this](CounterId, double by) { counted += by; };
    Serve(plugin);
  }

  // What becomes of each request from now on; null: what the plugin says.
  void Bend(testing::PluginServer::Bend bend) {
    absl::MutexLock lock(&mutex_);
    bend_ = std::move(bend);
  }
  // From now on, of the phase: what the test says.
  void BendAt(Phase phase, std::function<testing::Fate(wire::ServeResponse&)> bend) {
    Bend([phase, bend](const wire::ServeRequest& request, wire::ServeResponse& response) {
      return request.phase_case() == phase ? bend(response) : testing::Fate::kAnswer;
    });
  }
  std::vector<wire::ServeRequest> TakeRequests() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(requests_, {});
  }
  void Serve(const PluginDescriptor& plugin) {
    server = std::make_unique<testing::PluginServer>(
        plugin, Target().address,
        [this](const wire::ServeRequest& request, wire::ServeResponse& response) {
          testing::PluginServer::Bend bend;
          {
            absl::MutexLock lock(&mutex_);
            requests_.push_back(request);
            bend = bend_;
          }
          return bend == nullptr ? testing::Fate::kAnswer : bend(request, response);
        });
  }
  void Stop() { server.reset(); }

  // A test that waits for a timeout sets a short one; the others must not be hurried.
  RemoteTarget Target(base::Duration timeout = std::chrono::seconds(30)) const {
    RemoteTarget target;
    target.name = name;
    target.address = "unix://" + folder.path() + "/plugin.sock";
    target.timeout = timeout;
    target.start_wait = std::chrono::seconds(30);
    return target;
  }
  absl::Status Connect(const RemoteTarget& target, std::vector<ConfigEntry> args = {},
                       framework::OnError on_error = framework::OnError::kReject) {
    absl::StatusOr<ConnectedPlugin> connected = ConnectPlugin(target, args, clock);
    if (!connected.ok()) return connected.status();
    state = std::move(connected->state);
    world.specs.push_back({target.name, 1, on_error, std::move(args), "tutti.yaml:3:5"});
    return world.registry.Add(target.name, std::move(connected->entry));
  }
  framework::Cycle Start() { return framework::Cycle(world.Profile(), pod, /*seed=*/7); }
  // One cycle through PreFilter and Filter; how many nodes pass.
  struct Outcome {
    Status status;
    uint32_t passing = 0;
    framework::Diagnosis diagnosis;
  };
  Outcome FilterOnce() {
    Outcome outcome;
    framework::Cycle cycle = Start();
    const ClusterView cluster = world.Cluster();
    std::vector<NodeMask> masks;
    for (const NodeBlockView& block : cluster.blocks) masks.push_back(block.present);
    outcome.status = cycle.PreFilter(cluster);
    if (outcome.status.ok()) outcome.status = cycle.Filter(cluster, masks, &outcome.diagnosis);
    for (const NodeMask& mask : masks) outcome.passing += mask.Count();
    return outcome;
  }

  const std::string name;  // of the plugin
  const testing::TempFolder folder;
  kube::TestClock clock;
  testing::PluginWorld world;
  double counted = 0;
  std::function<CircuitBreaker::State()> state;
  const std::vector<PodClassView::Request> requests = {{kCpu, 1000}, {kPods, 1}};
  PodClassView pod = [this] {
    PodClassView view;
    view.requests = requests;
    return view;
  }();

 private:
  absl::Mutex mutex_;
  testing::PluginServer::Bend bend_ ABSL_GUARDED_BY(mutex_);
  std::vector<wire::ServeRequest> requests_ ABSL_GUARDED_BY(mutex_);

 public:
  std::unique_ptr<testing::PluginServer> server;
};

}  // namespace tutti::remote
