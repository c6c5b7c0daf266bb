#include "planner/eligibility_cache.h"

#include "model/eligibility.h"

namespace tutti::planner {

const EligibilityCache::Bits& EligibilityCache::Of(
    const std::shared_ptr<const model::PodShape>& shape, const std::string& namespace_name) {
  const std::pair key(shape.get(), shape->claims.empty() ? std::string() : namespace_name);
  const auto found = index_.find(key);
  if (found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    entries_.push_front(Entry{shape, key.second, ~uint64_t{0}, ~uint64_t{0}, {}});
    index_[key] = entries_.begin();
    if (entries_.size() > kShapes) {
      index_.erase({entries_.back().shape.get(), entries_.back().namespace_name});
      entries_.pop_back();
    }
  }
  Entry& entry = entries_.front();
  const bool fresh = entry.nodes_generation == nodes_.statics_generation() &&
                     (shape->claims.empty() || entry.volumes_generation == volumes_.generation());
  if (!fresh) Compute(entry);
  return entry.bits;
}

void EligibilityCache::Compute(Entry& entry) const {
  const model::PodShape& shape = *entry.shape;
  const std::vector<const model::NodeSelector*> volumes =
      shape.claims.empty() ? std::vector<const model::NodeSelector*>()
                           : volumes_.AffinitiesOf(entry.namespace_name, shape.claims);
  entry.bits.assign((nodes_.capacity() + 63) / 64, 0);
  for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
    const model::NodeInfo* node = nodes_.Info(model::NodeIndex(i));
    if (node == nullptr || nodes_.Closed(model::NodeIndex(i)) || !Eligible(shape, *node, labels_))
      continue;
    bool reachable = true;
    for (const model::NodeSelector* affinity : volumes)
      reachable = reachable && Matches(*affinity, *node, labels_);
    if (reachable) entry.bits[i / 64] |= uint64_t{1} << (i % 64);
  }
  entry.nodes_generation = nodes_.statics_generation();
  entry.volumes_generation = volumes_.generation();
}

}  // namespace tutti::planner
