#include "extender/filter_handler.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/reason.h"

namespace tutti::extender {
namespace {

using framework::FilterPod;
using framework::FilterVerdict;
using model::ClusterSnapshot;
using model::NodeIndex;

constexpr size_t kMostFailedNodes = 32;

// One request: which form the candidates came in, and how to answer in the same form.
class FilterCall {
 public:
  FilterCall(Workspace& workspace, const FilterArgs& args, const ClusterSnapshot& snapshot)
      : w_(workspace), args_(args), snapshot_(snapshot) {}

  absl::Status ResolveAll() {
    w_.candidates.clear();
    w_.resolver.Begin(snapshot_);
    return ForEach([&](std::string_view name, std::string_view) {
      w_.candidates.push_back(w_.resolver.Resolve(name));
    });
  }

  absl::StatusOr<bool> Offers(const std::string& node) {
    bool offered = false;
    const absl::Status status = ForEach(
        [&](std::string_view name, std::string_view) { offered = offered || name == node; });
    if (!status.ok()) return status;
    return offered;
  }

  absl::StatusOr<std::string> Reply(const FilterVerdict& verdict, const std::string& planned) {
    switch (verdict.kind) {
      case FilterVerdict::Kind::kAll:
        return Whole(args_.node_names.empty() ? "null" : args_.node_names,
                     args_.nodes.empty() ? "null" : args_.nodes, "null", "null");
      case FilterVerdict::Kind::kOne:
        return One(planned);
      case FilterVerdict::Kind::kSubset:
        return Subset(verdict);
      case FilterVerdict::Kind::kNone:
        return None(verdict);
    }
    return absl::InternalError("no such verdict");
  }

 private:
  bool by_name() const { return !args_.node_names.empty(); }

  absl::Status ForEach(const std::function<void(std::string_view, std::string_view)>& each) {
    if (by_name())
      return w_.parser.ForEachName(args_.node_names,
                                   [&](std::string_view name) { each(name, {}); });
    return w_.parser.ForEachNode(args_.nodes, each);
  }

  static std::string Whole(std::string_view names, std::string_view nodes, std::string_view failed,
                           std::string_view unresolvable) {
    std::string reply = R"({"Nodes":)";
    reply.reserve(names.size() + nodes.size() + failed.size() + unresolvable.size() + 128);
    reply.append(nodes)
        .append(R"(,"NodeNames":)")
        .append(names)
        .append(R"(,"FailedNodes":)")
        .append(failed);
    reply.append(R"(,"FailedAndUnresolvableNodes":)")
        .append(unresolvable)
        .append(R"(,"Error":""})");
    return reply;
  }

  // In the form of the request: names, or whole nodes.
  std::string Kept(const std::string& items, std::string_view failed,
                   std::string_view unresolvable) const {
    if (by_name()) return Whole("[" + items + "]", "null", failed, unresolvable);
    return Whole("null", R"({"metadata":{},"items":[)" + items + "]}", failed, unresolvable);
  }

  absl::StatusOr<std::string> One(const std::string& planned) {
    std::string item;
    const absl::Status status = ForEach([&](std::string_view name, std::string_view json) {
      if (name != planned || !item.empty()) return;
      if (by_name()) {
        AppendJsonString(item, name);
      } else {
        item = json;
      }
    });
    if (!status.ok()) return status;
    return Kept(item, "null", "null");
  }

  absl::StatusOr<std::string> Subset(const FilterVerdict& verdict) {
    std::string items;
    std::string failed = "{";
    const std::string message = model::StableMessage(verdict.reason);
    uint32_t position = 0;
    size_t next_refused = 0;
    const absl::Status status = ForEach([&](std::string_view name, std::string_view json) {
      const bool refused =
          next_refused < verdict.refused.size() && verdict.refused[next_refused] == position;
      ++position;
      if (refused) {
        // More entries would cost kube-scheduler more than they tell; the rest is dropped without a
        // reason.
        if (next_refused++ < kMostFailedNodes) AppendFailed(failed, name, message);
        return;
      }
      if (!items.empty()) items.push_back(',');
      if (by_name()) {
        AppendJsonString(items, name);
      } else {
        items.append(json);
      }
    });
    if (!status.ok()) return status;
    return Kept(items, failed + "}", "null");
  }

