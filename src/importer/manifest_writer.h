// ManifestWriter: imported queues as objects of tutti.dev, in JSON.
#pragma once

#include <string>
#include <vector>

#include "importer/imported_queue.h"

namespace tutti::importer {

struct Manifest {
  std::string plural;  // "queues", "localqueues"
  std::string kind;
  std::string ns;  // empty: cluster-wide
  std::string name;
  size_t depth = 0;  // objects of one depth do not depend on each other
  std::string json;
};

inline constexpr char kManifestGroup[] = "tutti.dev";
inline constexpr char kManifestVersion[] = "v1beta1";

// In the order in which they can be created: queues as they stand, then the LocalQueues. Defaults
// are left out.
std::vector<Manifest> WriteManifests(const Imported& imported);

}  // namespace tutti::importer
