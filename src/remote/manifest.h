// Manifest: what a remote plugin has said of itself in its handshake. Internal to src/remote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tutti/config.h"
#include "tutti/object_view.h"
#include "tutti/plugin.h"
#include "tutti/v1/plugin.pb.h"

namespace tutti::remote {

namespace wire = v1::plugin;

constexpr uint32_t kProtocol = 1;

struct Manifest {
  using Named =
      std::pair<std::string, std::string>;  // a name and its meaning, or a pointer and why

  struct Field {
    bool annotation;
    std::string key;
    bool operator==(const Field&) const = default;
  };

  std::string name;
  std::string version;
  uint32_t points = 0;  // a bit for each wire::ExtensionPoint
  bool score_is_node_local = false;
  std::vector<std::string> resources;
  std::vector<Field> pod_fields;
  std::vector<Field> node_fields;
  std::vector<Named> reasons;
  std::vector<Named> counters;
  std::vector<std::string> known_args;
  std::vector<Named> arg_errors;
  std::vector<ObjectKind> watches;

  bool Serves(wire::ExtensionPoint point) const { return (points >> point & 1) != 0; }
};

wire::Handshake HandshakeFor(const std::vector<ConfigEntry>& args);

// InvalidArgument with everything that is wrong with it: lengths, names, numbers, points.
absl::StatusOr<Manifest> ReadManifest(const wire::HandshakeAnswer& answer);

// Which of its parts have changed, by name: "version, reasons". Empty: none.
std::string WhatChanged(const Manifest& before, const Manifest& now);

// The host's handles, by the plugin's numbers.
struct Numbering {
  // Throws std::runtime_error where a table of the host is full.
  static Numbering Make(const Manifest& manifest, PluginHost& host);

  std::vector<ResourceId> resources;
  std::vector<PodField> pod_fields;
  std::vector<NodeField> node_fields;
  std::vector<ReasonId> reasons;
  std::vector<CounterId> counters;

  // The plugin's number of a resource; past the end of its list for those it has not named.
  uint32_t NumberOf(ResourceId resource) const;
};

}  // namespace tutti::remote