  absl::StatusOr<std::string> None(const FilterVerdict& verdict) {
    std::string unresolvable = "{";
    const std::string message = model::StableMessage(verdict.reason);
    const absl::Status status = ForEach([&](std::string_view name, std::string_view) {
      if (unresolvable.size() == 1) AppendFailed(unresolvable, name, message);
    });
    if (!status.ok()) return status;
    return Kept("", "null", unresolvable + "}");
  }

  static void AppendFailed(std::string& map, std::string_view name, const std::string& message) {
    if (map.size() > 1) map.push_back(',');
    AppendJsonString(map, name);
    map.push_back(':');
    AppendJsonString(map, message);
  }

  Workspace& w_;
  const FilterArgs& args_;
  const ClusterSnapshot& snapshot_;
};

bool HasRoom(const model::ResourceList& requests, NodeIndex node, const ClusterSnapshot& snapshot) {
  const model::NodeBlock& block = *snapshot.blocks[BlockOf(node)];
  return std::all_of(requests.entries().begin(), requests.entries().end(), [&](const auto& entry) {
    return block.Free(entry.first, OffsetOf(node)) >= entry.second;
  });
}

// What a held gang member could use if it were alone.
FilterVerdict ForOnePod(const model::ResourceList& requests,
                        const std::vector<NodeIndex>& candidates, const ClusterSnapshot& snapshot) {
  FilterVerdict verdict;
  verdict.kind = FilterVerdict::Kind::kSubset;
  verdict.reason.code = model::ReasonCode::kWaitingForCapacity;
  for (size_t i = 0; i < candidates.size(); ++i) {
    // A node we do not know is a template node of a simulation: leave it to the asker.
    if (candidates[i].valid() && !HasRoom(requests, candidates[i], snapshot)) {
      verdict.refused.push_back(static_cast<uint32_t>(i));
    }
  }
  return verdict;
}

}  // namespace

VerbAnswer FilterHandler::Run(std::string_view body, bool dry_run) {
  const WorkspacePool::Lease workspace = workspaces_.Take();
  Workspace& w = *workspace;
  const absl::StatusOr<FilterArgs> args = w.parser.ParseFilter(body);
  if (!args.ok()) return BadRequest(args.status());
  const std::shared_ptr<const ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  const absl::StatusOr<std::string> uid = w.parser.PodUid(args->pod);
  if (!uid.ok()) return BadRequest(uid.status());

  FilterPod pod;
  pod.uid = base::Uid::Parse(*uid).value_or(base::Uid());
  const model::PodVerdict* known = snapshot->verdicts.Find(pod.uid);
  absl::StatusOr<model::PodInfo> decoded = model::PodInfo();
  const bool decode = known == nullptr || (dry_run && !known->node.valid());
  if (decode) {
    decoded = w.decoder.Decode(args->pod);
    if (!decoded.ok()) return BadRequest(decoded.status());
    pod.plan_token = decoded->plan_token;
    pod.in_gang = decoded->gang.has_value();
    pod.priority = decoded->shape->priority;
    pod.requests = &decoded->shape->requests;
  }

  FilterCall call(w, *args, *snapshot);
  const bool held_dry_run = dry_run && pod.in_gang && (known == nullptr || !known->node.valid());
  if (held_dry_run || NeedsCandidates(pod, *snapshot)) {
    if (absl::Status status = call.ResolveAll(); !status.ok()) return BadRequest(status);
  }
  std::string planned;
  bool planned_offered = false;
  if (known != nullptr && known->node.valid()) {
    if (const model::NodeInfo* info = snapshot->Info(known->node)) planned = info->name;
    const absl::StatusOr<bool> offered = call.Offers(planned);
    if (!offered.ok()) return BadRequest(offered.status());
    planned_offered = *offered;
  }
  const FilterVerdict verdict =
      held_dry_run ? ForOnePod(*pod.requests, w.candidates, *snapshot)
                   : framework::Filter(pod, w.candidates, planned_offered, *snapshot);
  if (verdict.report_not_offered && !dry_run) core_.ReportNotOffered(pod.uid, planned);
  absl::StatusOr<std::string> reply = call.Reply(verdict, planned);
  if (!reply.ok()) return BadRequest(reply.status());
  return {200, *std::move(reply), verdict.reason.code};
}

}  // namespace tutti::extender
