// VolumeTable: which nodes can reach the volumes that pods claim.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/volume_info.h"

namespace tutti::planner {

class VolumeTable {
 public:
  void Upsert(model::VolumeClaimInfo claim);
  void RemoveClaim(const std::string& namespace_name, const std::string& name);
  void Upsert(model::VolumeInfo volume);
  void RemoveVolume(const std::string& name);

  // The node affinities of the volumes bound to these claims; claims not bound yet restrict nothing
  // that we know. The pointers are good until the next change.
  std::vector<const model::NodeSelector*> AffinitiesOf(
      const std::string& namespace_name, const std::vector<std::string>& claims) const;
  uint64_t generation() const { return generation_; }

  // What is known, sorted by name.
  std::vector<model::VolumeClaimInfo> Claims() const;
  std::vector<model::VolumeInfo> Volumes() const;

 private:
  absl::flat_hash_map<std::pair<std::string, std::string>, std::string> volume_of_claim_;
  absl::flat_hash_map<std::string, model::VolumeInfo> volumes_;
  uint64_t generation_ = 0;
};

}  // namespace tutti::planner
