#include "cli/doctor/rbac_checks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/human.h"
#include "kube/api.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

constexpr char kCheck[] = "cluster/rights";

struct Right {
  const char* group;
  const char* resource;
  const char* subresource;
  const char* verb;
};

// As deploy/rbac.yaml; a test compares the two.
constexpr Right kRights[] = {
    {"", "pods", "", "get"},
    {"", "pods", "", "list"},
    {"", "pods", "", "watch"},
    {"", "pods", "", "patch"},
    {"", "pods", "status", "patch"},
    {"", "pods", "binding", "create"},
    {"", "pods", "eviction", "create"},
    {"", "nodes", "", "list"},
    {"", "nodes", "", "watch"},
    {"", "persistentvolumes", "", "list"},
    {"", "persistentvolumes", "", "watch"},
    {"", "persistentvolumeclaims", "", "list"},
    {"", "persistentvolumeclaims", "", "watch"},
    {"batch", "jobs", "", "list"},
    {"batch", "jobs", "", "watch"},
    {"scheduling.k8s.io", "podgroups", "", "list"},
    {"scheduling.k8s.io", "podgroups", "", "watch"},
    {"scheduling.k8s.io", "compositepodgroups", "", "list"},
    {"scheduling.k8s.io", "compositepodgroups", "", "watch"},
    {"scheduling.x-k8s.io", "podgroups", "", "list"},
    {"scheduling.x-k8s.io", "podgroups", "", "watch"},
    {"scheduling.volcano.sh", "podgroups", "", "list"},
    {"scheduling.volcano.sh", "podgroups", "", "watch"},
    {"scheduling.run.ai", "podgroups", "", "list"},
    {"scheduling.run.ai", "podgroups", "", "watch"},
    {"scheduling.sigs.k8s.io", "podgroups", "", "list"},
    {"scheduling.sigs.k8s.io", "podgroups", "", "watch"},
    {"scheduling.godel.kubewharf.io", "podgroups", "", "list"},
    {"scheduling.godel.kubewharf.io", "podgroups", "", "watch"},
    {"events.k8s.io", "events", "", "create"},
    {"events.k8s.io", "events", "", "patch"},
};

constexpr Right kToRegister[] = {
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "create"},
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "get"},
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "patch"},
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", "", "create"},
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", "", "get"},
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", "", "patch"},
};

constexpr Right kOfSecret[] = {
    {"", "secrets", "", "get"},
    {"", "secrets", "", "patch"},
};

constexpr Right kOfQueues[] = {
    {"tutti.dev", "queues", "", "get"},        {"tutti.dev", "queues", "", "list"},
    {"tutti.dev", "queues", "", "watch"},      {"tutti.dev", "queues", "status", "patch"},
    {"tutti.dev", "localqueues", "", "get"},   {"tutti.dev", "localqueues", "", "list"},
    {"tutti.dev", "localqueues", "", "watch"}, {"tutti.dev", "localqueues", "status", "patch"},
};

constexpr Right kOfSubmitAccess[] = {
    {"authorization.k8s.io", "subjectaccessreviews", "", "create"},
    {"tutti.dev", "localqueues", "", "get"},
};

constexpr Right kOfProvisioning[] = {
    {"autoscaling.x-k8s.io", "provisioningrequests", "", "list"},
    {"autoscaling.x-k8s.io", "provisioningrequests", "", "create"},
    {"autoscaling.x-k8s.io", "provisioningrequests", "", "delete"},
    {"", "podtemplates", "", "create"},
    {"", "podtemplates", "", "delete"},
};

constexpr Right kOfOwners[] = {
    {"jobset.x-k8s.io", "jobsets", "", "list"},  {"jobset.x-k8s.io", "jobsets", "", "watch"},
    {"kubeflow.org", "jaxjobs", "", "list"},     {"kubeflow.org", "jaxjobs", "", "watch"},
    {"kubeflow.org", "mpijobs", "", "list"},     {"kubeflow.org", "mpijobs", "", "watch"},
    {"kubeflow.org", "paddlejobs", "", "list"},  {"kubeflow.org", "paddlejobs", "", "watch"},
    {"kubeflow.org", "pytorchjobs", "", "list"}, {"kubeflow.org", "pytorchjobs", "", "watch"},
    {"kubeflow.org", "tfjobs", "", "list"},      {"kubeflow.org", "tfjobs", "", "watch"},
    {"kubeflow.org", "xgboostjobs", "", "list"}, {"kubeflow.org", "xgboostjobs", "", "watch"},
    {"ray.io", "rayclusters", "", "list"},       {"ray.io", "rayclusters", "", "watch"},
};

