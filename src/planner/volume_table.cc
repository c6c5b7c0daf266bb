#include "planner/volume_table.h"

namespace tutti::planner {

void VolumeTable::Upsert(model::VolumeClaimInfo claim) {
  volume_of_claim_[{std::move(claim.namespace_name), std::move(claim.name)}] =
      std::move(claim.volume_name);
  ++generation_;
}

void VolumeTable::RemoveClaim(const std::string& namespace_name, const std::string& name) {
  volume_of_claim_.erase({namespace_name, name});
  ++generation_;
}

void VolumeTable::Upsert(model::VolumeInfo volume) {
  std::string name = volume.name;
  volumes_[std::move(name)] = std::move(volume);
  ++generation_;
}

void VolumeTable::RemoveVolume(const std::string& name) {
  volumes_.erase(name);
  ++generation_;
}

std::vector<const model::NodeSelector*> VolumeTable::AffinitiesOf(
    const std::string& namespace_name, const std::vector<std::string>& claims) const {
  std::vector<const model::NodeSelector*> affinities;
  for (const std::string& claim : claims) {
    const auto bound = volume_of_claim_.find({namespace_name, claim});
    if (bound == volume_of_claim_.end()) continue;
    const auto volume = volumes_.find(bound->second);
    if (volume == volumes_.end() || !volume->second.node_affinity) continue;
    affinities.push_back(&*volume->second.node_affinity);
  }
  return affinities;
}

}  // namespace tutti::planner
