// The functions of a descriptor, made of a C++ class. Use tutti/export.h.
//
// No exception leaves any of them: it becomes an Error with the flag "thrown", which the host
// treats as it would have treated the exception.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "tutti/abi/convert.h"
#include "tutti/abi/host_from_c.h"
#include "tutti/abi/views_from_c.h"
#include "tutti/cycle_state.h"
#include "tutti/plugin.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/reserve.h"
#include "tutti/plugin/score.h"

namespace tutti::abi {

// What `self` points to.
template <class T>
struct Instance {
  explicit Instance(const tutti_host& c) : c_host(c), host(c) {}

  const tutti_host& c_host;
  HostFromC host;
  std::unique_ptr<Plugin> owned;
  T* plugin = nullptr;  // the same one
};

inline void Answer(const tutti_host& host, const Status& answer, tutti_status* status) {
  status->code = static_cast<uint32_t>(answer.code());
  status->reason = answer.reason().value;
  status->need = answer.need();
  status->have = answer.have();
  if (!answer.message().empty()) host.set_message(status, ToC(answer.message()));
}

inline void Threw(const tutti_host& host, std::string_view what, tutti_status* status) noexcept {
  status->code = TUTTI_ERROR;
  status->flags |= TUTTI_STATUS_THROWN;
  host.set_message(status, ToC(what));
}

// `call` answers a Status, or nothing: Success.
template <class Call>
void Contain(const tutti_host& host, tutti_status* status, Call&& call) noexcept {
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
    } else {
      Answer(host, call(), status);
    }
  } catch (const std::exception& error) {
    Threw(host, error.what(), status);
  } catch (...) {
    Threw(host, "something that is no std::exception", status);
  }
}

// `ask` with the plugin, which is const where it is asked as one, and its instance.
template <class T, class Ask>
void CallPlugin(void* self, tutti_status* status, Ask&& ask) noexcept {
  const Instance<T>& of = *static_cast<const Instance<T>*>(self);
  Contain(of.c_host, status, [&] { return ask(*of.plugin, of); });
}

inline CycleState& StateOf(tutti_cycle* cycle) {
  if (cycle->state == nullptr) cycle->state = new CycleState(cycle->seed);
  return *static_cast<CycleState*>(cycle->state);
}

// The state as Filter and Score see it: an empty one where nobody has written any.
class ReadOnlyState {
 public:
  explicit ReadOnlyState(const tutti_cycle* cycle)
      : empty_(cycle->seed), held_(static_cast<const CycleState*>(cycle->state)) {}
  const CycleState& get() const { return held_ == nullptr ? empty_ : *held_; }

 private:
  CycleState empty_;
  const CycleState* held_;
};

template <class T>
struct Trampolines {
  using Self = Instance<T>;

  static void* Create(const tutti_host* host, const tutti_config* config,
                      tutti_status* failure) noexcept {
    std::unique_ptr<Self> made;
    Contain(*host, failure, [&] {
      auto self = std::make_unique<Self>(*host);
      ConfigFromC from(*host, *config);
      self->owned = T::Descriptor().make(from.config(), self->host);
      if (self->owned == nullptr) return;
      self->plugin = dynamic_cast<T*>(self->owned.get());
      if (self->plugin == nullptr) throw std::logic_error("the factory made another class");
      made = std::move(self);
    });
    return made.release();
  }
  static void Destroy(void* self) noexcept { delete static_cast<Self*>(self); }
  static void EndCycle(void*, void* state) noexcept { delete static_cast<CycleState*>(state); }

