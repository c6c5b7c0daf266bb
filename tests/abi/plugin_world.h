// The same plugins three times: linked in, out of shared objects, and over the plugin protocol; and
// random clusters to ask them about.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/interner.h"
#include "builtin_plugins.h"
#include "framework/host.h"
#include "framework/plugin_registry.h"
#include "framework/profile.h"
#include "loader/plugin_loader.h"
#include "remote/connect_plugin.h"
#include "tests/abi/plugins/probe.h"
#include "tests/abi/plugins/start_after.h"
#include "tests/abi/plugins/troublemaker.h"
#include "tests/support/plugin_server.h"
#include "tests/support/temp_folder.h"

namespace tutti::testing {

// A shared object that the build of the tests has made: "probe".
inline std::string TestObject(const std::string& name) {
  return std::string(TUTTI_TEST_OBJECTS) + "/" + name + "_so.so";
}

inline void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

inline framework::PluginRegistry LinkedPlugins() {
  framework::PluginRegistry registry;
  for (const PluginDescriptor& descriptor : BuiltinPlugins()) Must(registry.AddBuiltin(descriptor));
  Must(registry.AddBuiltin(Probe::Descriptor()));
  Must(registry.AddBuiltin(StartAfter::Descriptor()));
  Must(registry.AddBuiltin(Troublemaker::Descriptor()));
  return registry;
}

inline framework::PluginRegistry LoadedPlugins() {
  framework::PluginRegistry registry;
  for (const char* name :
       {"gang_limits", "gang_preemption", "namespace_limits", "node_headroom", "node_resources_fit",
        "random_node", "fragmentation_gradient", "smallest_first", "topology_domains", "probe",
        "start_after", "troublemaker"}) {
    absl::StatusOr<loader::LoadedPlugin> loaded = loader::LoadPlugin({TestObject(name), ""});
    Must(loaded.status());
    Must(registry.Add(loaded->name, std::move(loaded->entry)));
  }
  return registry;
}

// Each plugin of LinkedPlugins behind a socket of its own.
class PluginServers {
 public:
  PluginServers() {
    for (const PluginDescriptor& descriptor : BuiltinPlugins()) Serve(descriptor);
    Serve(Probe::Descriptor());
    Serve(Troublemaker::Descriptor());
  }

  // Connections to those that `specs` names; they bring their args.
  framework::PluginRegistry Connect(const std::vector<framework::PluginSpec>& specs,
                                    const base::Clock& clock) const {
    framework::PluginRegistry registry;
    for (const framework::PluginSpec& spec : specs) {
      remote::RemoteTarget target;
      target.name = spec.name;
      target.address = servers_.at(spec.name)->address();
      target.timeout = std::chrono::seconds(60);  // of a busy machine
      target.start_wait = std::chrono::seconds(60);
      absl::StatusOr<remote::ConnectedPlugin> connected =
          remote::ConnectPlugin(target, spec.args, clock);
      Must(connected.status());
      Must(registry.Add(spec.name, std::move(connected->entry)));
    }
    return registry;
  }
  const PluginServer& At(const std::string& plugin) const { return *servers_.at(plugin); }

 private:
  void Serve(const PluginDescriptor& descriptor) {
    const std::string name(descriptor.name);
    servers_[name] = std::make_unique<PluginServer>(
        descriptor, "unix://" + folder_.path() + "/" + name + ".sock");
  }

  const TempFolder folder_;
  std::map<std::string, std::unique_ptr<PluginServer>> servers_;
};

class StillClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return {}; }
  int64_t WallNanos() const override { return 1'700'000'000'000'000'000; }
};

