#include "tests/support/control_plane/kubelet.h"

#include <algorithm>

#include "kube/api.h"
#include "nlohmann/json.hpp"

namespace tutti::testing {
namespace {

using nlohmann::json;

const kube::Resource kPods{"", "v1", "pods"};

void Ignore(const absl::Status&) {}

}  // namespace

Kubelet::Kubelet(kube::Client& client) : client_(client) {
  kube::ReflectorOptions options;
  options.path = "/api/v1/pods";
  options.field_selector = "spec.nodeName!=";
  reflector_ = std::make_unique<kube::Reflector>(client_, clock_, *this, options);
}

Kubelet::~Kubelet() { reflector_.reset(); }

void Kubelet::Finish(const std::string& prefix) {
  const std::lock_guard<std::mutex> lock(mutex_);
  finished_.insert(prefix);
  for (auto& [uid, pod] : pods_) Advance(pod);
}

void Kubelet::OnListPage(std::string_view list_json) {
  const json list = json::parse(list_json);
  for (const json& object : list["items"]) Take(object);
}

void Kubelet::OnWatchEvent(kube::WatchEventType type, std::string_view object_json) {
  const json object = json::parse(object_json);
  type == kube::WatchEventType::kDeleted ? Forget(object) : Take(object);
}

void Kubelet::Forget(const json& object) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pods_.erase(object["metadata"]["uid"].get<std::string>());
}

void Kubelet::Take(const json& object) {
  const json& metadata = object["metadata"];
  const kube::ObjectName name{metadata["namespace"], metadata["name"]};
  const std::string uid = metadata["uid"];
  if (metadata.contains("deletionTimestamp")) {
    kube::SendForStatus(client_, kube::DeleteRequest(kPods, name, uid, 0), Ignore);
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  Pod& pod = pods_[uid];
  if (pod.uid.empty()) pod = {name.ns, name.name, uid, "", ""};
  pod.phase = object["status"].value("phase", "Pending");
  Advance(pod);
}

void Kubelet::Advance(Pod& pod) {
  const bool finished = std::any_of(finished_.begin(), finished_.end(), [&](const auto& prefix) {
    return pod.name.starts_with(prefix + "-");
  });
  if (pod.phase == "Pending") Ask(pod, "Running");
  if (pod.phase == "Running" && finished) Ask(pod, "Succeeded");
}

void Kubelet::Ask(Pod& pod, const std::string& phase) {
  if (pod.asked == phase) return;
  pod.asked = phase;
  const json ready = {{"type", "Ready"}, {"status", phase == "Running" ? "True" : "False"}};
  const json status = {{"phase", phase}, {"conditions", json::array({ready})}};
  kube::SendForStatus(
      client_, kube::StatusPatchRequest(kPods, {pod.ns, pod.name}, pod.uid, status.dump()), Ignore);
}

}  // namespace tutti::testing
