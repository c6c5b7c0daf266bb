#include "model/node_info.h"

#include <algorithm>

namespace tutti::model {

base::StringId NodeInfo::Label(base::StringId key) const {
  const auto it =
      std::lower_bound(labels.begin(), labels.end(), key,
                       [](const auto& label, base::StringId k) { return label.first < k; });
  return it != labels.end() && it->first == key ? it->second : base::StringId();
}

}  // namespace tutti::model