// One process's tables and its profile; `error` where it could not be made.
struct Side {
  Side(const framework::PluginRegistry& registry, const std::vector<framework::PluginSpec>& specs,
       const base::Interner& texts)
      : services{resources, fields, reasons, texts, clock, {}, nullptr} {
    services.increment = [this](CounterId counter, double by) {
      counts.resize(std::max<size_t>(counts.size(), counter.value + size_t{1}));
      counts[counter.value] += by;
    };
    auto made = framework::Profile::Make(registry, specs, services);
    if (made.ok()) {
      profile = *std::move(made);
    } else {
      error = std::string(made.status().message());
    }
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  StillClock clock;
  model::ResourceTable resources;
  model::Fields fields;
  model::ReasonTable reasons;
  framework::HostServices services;
  std::vector<double> counts;
  std::unique_ptr<framework::Profile> profile;
  std::string error;
};

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}

  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound));
  }
  bool Maybe(int64_t one_in = 2) { return Below(one_in) == 0; }
  std::string Text(const char* what, int64_t bound) {
    return absl::StrFormat("%s-%d", what, Below(bound));
  }

 private:
  std::mt19937_64 random_;
};

// Columns and fields of random numbers; some columns are missing, some rows hold no node.
class RandomCluster {
 public:
  RandomCluster(Random& random, base::Interner& texts, uint32_t blocks, uint32_t resources = 6,
                uint32_t fields = 3)
      : blocks_(blocks), views_(blocks) {
    for (uint32_t b = 0; b < blocks; ++b) Fill(random, texts, b, resources, fields);
  }
  RandomCluster(const RandomCluster&) = delete;
  RandomCluster& operator=(const RandomCluster&) = delete;

  ClusterView view() const { return {views_}; }
  // One cpu from nodes `first`, `first + step` and so on.
  void Take(uint32_t first, uint32_t step) {
    for (uint32_t i = first; i < views_.size() * kNodesPerBlock; i += step)
      --blocks_[i / kNodesPerBlock].free[kCpu.value][i % kNodesPerBlock];
  }

 private:
  struct Block {
    std::vector<std::vector<int64_t>> allocatable;
    std::vector<std::vector<int64_t>> free;
    std::vector<std::vector<TextId>> fields;
    std::vector<std::string> names;
    std::vector<NodeBlockView::Column> allocatable_columns;
    std::vector<NodeBlockView::Column> free_columns;
    std::vector<const TextId*> field_columns;
    std::vector<std::string_view> name_views;
  };

  template <class Columns, class Pointers>
  static void Point(const Columns& columns, Pointers& pointers) {
    for (const auto& column : columns) pointers.push_back(column.empty() ? nullptr : column.data());
  }

  void Fill(Random& random, base::Interner& texts, uint32_t b, uint32_t resources,
            uint32_t fields) {
    Block& block = blocks_[b];
    NodeBlockView& view = views_[b];
    for (uint32_t r = 0; r < resources; ++r) {
      const bool missing = r > kPods.value && random.Maybe(4);
      block.allocatable.emplace_back(missing ? 0 : kNodesPerBlock);
      block.free.emplace_back(missing ? 0 : kNodesPerBlock);
      for (int64_t& amount : block.allocatable.back()) amount = random.Below(1000);
      for (size_t i = 0; i < block.free.back().size(); ++i)
        block.free.back()[i] = block.allocatable.back()[i] - random.Below(700);
    }
    for (uint32_t f = 0; f < fields; ++f) {
      block.fields.emplace_back(random.Maybe(4) ? 0 : kNodesPerBlock);
      for (TextId& text : block.fields.back())
        text = random.Maybe(4) ? TextId() : texts.Intern(random.Text("value", 9));
    }
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      block.names.push_back(absl::StrFormat("node-%d", b * kNodesPerBlock + i));
      if (!random.Maybe(20)) view.present.Add(i);
    }
    Point(block.allocatable, block.allocatable_columns);
    Point(block.free, block.free_columns);
    Point(block.fields, block.field_columns);
    block.name_views.assign(block.names.begin(), block.names.end());
    view.first = b * kNodesPerBlock;
    view.allocatable = block.allocatable_columns;
    view.free = block.free_columns;
    view.fields = block.field_columns;
    view.names = block.name_views.data();
    view.texts = &texts;
  }

  std::vector<Block> blocks_;
  std::vector<NodeBlockView> views_;
};

