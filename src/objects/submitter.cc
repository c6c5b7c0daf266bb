#include "objects/submitter.h"

#include "absl/strings/str_format.h"
#include "model/pod_info.h"

namespace tutti::objects {
namespace {

// What the API server appends to metadata.generateName: five of these.
constexpr std::string_view kGenerated = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kGeneratedLength = 5;

bool WasGenerated(std::string_view part) {
  const auto all_of = [&](std::string_view set) {
    return part.find_first_not_of(set) == std::string_view::npos;
  };
  return !part.empty() &&
         (all_of("0123456789") || (part.size() == kGeneratedLength && all_of(kGenerated)));
}

}  // namespace

std::string_view BaseName(std::string_view name) {
  while (true) {
    const size_t dash = name.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || !WasGenerated(name.substr(dash + 1)))
      return name;
    name = name.substr(0, dash);
  }
}

std::string SubmitterOf(const PodView& pod, std::string_view gang) {
  if (const std::string_view user = pod.Label(kUserLabel); !user.empty())
    return absl::StrFormat("%s%s", model::kUserSubmitter, user);
  const OwnerReferenceView* owner = pod.Controller();
  if (owner != nullptr && !owner->name.empty())
    return absl::StrFormat("%s/%s", owner->kind, BaseName(owner->name));
  return absl::StrFormat("gang/%s", BaseName(gang));
}

}  // namespace tutti::objects