bool GroupsByOwner(const config::Configuration& tutti) {
  const std::vector<config::GangDialect>& dialects = tutti.gang.dialects;
  return std::find(dialects.begin(), dialects.end(), config::GangDialect::kOwner) != dialects.end();
}

bool HasQueues(const config::Configuration& tutti) {
  return std::any_of(tutti.plugins.begin(), tutti.plugins.end(),
                     [](const auto& plugin) { return plugin.name == "HierarchicalQueues"; });
}

std::string Name(const Right& right) {
  std::string name = absl::StrFormat("%s %s", right.verb, right.resource);
  if (*right.subresource != '\0') name += absl::StrFormat("/%s", right.subresource);
  if (*right.group != '\0') name += absl::StrFormat(".%s", right.group);
  return name;
}

std::string Review(const Right& right, const std::string& user, const kube::ObjectName& object) {
  json attributes = {{"group", right.group},
                     {"resource", right.resource},
                     {"subresource", right.subresource},
                     {"verb", right.verb}};
  if (!object.ns.empty()) attributes["namespace"] = object.ns;
  if (!object.name.empty()) attributes["name"] = object.name;
  return json{{"apiVersion", "authorization.k8s.io/v1"},
              {"kind", "SubjectAccessReview"},
              {"spec", {{"user", user}, {"resourceAttributes", attributes}}}}
      .dump();
}

absl::StatusOr<bool> Allowed(ClusterReader& reader, const std::string& review) {
  const absl::StatusOr<std::string> body =
      reader.Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
  if (!body.ok()) return body.status();
  const json answer = json::parse(*body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer allowed("/status/allowed");
  return answer.is_object() && answer.contains(allowed) && answer[allowed] == true;
}

}  // namespace

void CheckRights(ClusterReader& reader, const std::string& service_account,
                 const config::Configuration* tutti) {
  const size_t slash = service_account.find('/');
  const std::string user =
      absl::StrFormat("system:serviceaccount:%s:%s", service_account.substr(0, slash),
                      slash == std::string::npos ? "" : service_account.substr(slash + 1));
  std::vector<std::string> reviews;
  std::vector<std::string> names;
  const auto add = [&](const Right& right, const kube::ObjectName& object) {
    reviews.push_back(Review(right, user, object));
    names.push_back(Name(right));
  };
  for (const Right& right : kRights) add(right, {});
  if (tutti != nullptr && tutti->webhook.enabled && tutti->webhook.registration.enabled()) {
    for (const Right& right : kToRegister)
      add(right, {"", std::string(right.verb) == "create" ? "" : tutti->webhook.registration.name});
  }
  if (tutti != nullptr && tutti->webhook.enabled && !tutti->webhook.secret_name.empty()) {
    for (const Right& right : kOfSecret)
      add(right, {tutti->webhook.secret_namespace, tutti->webhook.secret_name});
  }
  if (tutti != nullptr && GroupsByOwner(*tutti)) {
    for (const Right& right : kOfOwners) add(right, {});
  }
  if (tutti != nullptr && HasQueues(*tutti)) {
    for (const Right& right : kOfQueues) add(right, {});
  }
  if (tutti != nullptr && tutti->webhook.submit_access) {
    for (const Right& right : kOfSubmitAccess) add(right, {});
  }
  if (tutti != nullptr && tutti->provisioning.enabled()) {
    for (const Right& right : kOfProvisioning) add(right, {});
  }
  std::vector<std::string> missing;
  for (size_t i = 0; i < reviews.size(); ++i) {
    const absl::StatusOr<bool> allowed = Allowed(reader, reviews[i]);
    if (!allowed.ok()) return reader.Skip(kCheck, allowed.status(), "create subjectaccessreviews");
    if (!*allowed) missing.push_back(names[i]);
  }
  if (missing.empty()) {
    return reader.Add(Verdict::kOk, kCheck,
                      absl::StrFormat("%s has all %s", user,
                                      Count(static_cast<int64_t>(reviews.size()), "right")));
  }
  reader.Add(Verdict::kProblem, kCheck,
             absl::StrFormat("%s may not: %s", user, absl::StrJoin(missing, ", ")),
             "apply deploy/rbac.yaml, or name the account that Tutti runs as: --service-account "
             "NAMESPACE/NAME");
}

}  // namespace tutti::cli
