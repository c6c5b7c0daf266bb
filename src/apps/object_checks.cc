#include "apps/object_checks.h"

#include <algorithm>
#include <string>

#include "kube/api.h"
#include "planner/core_reader.h"

namespace tutti::apps {
namespace {

using admission::ObjectErrors;

constexpr char kParent[] = "/parent";
constexpr base::Duration kLookUp = std::chrono::seconds(1);

bool OnlyTheParent(const ObjectErrors& errors) {
  return !errors.empty() && std::all_of(errors.begin(), errors.end(),
                                        [](const auto& error) { return error.pointer == kParent; });
}

std::string ParentOf(const model::WatchedObjectUpserted& object) {
  for (const ConfigEntry& entry : object.spec.entries) {
    if (entry.pointer == kParent) return entry.text;
  }
  return {};
}

}  // namespace

bool ObjectChecks::Check(model::WatchedObjectUpserted object,
                         std::function<void(ObjectErrors)> answer) const {
  const auto kind = std::find_if(kinds_.begin(), kinds_.end(), [&](const ObjectKind& watched) {
    return watched.resource == object.key.resource;
  });
  if (kind == kinds_.end()) return false;
  const kube::Resource resource{kind->group, kind->versions.front(), kind->resource};
  return core_.Ask([object = std::move(object), answer = std::move(answer), resource,
                    &client = client_](planner::Core& core) {
    ObjectErrors errors = core.reader().CheckObject(object);
    if (!OnlyTheParent(errors)) return answer(std::move(errors));
    kube::Request get;
    get.path = kube::ResourcePath(resource, {object.key.namespace_name, ParentOf(object)});
    get.timeout = kLookUp;
    client.Send(std::move(get), [errors, answer](const absl::StatusOr<kube::Response>& reply) {
      // What cannot be asked is no reason to refuse anything.
      const bool missing = reply.ok() && reply->status == 404;
      answer(missing ? errors : ObjectErrors());
    });
  });
}

}  // namespace tutti::apps
