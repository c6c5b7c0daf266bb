// Plugin: what every plugin is, and what it may ask of its host.
//
// A plugin is a class that derives from the extension points it serves (tutti/plugin/*.h). It is
// made once, from its part of the configuration, and lives as long as the process. The same class
// runs linked in, from a shared object, or as a remote service; it cannot tell which.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "tutti/config.h"
#include "tutti/ids.h"
#include "tutti/views.h"

namespace tutti {

class Plugin {
 public:
  virtual ~Plugin() = default;
};

// The registering functions are for the factory alone, on its thread; what they return is good for
// the process's life. Asking twice for the same thing gives the same handle.
class PluginHost {
 public:
  virtual ~PluginHost() = default;

  // "nvidia.com/gpu". Invalid where the table of resources is full: refuse to be made then.
  virtual ResourceId Resource(std::string_view name) = 0;
  // What pods and nodes shall show of themselves in views. Keys as in the API:
  // "topology.kubernetes.io/zone".
  virtual PodField PodLabel(std::string_view key) = 0;
  virtual PodField PodAnnotation(std::string_view key) = 0;
  virtual NodeField NodeLabel(std::string_view key) = 0;
  virtual NodeField NodeAnnotation(std::string_view key) = 0;
  // `code` in UpperCamelCase: "GpuTooSmall"; it appears as tutti/GpuTooSmall in conditions, events
  // and answers. `meaning`: one sentence for the reference.
  virtual ReasonId Reason(std::string_view code, std::string_view meaning) = 0;
  // A counter, exposed as tutti_plugin_counters_total{counter="PLUGIN/name"}; `name` in snake_case.
  virtual CounterId Counter(std::string_view name, std::string_view help) = 0;

  // Any thread, at any time.
  virtual void Increment(CounterId counter, double by = 1) const = 0;
  // The time since 1970 of the cluster, which in a simulation is not that of the machine. Not for
  // Filter and Score: their answers must not depend on when they are asked.
  virtual std::chrono::nanoseconds Now() const = 0;
  virtual const TextTable& texts() const = 0;
};

// What a plugin is called and how it is made: data, listed explicitly by whoever links it in.
struct PluginDescriptor {
  // Key in configuration, metric label, name in messages. UpperCamelCase as kube-scheduler's:
  // "NodeResourcesFit". Unique in a process.
  std::string_view name;
  std::string_view version;  // the author's; shown, never compared
  // Null: it cannot be made; `config` says why (config.Fail), or else the host does.
  std::unique_ptr<Plugin> (*make)(Config& config, PluginHost& host) = nullptr;
};

}  // namespace tutti
