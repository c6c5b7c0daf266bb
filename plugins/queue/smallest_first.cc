#include "smallest_first.h"

namespace tutti::plugins {

const PluginDescriptor& SmallestFirst::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "SmallestFirst", "1", [](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
        return std::make_unique<SmallestFirst>();
      }};
  return kDescriptor;
}

bool SmallestFirst::Less(const GangView& a, const GangView& b) const {
  if (a.priority != b.priority) return a.priority > b.priority;
  return a.min_member < b.min_member;
}

}  // namespace tutti::plugins
