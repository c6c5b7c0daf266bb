// The layout of everything that crosses the ABI, as layout.txt has it. A line of that file may only
// change together with the ABI's version and docs/abi-policy.md; new lines at the end of a struct
// are a new minor version. TUTTI_REGENERATE=1 writes it anew.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_format.h"
#include "tutti/abi/plugin_abi.h"

namespace tutti {
namespace {

static_assert(sizeof(void*) == 8, "the table is one of 64-bit machines");

class Layout {
 public:
  explicit Layout(std::string& text, const char* type, size_t size, size_t alignment)
      : text_(text) {
    absl::StrAppendFormat(&text_, "%s size %d alignment %d\n", type, size, alignment);
  }
  Layout& Member(const char* name, size_t offset, size_t size) {
    absl::StrAppendFormat(&text_, "  %d %s size %d\n", offset, name, size);
    return *this;
  }

 private:
  std::string& text_;
};

#define STRUCT(type) Layout(text, #type, sizeof(type), alignof(type))
#define MEMBER(type, name) Member(#name, offsetof(type, name), sizeof(type::name))

void AddFrozen(std::string& text) {
  STRUCT(tutti_string).MEMBER(tutti_string, data).MEMBER(tutti_string, size);
  STRUCT(tutti_strings)
      .MEMBER(tutti_strings, base)
      .MEMBER(tutti_strings, stride)
      .MEMBER(tutti_strings, data_at)
      .MEMBER(tutti_strings, size_at);
  STRUCT(tutti_node_mask).MEMBER(tutti_node_mask, words);
  STRUCT(tutti_request)
      .MEMBER(tutti_request, resource)
      .MEMBER(tutti_request, reserved)
      .MEMBER(tutti_request, amount);
  STRUCT(tutti_diagnosis)
      .MEMBER(tutti_diagnosis, reason)
      .MEMBER(tutti_diagnosis, reserved)
      .MEMBER(tutti_diagnosis, nodes)
      .MEMBER(tutti_diagnosis, need)
      .MEMBER(tutti_diagnosis, have);
  STRUCT(tutti_pod_uid).MEMBER(tutti_pod_uid, high).MEMBER(tutti_pod_uid, low);
  STRUCT(tutti_node_list).MEMBER(tutti_node_list, nodes).MEMBER(tutti_node_list, count);
  STRUCT(tutti_config_entry)
      .MEMBER(tutti_config_entry, pointer)
      .MEMBER(tutti_config_entry, text)
      .MEMBER(tutti_config_entry, where)
      .MEMBER(tutti_config_entry, kind)
      .MEMBER(tutti_config_entry, reserved);
  STRUCT(tutti_queue_amount)
      .MEMBER(tutti_queue_amount, resource)
      .MEMBER(tutti_queue_amount, reserved)
      .MEMBER(tutti_queue_amount, used)
      .MEMBER(tutti_queue_amount, guaranteed)
      .MEMBER(tutti_queue_amount, limit);
}

void AddCalls(std::string& text) {
  STRUCT(tutti_status)
      .MEMBER(tutti_status, struct_size)
      .MEMBER(tutti_status, code)
      .MEMBER(tutti_status, flags)
      .MEMBER(tutti_status, reason)
      .MEMBER(tutti_status, reserved)
      .MEMBER(tutti_status, need)
      .MEMBER(tutti_status, have)
      .MEMBER(tutti_status, host_data);
  STRUCT(tutti_config)
      .MEMBER(tutti_config, struct_size)
      .MEMBER(tutti_config, reserved)
      .MEMBER(tutti_config, entries)
      .MEMBER(tutti_config, entry_count)
      .MEMBER(tutti_config, host_data);
  STRUCT(tutti_cycle)
      .MEMBER(tutti_cycle, struct_size)
      .MEMBER(tutti_cycle, reserved)
      .MEMBER(tutti_cycle, seed)
      .MEMBER(tutti_cycle, state);
  STRUCT(tutti_block_verdict)
      .MEMBER(tutti_block_verdict, struct_size)
      .MEMBER(tutti_block_verdict, reserved)
      .MEMBER(tutti_block_verdict, passing)
      .MEMBER(tutti_block_verdict, unresolvable)
      .MEMBER(tutti_block_verdict, reasons)
      .MEMBER(tutti_block_verdict, diagnoses);
}

void AddViews(std::string& text) {
  STRUCT(tutti_pod_class)
      .MEMBER(tutti_pod_class, struct_size)
      .MEMBER(tutti_pod_class, priority)
      .MEMBER(tutti_pod_class, namespace_name)
      .MEMBER(tutti_pod_class, gang)
      .MEMBER(tutti_pod_class, count)
      .MEMBER(tutti_pod_class, requests)
      .MEMBER(tutti_pod_class, request_count)
      .MEMBER(tutti_pod_class, fields)
      .MEMBER(tutti_pod_class, field_count);
  STRUCT(tutti_node_block)
      .MEMBER(tutti_node_block, struct_size)
      .MEMBER(tutti_node_block, first)
      .MEMBER(tutti_node_block, present)
      .MEMBER(tutti_node_block, allocatable)
      .MEMBER(tutti_node_block, allocatable_count)
      .MEMBER(tutti_node_block, free)
      .MEMBER(tutti_node_block, free_count)
      .MEMBER(tutti_node_block, fields)
      .MEMBER(tutti_node_block, field_count)
      .MEMBER(tutti_node_block, names);
  STRUCT(tutti_cluster)
      .MEMBER(tutti_cluster, struct_size)
      .MEMBER(tutti_cluster, reserved)
      .MEMBER(tutti_cluster, blocks)
      .MEMBER(tutti_cluster, block_count);
  STRUCT(tutti_gang)
      .MEMBER(tutti_gang, struct_size)
      .MEMBER(tutti_gang, priority)
      .MEMBER(tutti_gang, namespace_name)
      .MEMBER(tutti_gang, name)
      .MEMBER(tutti_gang, dialect)
      .MEMBER(tutti_gang, arrival)
      .MEMBER(tutti_gang, created_ns)
      .MEMBER(tutti_gang, min_member)
      .MEMBER(tutti_gang, members)
      .MEMBER(tutti_gang, bound)
      .MEMBER(tutti_gang, classes)
      .MEMBER(tutti_gang, class_count)
      .MEMBER(tutti_gang, placed_on)
      .MEMBER(tutti_gang, placed_on_count)
      .MEMBER(tutti_gang, queue)
      .MEMBER(tutti_gang, duration_ns)
      .MEMBER(tutti_gang, user);
  STRUCT(tutti_placement)
      .MEMBER(tutti_placement, struct_size)
      .MEMBER(tutti_placement, has_domain)
      .MEMBER(tutti_placement, domain_name)
      .MEMBER(tutti_placement, domain_nodes)
      .MEMBER(tutti_placement, domain_blocks)
      .MEMBER(tutti_placement, nodes)
      .MEMBER(tutti_placement, class_count);
}

void AddViewsOfPods(std::string& text) {
  STRUCT(tutti_gang_diagnosis)
      .MEMBER(tutti_gang_diagnosis, struct_size)
      .MEMBER(tutti_gang_diagnosis, resource)
      .MEMBER(tutti_gang_diagnosis, reserved)
      .MEMBER(tutti_gang_diagnosis, code)
      .MEMBER(tutti_gang_diagnosis, need)
      .MEMBER(tutti_gang_diagnosis, have);
  STRUCT(tutti_placed_pod)
      .MEMBER(tutti_placed_pod, struct_size)
      .MEMBER(tutti_placed_pod, priority)
      .MEMBER(tutti_placed_pod, uid)
      .MEMBER(tutti_placed_pod, namespace_name)
      .MEMBER(tutti_placed_pod, name)
      .MEMBER(tutti_placed_pod, gang)
      .MEMBER(tutti_placed_pod, gang_arrival)
      .MEMBER(tutti_placed_pod, flags)
      .MEMBER(tutti_placed_pod, node)
      .MEMBER(tutti_placed_pod, node_name)
      .MEMBER(tutti_placed_pod, bound_since_s)
      .MEMBER(tutti_placed_pod, requests)
      .MEMBER(tutti_placed_pod, request_count)
      .MEMBER(tutti_placed_pod, fields)
      .MEMBER(tutti_placed_pod, field_count);
  STRUCT(tutti_cluster_event)
      .MEMBER(tutti_cluster_event, struct_size)
      .MEMBER(tutti_cluster_event, kind)
      .MEMBER(tutti_cluster_event, block)
      .MEMBER(tutti_cluster_event, offset)
      .MEMBER(tutti_cluster_event, was_reserved)
      .MEMBER(tutti_cluster_event, pod)
      .MEMBER(tutti_cluster_event, gang);
  STRUCT(tutti_device_request)
      .MEMBER(tutti_device_request, struct_size)
      .MEMBER(tutti_device_request, count)
      .MEMBER(tutti_device_request, milli)
      .MEMBER(tutti_device_request, fitting)
      .MEMBER(tutti_device_request, reserved);
}

void AddViewsOfQueues(std::string& text) {
  STRUCT(tutti_queue_description)
      .MEMBER(tutti_queue_description, struct_size)
      .MEMBER(tutti_queue_description, flags)
      .MEMBER(tutti_queue_description, name)
      .MEMBER(tutti_queue_description, parent)
      .MEMBER(tutti_queue_description, state)
      .MEMBER(tutti_queue_description, problem)
      .MEMBER(tutti_queue_description, running)
      .MEMBER(tutti_queue_description, share)
      .MEMBER(tutti_queue_description, generation)
      .MEMBER(tutti_queue_description, amounts)
      .MEMBER(tutti_queue_description, amount_count);
  STRUCT(tutti_object_kind)
      .MEMBER(tutti_object_kind, struct_size)
      .MEMBER(tutti_object_kind, reserved)
      .MEMBER(tutti_object_kind, group)
      .MEMBER(tutti_object_kind, versions)
      .MEMBER(tutti_object_kind, version_count)
      .MEMBER(tutti_object_kind, resource);
  STRUCT(tutti_watched_object)
      .MEMBER(tutti_watched_object, struct_size)
      .MEMBER(tutti_watched_object, reserved)
      .MEMBER(tutti_watched_object, resource)
      .MEMBER(tutti_watched_object, namespace_name)
      .MEMBER(tutti_watched_object, name)
      .MEMBER(tutti_watched_object, generation);
}

void AddTables(std::string& text) {
  STRUCT(tutti_host)
      .MEMBER(tutti_host, struct_size)
      .MEMBER(tutti_host, abi_major)
      .MEMBER(tutti_host, abi_minor)
      .MEMBER(tutti_host, host_data)
      .MEMBER(tutti_host, resource)
      .MEMBER(tutti_host, pod_label)
      .MEMBER(tutti_host, pod_annotation)
      .MEMBER(tutti_host, node_label)
      .MEMBER(tutti_host, node_annotation)
      .MEMBER(tutti_host, reason)
      .MEMBER(tutti_host, counter)
      .MEMBER(tutti_host, config_known)
      .MEMBER(tutti_host, config_fail)
      .MEMBER(tutti_host, increment)
      .MEMBER(tutti_host, now_ns)
      .MEMBER(tutti_host, text)
      .MEMBER(tutti_host, find_text)
      .MEMBER(tutti_host, set_message)
      .MEMBER(tutti_host, add_domain)
      .MEMBER(tutti_host, pods_on)
      .MEMBER(tutti_host, add_victim)
      .MEMBER(tutti_host, nominate)
      .MEMBER(tutti_host, add_annotation)
      .MEMBER(tutti_host, set_queue)
      .MEMBER(tutti_host, add_watch)
      .MEMBER(tutti_host, set_state);
  STRUCT(tutti_plugin_descriptor)
      .MEMBER(tutti_plugin_descriptor, struct_size)
      .MEMBER(tutti_plugin_descriptor, magic)
      .MEMBER(tutti_plugin_descriptor, abi_major)
      .MEMBER(tutti_plugin_descriptor, abi_minor)
      .MEMBER(tutti_plugin_descriptor, oldest_host_minor)
      .MEMBER(tutti_plugin_descriptor, reserved)
      .MEMBER(tutti_plugin_descriptor, name)
      .MEMBER(tutti_plugin_descriptor, version)
      .MEMBER(tutti_plugin_descriptor, build)
      .MEMBER(tutti_plugin_descriptor, create)
      .MEMBER(tutti_plugin_descriptor, destroy)
      .MEMBER(tutti_plugin_descriptor, end_cycle)
      .MEMBER(tutti_plugin_descriptor, pre_filter)
      .MEMBER(tutti_plugin_descriptor, filter_block)
      .MEMBER(tutti_plugin_descriptor, pre_score)
      .MEMBER(tutti_plugin_descriptor, score_block)
      .MEMBER(tutti_plugin_descriptor, has_normalize_score)
      .MEMBER(tutti_plugin_descriptor, normalize_score)
      .MEMBER(tutti_plugin_descriptor, pre_enqueue)
      .MEMBER(tutti_plugin_descriptor, queue_less)
      .MEMBER(tutti_plugin_descriptor, placement_generate)
      .MEMBER(tutti_plugin_descriptor, placement_score)
      .MEMBER(tutti_plugin_descriptor, post_filter)
      .MEMBER(tutti_plugin_descriptor, select_victims)
      .MEMBER(tutti_plugin_descriptor, reserve)
      .MEMBER(tutti_plugin_descriptor, unreserve)
      .MEMBER(tutti_plugin_descriptor, permit)
      .MEMBER(tutti_plugin_descriptor, pre_bind)
      .MEMBER(tutti_plugin_descriptor, post_bind)
      .MEMBER(tutti_plugin_descriptor, events_to_register)
      .MEMBER(tutti_plugin_descriptor, on_cluster_event)
      .MEMBER(tutti_plugin_descriptor, is_node_local)
      .MEMBER(tutti_plugin_descriptor, select_devices)
      .MEMBER(tutti_plugin_descriptor, queues)
      .MEMBER(tutti_plugin_descriptor, queue_of)
      .MEMBER(tutti_plugin_descriptor, begin_round)
      .MEMBER(tutti_plugin_descriptor, next_queue)
      .MEMBER(tutti_plugin_descriptor, skips)
      .MEMBER(tutti_plugin_descriptor, served)
      .MEMBER(tutti_plugin_descriptor, describe_queue)
      .MEMBER(tutti_plugin_descriptor, watches)
      .MEMBER(tutti_plugin_descriptor, on_object)
      .MEMBER(tutti_plugin_descriptor, on_object_gone)
      .MEMBER(tutti_plugin_descriptor, check_object)
      .MEMBER(tutti_plugin_descriptor, save_state)
      .MEMBER(tutti_plugin_descriptor, restore_state)
      .MEMBER(tutti_plugin_descriptor, reserve_again);
}

std::string Numbers() {
  return absl::StrFormat(
      "version %d.%d\nmagic %d\ncodes %d %d %d %d %d %d %d\nkinds %d %d %d %d\nevents %d %d %d %d "
      "%d %d %d "
      "%d\nhints %d %d\npod flags %d %d\nthrown %d\nblock %d\ndevices %d of %d\n"
      "queues %d outcomes %d %d %d %d flags %d %d\nstate %d\n",
      TUTTI_ABI_MAJOR, TUTTI_ABI_MINOR, TUTTI_ABI_MAGIC, TUTTI_SUCCESS, TUTTI_ERROR,
      TUTTI_UNSCHEDULABLE, TUTTI_UNSCHEDULABLE_AND_UNRESOLVABLE, TUTTI_WAIT, TUTTI_SKIP,
      TUTTI_PENDING, TUTTI_CONFIG_NULL, TUTTI_CONFIG_BOOLEAN, TUTTI_CONFIG_INTEGER,
      TUTTI_CONFIG_STRING, TUTTI_NODE_ADDED, TUTTI_NODE_UPDATED, TUTTI_NODE_REMOVED,
      TUTTI_POD_BOUND, TUTTI_POD_REMOVED, TUTTI_GANG_ARRIVED, TUTTI_GANG_PLACED, TUTTI_GANG_GONE,
      TUTTI_QUEUE_SKIP, TUTTI_QUEUE, TUTTI_POD_LEAVING, TUTTI_POD_EVICTABLE, TUTTI_STATUS_THROWN,
      TUTTI_NODES_PER_BLOCK, TUTTI_MOST_DEVICES, TUTTI_WHOLE_DEVICE, TUTTI_MOST_QUEUES,
      TUTTI_QUEUE_PLACED, TUTTI_QUEUE_NOT_READY, TUTTI_QUEUE_HELD, TUTTI_QUEUE_NO_PLACE,
      TUTTI_QUEUE_IS_LEAF, TUTTI_QUEUE_HAS_GENERATION, TUTTI_MOST_STATE);
}

TEST(LayoutTest, IsWhatHasBeenPromised) {
  std::string text = Numbers();
  AddFrozen(text);
  AddCalls(text);
  AddViews(text);
  AddViewsOfPods(text);
  AddViewsOfQueues(text);
  AddTables(text);
  const std::string path = TUTTI_SOURCE_DIR "/tests/abi/layout.txt";
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(path) << text;
  std::ostringstream promised;
  promised << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, promised.str());
}

}  // namespace
}  // namespace tutti
