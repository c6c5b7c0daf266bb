/* Helpers for plugins in C, over plugin_abi.h, which includes them: no part of the ABI. */
#include "tutti/abi/plugin_abi.h" /* which brings this one in where it belongs */

#ifndef TUTTI_ABI_PLUGIN_ABI_HELPERS_H_
#define TUTTI_ABI_PLUGIN_ABI_HELPERS_H_

#ifdef __cplusplus
extern "C" {
#endif

static inline tutti_string tutti_string_at(tutti_strings strings, size_t i) {
  tutti_string text = {NULL, 0};
  if (strings.base != NULL) {
    const char* at = (const char*)strings.base + i * strings.stride;
    text.data = *(const char* const*)(const void*)(at + strings.data_at);
    text.size = *(const size_t*)(const void*)(at + strings.size_at);
  }
  return text;
}

static inline const tutti_node_block* tutti_block_at(const tutti_cluster* cluster, size_t i) {
  const char* first = (const char*)cluster->blocks;
  return (const tutti_node_block*)(const void*)(first + i * cluster->blocks->struct_size);
}

static inline const tutti_pod_class* tutti_class_at(const tutti_gang* gang, size_t i) {
  const char* first = (const char*)gang->classes;
  return (const tutti_pod_class*)(const void*)(first + i * gang->classes->struct_size);
}

static inline const tutti_placed_pod* tutti_pod_at(const tutti_placed_pod* pods, size_t i) {
  return (const tutti_placed_pod*)(const void*)((const char*)pods + i * pods->struct_size);
}

static inline bool tutti_mask_has(const tutti_node_mask* mask, uint32_t offset) {
  return (mask->words[offset / 64] >> (offset % 64) & 1) != 0;
}

/* How much the pod asks for. */
static inline int64_t tutti_requested(const tutti_pod_class* pod, uint16_t resource) {
  for (size_t i = 0; i < pod->request_count; ++i) {
    if (pod->requests[i].resource == resource) return pod->requests[i].amount;
  }
  return 0;
}

static inline int64_t tutti_allocatable(const tutti_node_block* block, uint16_t resource,
                                        uint32_t offset) {
  const bool known = resource < block->allocatable_count && block->allocatable[resource] != NULL;
  return known ? block->allocatable[resource][offset] : 0;
}

static inline int64_t tutti_free(const tutti_node_block* block, uint16_t resource,
                                 uint32_t offset) {
  const bool known = resource < block->free_count && block->free[resource] != NULL;
  return known ? block->free[resource][offset] : 0;
}

/* The text of a node's field, for tutti_host.text. */
static inline uint32_t tutti_field(const tutti_node_block* block, uint16_t field, uint32_t offset) {
  const bool known = field < block->field_count && block->fields[field] != NULL;
  return known ? block->fields[field][offset] : TUTTI_NO_TEXT;
}

/* Refuses a node that passed so far. code: Unschedulable or UnschedulableAndUnresolvable. Of more
 * reasons than there are diagnoses only the nodes are kept. */
static inline void tutti_refuse(tutti_block_verdict* verdict, uint32_t offset, uint32_t code,
                                uint16_t reason, int64_t need, int64_t have) {
  const uint64_t bit = UINT64_C(1) << (offset % 64);
  verdict->passing.words[offset / 64] &= ~bit;
  if (code == TUTTI_UNSCHEDULABLE_AND_UNRESOLVABLE) verdict->unresolvable.words[offset / 64] |= bit;
  verdict->reasons[offset] = reason;
  for (int i = 0; i < TUTTI_DIAGNOSES; ++i) {
    tutti_diagnosis* diagnosis = &verdict->diagnoses[i];
    if (diagnosis->nodes != 0 && diagnosis->reason != reason) continue;
    if (diagnosis->nodes == 0 || have > diagnosis->have) {
      diagnosis->need = need;
      diagnosis->have = have;
    }
    diagnosis->reason = reason;
    ++diagnosis->nodes;
    return;
  }
}

#ifdef __cplusplus
}
#endif

#endif /* TUTTI_ABI_PLUGIN_ABI_HELPERS_H_ */
