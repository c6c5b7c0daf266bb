#include "planner/volume_table.h"

#include <algorithm>
#include <tuple>

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

std::vector<model::VolumeClaimInfo> VolumeTable::Claims() const {
  std::vector<model::VolumeClaimInfo> claims;
  for (const auto& [claim, volume] : volume_of_claim_)
    claims.push_back({claim.first, claim.second, volume});
  std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
    return std::tie(a.namespace_name, a.name) < std::tie(b.namespace_name, b.name);
  });
  return claims;
}

std::vector<model::VolumeInfo> VolumeTable::Volumes() const {
  std::vector<model::VolumeInfo> volumes;
  for (const auto& [name, volume] : volumes_) volumes.push_back(volume);
  std::sort(volumes.begin(), volumes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return volumes;
}

}  // namespace tutti::planner
