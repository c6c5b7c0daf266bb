#include "extender/node_name_resolver.h"

#include "absl/strings/string_view.h"

namespace tutti::extender {

model::NodeIndex NodeNameResolver::Resolve(std::string_view name) {
  model::NodeIndex found;
  if (previous_.valid()) {
    const model::NodeIndex guess = successor_[previous_.value];
    const model::NodeInfo* info = snapshot_->Info(guess);
    if (info != nullptr && info->name == name) found = guess;
  }
  if (!found.valid()) {
    const model::NodeIndex* index =
        snapshot_->directory.Find(absl::string_view(name.data(), name.size()));
    if (index != nullptr) found = *index;
    if (found.valid() && previous_.valid()) successor_[previous_.value] = found;
  }
  if (found.valid()) previous_ = found;
  return found;
}

}  // namespace tutti::extender