class RandomPod {
 public:
  explicit RandomPod(Random& random) {
    namespace_name_ = random.Text("ns", 5);
    gang_ = random.Maybe() ? "" : random.Text("gang", 100);
    for (uint16_t resource = 0; resource < 6; ++resource) {
      if (random.Maybe() || resource == kPods.value)
        requests_.emplace_back(ResourceId(resource), 1 + random.Below(300));
    }
    for (int64_t i = random.Below(3); i > 0; --i) values_.push_back(random.Text("value", 9));
    fields_.assign(values_.begin(), values_.end());
    view_.namespace_name = namespace_name_;
    view_.gang = gang_;
    view_.count = 1 + random.Below(64);
    view_.priority = static_cast<int32_t>(random.Below(2'000'000)) - 1000;
    view_.requests = requests_;
    view_.fields = fields_;
  }
  RandomPod(const RandomPod&) = delete;
  RandomPod& operator=(const RandomPod&) = delete;

  const PodClassView& view() const { return view_; }

 private:
  std::string namespace_name_;
  std::string gang_;
  std::vector<PodClassView::Request> requests_;
  std::vector<std::string> values_;
  std::vector<std::string_view> fields_;
  PodClassView view_;
};

class RandomGang {
 public:
  explicit RandomGang(Random& random) {
    for (int64_t i = random.Below(4); i > 0; --i)
      pods_.push_back(std::make_unique<RandomPod>(random));
    for (const auto& pod : pods_) classes_.push_back(pod->view());
    name_ = random.Text("gang", 20);
    view_.namespace_name = "team";
    view_.name = name_;
    view_.dialect = random.Maybe() ? "job" : "annotations";
    view_.queue = random.Maybe() ? "research" : "";
    view_.priority = static_cast<int32_t>(random.Below(3));
    view_.arrival = static_cast<uint64_t>(random.Below(1 << 20));
    view_.created = std::chrono::seconds(random.Below(1 << 30));
    view_.min_member = 1 + random.Below(40);
    view_.members = random.Below(40);
    view_.bound = random.Below(40);
    view_.classes = classes_;
    for (int64_t i = random.Below(5); i > 0; --i)
      placed_on_.emplace_back(static_cast<uint32_t>(random.Below(500)));
    view_.placed_on = placed_on_;
  }
  RandomGang(const RandomGang&) = delete;
  RandomGang& operator=(const RandomGang&) = delete;

  const GangView& view() const { return view_; }

 private:
  std::vector<std::unique_ptr<RandomPod>> pods_;
  std::vector<PodClassView> classes_;
  std::vector<NodeIndex> placed_on_;
  std::string name_;
  GangView view_;
};

// Bound pods on the first nodes, some of none.
class RandomBoundPods final : public BoundPods {
 public:
  static constexpr uint32_t kNodes = 8;

  explicit RandomBoundPods(Random& random) : views_(kNodes) {
    for (uint32_t node = 0; node < kNodes; ++node) {
      for (int64_t i = random.Below(4); i > 0; --i) Add(random, NodeIndex(node));
    }
  }
  RandomBoundPods(const RandomBoundPods&) = delete;
  RandomBoundPods& operator=(const RandomBoundPods&) = delete;

  std::span<const PlacedPodView> On(NodeIndex node) const override {
    return node.value < kNodes ? std::span<const PlacedPodView>(views_[node.value])
                               : std::span<const PlacedPodView>();
  }

 private:
  void Add(Random& random, NodeIndex node) {
    const PodClassView& like = pods_.emplace_back(std::make_unique<RandomPod>(random))->view();
    const std::string& name = names_.emplace_back(random.Text("pod", 1000));
    PlacedPodView& view = views_[node.value].emplace_back();
    view.uid = {static_cast<uint64_t>(random.Below(1 << 30)), names_.size()};
    view.namespace_name = like.namespace_name;
    view.name = name;
    view.gang = like.gang;
    view.gang_arrival = static_cast<uint64_t>(random.Below(9));
    view.priority = like.priority;
    view.leaving = random.Maybe();
    view.evictable = random.Maybe();
    view.node = random.Maybe(8) ? NodeIndex() : node;
    view.node_name = name;
    view.bound_since = std::chrono::seconds(random.Below(1 << 30));
    view.requests = like.requests;
    view.fields = like.fields;
  }

  std::vector<std::unique_ptr<RandomPod>> pods_;
  std::deque<std::string> names_;
  std::vector<std::vector<PlacedPodView>> views_;
};

}  // namespace tutti::testing
