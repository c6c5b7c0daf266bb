// api: the writes we make, as requests (pure), and what their replies mean.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kube/client.h"

namespace tutti::kube {

struct ObjectName {
  std::string ns;  // empty: cluster-scoped
  std::string name;
};

// A resource in the API: group "" and version "v1" for the core.
struct Resource {
  std::string group;
  std::string version;
  std::string plural;
};

// "/api/v1/namespaces/NS/pods/NAME" and so on; `name` empty: the collection; `subresource` may be
// empty.
std::string ResourcePath(const Resource& resource, const ObjectName& object,
                         std::string_view subresource = "");

using Annotations = std::vector<std::pair<std::string, std::string>>;

// POST pods/NAME/binding. The API server refuses (409) when the pod has another uid or a node
// already, and copies the annotations to the pod in the same write.
Request BindRequest(const ObjectName& pod, std::string_view uid, std::string_view node,
                    const Annotations& annotations = {});

// `patch` is JSON text. A merge patch that names metadata.uid (422) or metadata.resourceVersion
// (409) is refused for another object of the same name.
Request MergePatchRequest(const Resource& resource, const ObjectName& object,
                          std::string_view subresource, std::string patch);
Request JsonPatchRequest(const Resource& resource, const ObjectName& object,
                         std::string_view subresource, std::string patch);
Request StrategicPatchRequest(const Resource& resource, const ObjectName& object,
                              std::string_view subresource, std::string patch);

// POST pods/NAME/eviction; heeds disruption budgets: 429 when one forbids it. kube-apiserver tries
// a wrong uid again for more than 10 s before it answers: evict what was seen lately.
// `resource_version`: only as it was then, 409 otherwise; empty: as it is.
Request EvictRequest(const ObjectName& pod, std::string_view uid,
                     std::string_view resource_version = {});

// DELETE with precondition on the uid. `grace_seconds` < 0: the object's own.
Request DeleteRequest(const Resource& resource, const ObjectName& object, std::string_view uid,
                      int grace_seconds = -1);

// PATCH .../status: {"status": STATUS_JSON}, only onto the object with this uid.
Request StatusPatchRequest(const Resource& resource, const ObjectName& object, std::string_view uid,
                           std::string_view status_json);

// A reply as a status: OK for 2xx, else NotFound 404, AlreadyExists and Aborted for the two kinds
// of 409, Unauthenticated 401, PermissionDenied 403, InvalidArgument 400 and 422, OutOfRange 410,
// ResourceExhausted 429, DeadlineExceeded 504, Unavailable 5xx; the server's message with `what`
// before it.
absl::Status ReplyStatus(const absl::StatusOr<Response>& reply, std::string_view what);

// Send, with the reply as status.
void SendForStatus(Client& client, Request request, std::function<void(absl::Status)> done);

}  // namespace tutti::kube
