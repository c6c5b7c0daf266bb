#include "framework/object_points.h"

#include <algorithm>

namespace tutti::framework {
namespace {

WatchedObject ViewOf(const model::ObjectKey& key, int64_t generation) {
  return {key.resource, key.namespace_name, key.name, generation};
}

}  // namespace

ObjectPoints::ObjectPoints(const Plugins& plugins) : plugins_(plugins) {
  if (!plugins.active()) return;
  for (const auto& at : plugins.profile->object_watches()) {
    std::vector<ObjectKind>& kinds = kinds_.emplace_back();
    // One that fails here watches nothing, and that has been reported.
    static_cast<void>(Guarded(*plugins.profile, at.plugin, "ObjectWatch", &plugins.on_failure, [&] {
      kinds = at.point->Watches();
      return Status::Success();
    }));
  }
}

std::vector<ObjectKind> ObjectPoints::kinds() const {
  std::vector<ObjectKind> all;
  for (const std::vector<ObjectKind>& kinds : kinds_) {
    for (const ObjectKind& kind : kinds) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const ObjectKind& other) {
        return other.group == kind.group && other.resource == kind.resource;
      });
      if (!known) all.push_back(kind);
    }
  }
  return all;
}

template <class Call>
void ObjectPoints::ForEach(const std::string& resource, Call&& call) const {
  for (size_t i = 0; i < kinds_.size(); ++i) {
    const bool watches =
        std::any_of(kinds_[i].begin(), kinds_[i].end(),
                    [&](const ObjectKind& kind) { return kind.resource == resource; });
    if (!watches) continue;
    const auto& at = plugins_.profile->object_watches()[i];
    static_cast<void>(
        Guarded(*plugins_.profile, at.plugin, "ObjectWatch", &plugins_.on_failure, [&] {
          call(*at.point);
          return Status::Success();
        }));
  }
}

void ObjectPoints::Tell(const model::ObjectKey& key, const model::ObjectSpec& spec) const {
  ForEach(key.resource, [&](ObjectWatchPlugin& plugin) {
    Config config(spec.entries);
    plugin.OnObject(ViewOf(key, spec.generation), config);
  });
}

void ObjectPoints::TellGone(const model::ObjectKey& key) const {
  ForEach(key.resource, [&](ObjectWatchPlugin& plugin) { plugin.OnObjectGone(ViewOf(key, 0)); });
}

std::vector<ConfigError> ObjectPoints::Check(const model::ObjectKey& key,
                                             const model::ObjectSpec& spec) const {
  std::vector<ConfigError> errors;
  ForEach(key.resource, [&](const ObjectWatchPlugin& plugin) {
    Config config(spec.entries);
    plugin.CheckObject(ViewOf(key, spec.generation), config);
    errors.insert(errors.end(), config.errors().begin(), config.errors().end());
  });
  return errors;
}

}  // namespace tutti::framework
