// PodPipeline: the profile's plugins, asked about one pod of no gang over the nodes that
// kube-scheduler offers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/interner.h"
#include "framework/cluster_views.h"
#include "framework/plugins.h"
#include "model/cluster_snapshot.h"
#include "model/pod_info.h"

namespace tutti::extender {

// One thread at a time. Keeps the views of the last snapshot.
class PodPipeline {
 public:
  struct Refusal {
    const model::PluginReason* reason = nullptr;
    bool unresolvable = false;
  };
  struct Verdict {
    Status failed;  // Error: the pod cannot be judged; another refusal: no node at all
    Refusal whole;  // of that refusal
    std::vector<std::pair<NodeIndex, Refusal>> refused;  // by node
  };

  // `plugins` and `texts` must outlive it.
  PodPipeline(const framework::Plugins& plugins, const base::Interner& texts)
      : plugins_(plugins), views_(texts) {}

  bool active() const { return plugins_.judge_nodes(); }
  bool scores() const { return active() && !plugins_.profile->scores().empty(); }

  // `candidates`: nodes of the snapshot; invalid ones are passed over.
  Verdict Filter(const model::PodInfo& pod, std::span<const NodeIndex> candidates,
                 const model::ClusterSnapshot& snapshot);

  // For each candidate 0 to kMost; 0 where nobody scores or the pod cannot be judged.
  // kube-scheduler multiplies: this is where plugins' 0..100 and weights become the protocol's
  // eleven levels.
  static constexpr int64_t kMost = 10;
  void Score(const model::PodInfo& pod, std::span<const NodeIndex> candidates,
             const model::ClusterSnapshot& snapshot, std::vector<int64_t>& scores);

 private:
  void Begin(const model::PodInfo& pod, std::span<const NodeIndex> candidates,
             const model::ClusterSnapshot& snapshot);

  const framework::Plugins& plugins_;
  framework::ClusterViews views_;
  uint64_t generation_ = 0;  // of the snapshot that `views_` shows; 0: none
  std::vector<std::string_view> fields_;
  PodClassView pod_;
  std::vector<NodeMask> masks_;
  std::vector<int64_t> totals_;
};

}  // namespace tutti::extender
