#include "kube/tracking_sink.h"

#include <vector>

namespace tutti::kube {

void TrackingSink::Track(const std::string& key, const base::Uid& uid) {
  Known& known = known_[key];
  if (known.generation != 0 && known.uid != uid) Gone(key, known.uid);
  known = {uid, generation_};
}

bool TrackingSink::Untrack(const std::string& key, const base::Uid& uid) {
  const auto it = known_.find(key);
  if (it == known_.end() || it->second.uid != uid) return false;
  known_.erase(it);
  return true;
}

void TrackingSink::OnListDone() {
  std::vector<std::pair<std::string, base::Uid>> missed;
  for (const auto& [key, known] : known_) {
    if (known.generation != generation_ && !incomplete_) missed.emplace_back(key, known.uid);
  }
  for (const auto& [key, uid] : missed) {
    known_.erase(key);
    Gone(key, uid);
  }
  ListDone();
}

}  // namespace tutti::kube