  static void PreFilter(void* self, tutti_cycle* cycle, const tutti_pod_class* pod,
                        const tutti_cluster* cluster, tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      return plugin.PreFilter(StateOf(cycle), PodFromC(*pod).view(), nodes.view());
    });
  }
  static void FilterBlock(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                          const tutti_node_block* block, tutti_block_verdict* verdict,
                          tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const BlockFromC nodes(*block, of.host);
      BlockVerdict said = FromC(*verdict);
      Status answer =
          plugin.FilterBlock(ReadOnlyState(cycle).get(), PodFromC(*pod).view(), nodes.view(), said);
      ToC(said, *verdict);
      return answer;
    });
  }
  static void PreScore(void* self, tutti_cycle* cycle, const tutti_pod_class* pod,
                       const tutti_cluster* cluster, tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      return plugin.PreScore(StateOf(cycle), PodFromC(*pod).view(), nodes.view());
    });
  }
  static void ScoreBlock(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                         const tutti_node_block* block, const tutti_node_mask* candidates,
                         int64_t* scores, tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const BlockFromC nodes(*block, of.host);
      plugin.ScoreBlock(ReadOnlyState(cycle).get(), PodFromC(*pod).view(), nodes.view(),
                        FromC(*candidates),
                        std::span<int64_t, kNodesPerBlock>(scores, kNodesPerBlock));
    });
  }
  static bool HasNormalizeScore(void* self) noexcept {
    try {
      return static_cast<Self*>(self)->plugin->HasNormalizeScore();
    } catch (...) {
      return false;  // there is nobody to tell
    }
  }
  static void NormalizeScore(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                             int64_t* scores, size_t count, tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self&) {
      plugin.NormalizeScore(ReadOnlyState(cycle).get(), PodFromC(*pod).view(), {scores, count});
    });
  }
  static bool IsNodeLocal(void* self) noexcept {
    try {
      return static_cast<Self*>(self)->plugin->IsNodeLocal();
    } catch (...) {
      return false;  // there is nobody to tell
    }
  }
  static uint32_t SelectDevices(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                                const tutti_node_block* block, uint32_t offset,
                                const tutti_device_request* request,
                                tutti_status* status) noexcept {
    DeviceSet selected;
    Call(self, status, [&](const T& plugin, const Self& of) {
      const BlockFromC nodes(*block, of.host);
      selected = plugin.SelectDevices(ReadOnlyState(cycle).get(), PodFromC(*pod).view(),
                                      nodes.view().Node(offset), {request->count, request->milli},
                                      DevicesFromC(request->fitting));
    });
    return ToC(selected);
  }

  static void PreEnqueue(void* self, const tutti_gang* gang, const tutti_cluster* cluster,
                         tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      return plugin.PreEnqueue(GangFromC(*gang).view(), nodes.view());
    });
  }
  static bool QueueLess(void* self, const tutti_gang* a, const tutti_gang* b,
                        tutti_status* status) noexcept {
    bool less = false;
    Call(self, status, [&](const T& plugin, const Self&) {
      less = plugin.Less(GangFromC(*a).view(), GangFromC(*b).view());
    });
    return less;
  }
  static void PlacementGenerate(void* self, tutti_cycle* cycle, const tutti_gang* gang,
                                const tutti_cluster* cluster, tutti_domains* domains,
                                tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      std::vector<Domain> found;
      Status answer =
          plugin.PlacementGenerate(StateOf(cycle), GangFromC(*gang).view(), nodes.view(), found);
      for (const Domain& domain : found) {
        of.c_host.add_domain(domains, ToC(domain.name),
                             reinterpret_cast<const tutti_node_mask*>(domain.nodes.data()),
                             domain.nodes.size());
      }
      return answer;
    });
  }
  static int64_t PlacementScore(void* self, const tutti_cycle* cycle, const tutti_gang* gang,
                                const tutti_placement* placement, const tutti_cluster* cluster,
                                tutti_status* status) noexcept {
    int64_t score = 0;
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      score = plugin.PlacementScore(ReadOnlyState(cycle).get(), GangFromC(*gang).view(),
                                    PlacementFromC(*placement).view(), nodes.view());
    });
    return score;
  }

  static void PostFilter(void* self, const tutti_gang* gang, const tutti_gang_diagnosis* diagnosis,
                         const tutti_cluster* cluster, tutti_nomination* nomination,
                         tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      Nomination said;
      Status answer =
          plugin.PostFilter(GangFromC(*gang).view(), ViewOf(*diagnosis), nodes.view(), said);
      if (!said.nodes.empty()) {
        of.c_host.nominate(nomination, reinterpret_cast<const tutti_node_mask*>(said.nodes.data()),
                           said.nodes.size());
      }
      return answer;
    });
  }
  static void SelectVictims(void* self, const tutti_gang* gang,
                            const tutti_gang_diagnosis* diagnosis, const tutti_cluster* cluster,
                            const tutti_bound_pods* pods, tutti_victims* victims,
                            tutti_status* status) noexcept {
    Call(self, status, [&](const T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      std::vector<PodUid> said;
      Status answer = plugin.SelectVictims(GangFromC(*gang).view(), ViewOf(*diagnosis),
                                           nodes.view(), BoundPodsFromC(of.c_host, *pods), said);
      for (const PodUid& uid : said) of.c_host.add_victim(victims, ToC(uid));
      return answer;
    });
  }
  static void Reserve(void* self, const tutti_gang* gang, const tutti_placement* placement,
                      const tutti_cluster* cluster, tutti_status* status) noexcept {
    Call(self, status, [&](T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      return plugin.Reserve(GangFromC(*gang).view(), PlacementFromC(*placement).view(),
                            nodes.view());
    });
  }
  static void ReserveAgain(void* self, const tutti_gang* gang, const tutti_placement* placement,
                           const tutti_cluster* cluster, tutti_status* status) noexcept {
    Call(self, status, [&](T& plugin, const Self& of) {
      const ClusterFromC nodes(*cluster, of.host);
      plugin.ReserveAgain(GangFromC(*gang).view(), PlacementFromC(*placement).view(), nodes.view());
    });
  }
  static void Unreserve(void* self, const tutti_gang* gang, const tutti_placement* placement,
                        tutti_status* status) noexcept {
    Call(self, status, [&](T& plugin, const Self&) {
      plugin.Unreserve(GangFromC(*gang).view(), PlacementFromC(*placement).view());
    });
  }
  static void Permit(void* self, const tutti_placed_pod* pod, int64_t* timeout_ns,
                     tutti_status* status) noexcept {
    Call(self, status, [&](T& plugin, const Self&) {
      std::chrono::nanoseconds timeout(*timeout_ns);
      Status answer = plugin.Permit(PlacedPodFromC(*pod).view(), timeout);
      *timeout_ns = timeout.count();
      return answer;
    });
  }
  static void PreBind(void* self, const tutti_placed_pod* pod, tutti_annotations* annotations,
                      tutti_status* status) noexcept {
    Call(self, status, [&](T& plugin, const Self& of) {
      BindAnnotations said;
      Status answer = plugin.PreBind(PlacedPodFromC(*pod).view(), said);
      for (const auto& [key, value] : said.entries())
        of.c_host.add_annotation(annotations, ToC(std::string_view(key)),
                                 ToC(std::string_view(value)));
      return answer;
    });
  }
  static void PostBind(void* self, const tutti_placed_pod* pod, tutti_status* status) noexcept {
    Call(self, status,
         [&](T& plugin, const Self&) { plugin.PostBind(PlacedPodFromC(*pod).view()); });
  }
  static uint32_t EventsToRegister(void* self) noexcept {
    try {
      return static_cast<Self*>(self)->plugin->EventsToRegister();
    } catch (...) {
      return 0;  // which the host takes for the mistake that it is
    }
  }
  static uint32_t OnClusterEvent(void* self, const tutti_cluster_event* event,
                                 tutti_status* status) noexcept {
    QueueingHint hint = QueueingHint::kQueueSkip;
    Call(self, status, [&](T& plugin, const Self& of) {
      hint = plugin.OnClusterEvent(ClusterEventFromC(*event, of.host).view());
    });
    return static_cast<uint32_t>(hint);
  }

 private:
  template <class Ask>
  static void Call(void* self, tutti_status* status, Ask&& ask) noexcept {
    CallPlugin<T>(self, status, std::forward<Ask>(ask));
  }
};

}  // namespace tutti::abi
