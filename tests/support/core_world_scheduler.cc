// CoreWorld's kube-scheduler: a queue with back-off, filters and books of its own.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "model/eligibility.h"
#include "tests/support/core_world.h"

namespace tutti::testing {

bool CoreWorld::FitsBeside(const ApiPod& pod, const model::NodeInfo& node,
                           bool count_assumed) const {
  model::ResourceList sum = pod.info.shape->requests;
  for (const auto& [name, other] : pods_) {
    const bool there = other.info.node_name == node.name ||
                       (count_assumed && other.in_bind && other.assumed_node == node.name);
    if (!there || other.info.terminal() || other.info.uid == pod.info.uid) continue;
    sum.Add(other.info.shape->requests);
    if (AnyPortsConflict(other.info.shape->host_ports, pod.info.shape->host_ports)) return false;
  }
  return std::all_of(
      pod.info.shape->requests.entries().begin(), pod.info.shape->requests.entries().end(),
      [&](const auto& entry) { return sum.Get(entry.first) <= node.allocatable.Get(entry.first); });
}

bool CoreWorld::MeetsPeer(const ApiPod& pod, const std::string& node) const {
  return std::any_of(pods_.begin(), pods_.end(), [&](const auto& entry) {
    const ApiPod& other = entry.second;
    const bool peer = other.info.gang && pod.info.gang && other.info.uid != pod.info.uid &&
                      other.info.gang->key == pod.info.gang->key;
    return peer && (other.info.node_name == node || other.info.nominated_node == node ||
                    (other.in_bind && other.assumed_node == node));
  });
}

bool CoreWorld::PassesInTreeFilters(const ApiPod& pod, const model::NodeInfo& node) const {
  if (refused_nodes_.contains(node.name)) return false;
  const std::vector<std::string>& pins = pod.info.pins;
  if (!pins.empty() && std::find(pins.begin(), pins.end(), node.name) == pins.end()) return false;
  if (options_.apart && MeetsPeer(pod, node.name)) return false;
  if (!Eligible(*pod.info.shape, node, labels_)) return false;
  for (const std::string& claim : pod.info.shape->claims) {
    const auto bound = claims_.find(claim);
    const auto volume = bound == claims_.end() ? volumes_.end() : volumes_.find(bound->second);
    if (volume == volumes_.end() || !volume->second.node_affinity) continue;
    if (!Matches(*volume->second.node_affinity, node, labels_)) return false;
  }
  return FitsBeside(pod, node, /*count_assumed=*/true);
}

std::vector<std::string> CoreWorld::Feasible(const ApiPod& pod) {
  std::vector<std::string> nodes;
  for (const auto& [name, node] : nodes_) {
    if (PassesInTreeFilters(pod, node)) nodes.push_back(name);
  }
  // The nominated node is tried alone first.
  if (std::find(nodes.begin(), nodes.end(), pod.info.nominated_node) != nodes.end())
    nodes = {pod.info.nominated_node};
  if (Chance(options_.referee_refusal)) nodes.clear();
  return nodes;
}

void CoreWorld::Reject(ApiPod& pod, bool ours, const std::string& message) {
  pod.active = false;
  pod.retry_at = now_ + kSchedulerBackoff;
  pod.flush_at = now_ + kUnschedulableFlush;
  const uint64_t fingerprint = std::hash<std::string>{}(message) | 1;
  pod.info.nominated_node.clear();
  const bool same = pod.info.verdict.refused && pod.info.verdict.fingerprint == fingerprint;
  pod.info.verdict = {true, ours, fingerprint};
  if (!same) Changed(pod);
}

framework::FilterVerdict CoreWorld::AskFilter(const ApiPod& pod,
                                              const std::vector<std::string>& offered,
                                              const model::ClusterSnapshot& snapshot) {
  framework::FilterPod question;
  question.uid = pod.info.uid;
  question.plan_token = pod.info.plan_token;
  question.in_gang = pod.info.gang.has_value();
  question.priority = pod.info.shape->priority;
  question.requests = &pod.info.shape->requests;
  std::vector<model::NodeIndex> to_refuse;
  framework::NodesToRefuse(question, snapshot, to_refuse);
  std::vector<uint32_t> refused;
  bool planned_offered = false;
  const model::PodVerdict* known = snapshot.verdicts.Find(pod.info.uid);
  for (uint32_t i = 0; i < offered.size(); ++i) {
    const model::NodeIndex* index = snapshot.directory.Find(offered[i]);
    if (index == nullptr) continue;
    if (std::binary_search(to_refuse.begin(), to_refuse.end(), *index)) refused.push_back(i);
    if (known != nullptr && known->node == *index) planned_offered = true;
  }
  return framework::Filter(question, refused, planned_offered, snapshot);
}

void CoreWorld::TryPod(ApiPod& pod) {
  using Kind = framework::FilterVerdict::Kind;
  ++pod.attempts;
  const std::vector<std::string> offered = Feasible(pod);
  if (offered.empty())
    return Reject(pod, false, absl::StrFormat("attempt %d: no node fits", pod.attempts));
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_->Publish();
  const framework::FilterVerdict verdict = AskFilter(pod, offered, *snapshot);
  std::string chosen;
  if (verdict.kind == Kind::kOne) chosen = snapshot->Info(verdict.node)->name;
  if (verdict.kind == Kind::kAll) {
    chosen = offered[std::uniform_int_distribution<size_t>(0, offered.size() - 1)(random_)];
  }
  for (uint32_t i = 0; verdict.kind == Kind::kSubset && i < offered.size(); ++i) {
    const bool refused =
        std::find(verdict.refused.begin(), verdict.refused.end(), i) != verdict.refused.end();
    if (!refused && chosen.empty()) chosen = offered[i];
  }
  if (chosen.empty()) {
    if (verdict.report_not_offered) {
      Apply(model::PlacementNotOffered{pod.info.uid, snapshot->Info(verdict.node)->name});
    }
    return Reject(pod, true, model::StableMessage(verdict.reason));
  }
  pod.in_bind = true;
  pod.assumed_node = chosen;
  const uint64_t ticket = next_ticket_++;
  binds_[ticket] = pod.info.uid;
  Apply(model::BindRequested{pod.info.uid, pod.info.namespace_name, pod.info.name, chosen, ticket});
}

void CoreWorld::Schedule() {
  std::vector<ApiPod*> ready;
  for (auto& [name, pod] : pods_) {
    const bool waits =
        !pod.info.bound() && !pod.info.terminal() && !pod.info.gated_by_tutti && !pod.in_bind;
    const bool queued = pod.active || pod.flush_at <= now_;
    if (waits && queued && pod.retry_at <= now_) ready.push_back(&pod);
  }
  if (ready.empty()) return;
  TryPod(*ready[std::uniform_int_distribution<size_t>(0, ready.size() - 1)(random_)]);
}

void CoreWorld::CheckTruth(const std::string& name) {
  const auto node = nodes_.find(name);
  if (node == nodes_.end() || shrunk_.contains(name)) return;
  for (const auto& [pod_name, pod] : pods_) {
    if (pod.info.node_name != name || pod.info.terminal()) continue;
    if (!FitsBeside(pod, node->second, /*count_assumed=*/false))
      broken_.push_back(absl::StrFormat("node %s is overfull for pod %s", name, pod_name));
  }
}

}  // namespace tutti::testing
