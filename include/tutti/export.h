// TUTTI_EXPORT_PLUGIN: makes a shared object of a plugin class.
//
//   class MyFilter final : public tutti::FilterPlugin {
//    public:
//     static const tutti::PluginDescriptor& Descriptor();
//     ...
//   };
//   TUTTI_EXPORT_PLUGIN(MyFilter)  // once, in one source file, outside of any namespace
//
// The class is the same one that could be linked in. Only the C ABI crosses the boundary, so that
// compiler, standard library and its flags may differ from the host's. Export nothing else:
// tutti_add_plugin of the CMake package sees to that.
#pragma once

#include <type_traits>

#include "tutti/abi/plugin_abi.h"
#include "tutti/abi/queue_trampolines.h"
#include "tutti/abi/trampolines.h"

namespace tutti::abi {

template <class T>
void AddQueuePoints(tutti_plugin_descriptor& c) {
  using On = QueueTrampolines<T>;
  if constexpr (std::is_base_of_v<QueueSelectPlugin, T>) {
    c.queues = On::Queues;
    c.queue_of = On::QueueOf;
    c.begin_round = On::BeginRound;
    c.next_queue = On::NextQueue;
    c.skips = On::Skips;
    c.served = On::Served;
    c.describe_queue = On::DescribeQueue;
  }
  if constexpr (std::is_base_of_v<ObjectWatchPlugin, T>) {
    c.watches = On::Watches;
    c.on_object = On::OnObject;
    c.on_object_gone = On::OnObjectGone;
    c.check_object = On::CheckObject;
  }
  if constexpr (std::is_base_of_v<StatePlugin, T>) {
    c.save_state = On::SaveState;
    c.restore_state = On::RestoreState;
  }
}

// T::Descriptor() and the points that T derives from.
template <class T>
tutti_plugin_descriptor DescriptorOf() {
  using On = Trampolines<T>;
  tutti_plugin_descriptor c = {};
  c.struct_size = sizeof c;
  c.magic = TUTTI_ABI_MAGIC;
  c.abi_major = TUTTI_ABI_MAJOR;
  c.abi_minor = TUTTI_ABI_MINOR;
  // Points that an older host does not know are not served there; SelectVictims and the like use
  // callbacks of 1.1, but are never asked by a host without them. Whoever has queues, or lives by
  // objects, would be another plugin without them.
  constexpr bool kHasQueues =
      std::is_base_of_v<QueueSelectPlugin, T> || std::is_base_of_v<ObjectWatchPlugin, T>;
  c.oldest_host_minor = kHasQueues ? 6 : 0;
  c.name = ToC(T::Descriptor().name);
  c.version = ToC(T::Descriptor().version);
  c.build = ToC(std::string_view(TUTTI_BUILD));
  c.create = On::Create;
  c.destroy = On::Destroy;
  c.end_cycle = On::EndCycle;
  if constexpr (std::is_base_of_v<PreFilterPlugin, T>) c.pre_filter = On::PreFilter;
  if constexpr (std::is_base_of_v<FilterPlugin, T>) c.filter_block = On::FilterBlock;
  if constexpr (std::is_base_of_v<PreScorePlugin, T>) c.pre_score = On::PreScore;
  if constexpr (std::is_base_of_v<ScorePlugin, T>) {
    c.score_block = On::ScoreBlock;
    c.has_normalize_score = On::HasNormalizeScore;
    c.normalize_score = On::NormalizeScore;
    c.is_node_local = On::IsNodeLocal;
  }
  if constexpr (std::is_base_of_v<DeviceSelectPlugin, T>) c.select_devices = On::SelectDevices;
  if constexpr (std::is_base_of_v<PreEnqueuePlugin, T>) c.pre_enqueue = On::PreEnqueue;
  if constexpr (std::is_base_of_v<QueueSortPlugin, T>) c.queue_less = On::QueueLess;
  if constexpr (std::is_base_of_v<PlacementGeneratePlugin, T>)
    c.placement_generate = On::PlacementGenerate;
  if constexpr (std::is_base_of_v<PlacementScorePlugin, T>) c.placement_score = On::PlacementScore;
  if constexpr (std::is_base_of_v<PostFilterPlugin, T>) c.post_filter = On::PostFilter;
  if constexpr (std::is_base_of_v<SelectVictimsPlugin, T>) c.select_victims = On::SelectVictims;
  if constexpr (std::is_base_of_v<ReservePlugin, T>) {
    c.reserve = On::Reserve;
    c.unreserve = On::Unreserve;
    c.reserve_again = On::ReserveAgain;
  }
  if constexpr (std::is_base_of_v<PermitPlugin, T>) c.permit = On::Permit;
  if constexpr (std::is_base_of_v<PreBindPlugin, T>) c.pre_bind = On::PreBind;
  if constexpr (std::is_base_of_v<PostBindPlugin, T>) c.post_bind = On::PostBind;
  if constexpr (std::is_base_of_v<ClusterEventPlugin, T>) {
    c.events_to_register = On::EventsToRegister;
    c.on_cluster_event = On::OnClusterEvent;
  }
  AddQueuePoints<T>(c);
  return c;
}

}  // namespace tutti::abi

#define TUTTI_EXPORT_PLUGIN(Class)                                                         \
  extern "C" const tutti_plugin_descriptor* tutti_plugin_v1(void) {                        \
    static const tutti_plugin_descriptor descriptor = ::tutti::abi::DescriptorOf<Class>(); \
    return &descriptor;                                                                    \
  }
