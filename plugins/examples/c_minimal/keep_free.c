/* KeepFree: refuses nodes that would have less than so much of a resource left.
 *
 *   args: {resource: nvidia.com/gpu, amount: 2}
 */
#include <stdlib.h>
#include <string.h>

#include "tutti/abi/plugin_abi.h"

typedef struct keep_free {
  const tutti_host* host;
  uint16_t resource;
  uint16_t too_little; /* the reason */
  int64_t amount;
} keep_free;

/* A constant as a tutti_string. */
#define TEXT(literal) ((tutti_string){(literal), sizeof(literal) - 1})

/* The entry of this key, or null; the host learns that we know the key. */
static const tutti_config_entry* read_key(const tutti_host* host, const tutti_config* config,
                                          tutti_string pointer) {
  host->config_known(config, pointer);
  for (size_t i = 0; i < config->entry_count; ++i) {
    const tutti_config_entry* entry = &config->entries[i];
    if (entry->pointer.size == pointer.size &&
        memcmp(entry->pointer.data, pointer.data, pointer.size) == 0)
      return entry;
  }
  return NULL;
}

/* A whole number from 0 to 10^15, or -1. Texts do not end with a zero: no strtoll. */
static int64_t parse_amount(tutti_string text) {
  int64_t value = 0;
  if (text.size == 0 || text.size > 15) return -1;
  for (size_t i = 0; i < text.size; ++i) {
    if (text.data[i] < '0' || text.data[i] > '9') return -1;
    value = value * 10 + (text.data[i] - '0');
  }
  return value;
}

static void* create(const tutti_host* host, const tutti_config* config, tutti_status* failure) {
  const tutti_config_entry* resource = read_key(host, config, TEXT("/resource"));
  const tutti_config_entry* amount = read_key(host, config, TEXT("/amount"));
  if (resource == NULL || resource->kind != TUTTI_CONFIG_STRING) {
    host->config_fail(config, TEXT("/resource"), TEXT("expected the name of a resource"));
    return NULL;
  }
  if (amount == NULL || amount->kind != TUTTI_CONFIG_INTEGER || parse_amount(amount->text) < 0) {
    host->config_fail(config, TEXT("/amount"), TEXT("expected a whole number, 0 or more"));
    return NULL;
  }
  keep_free* self = malloc(sizeof *self);
  if (self == NULL) {
    failure->code = TUTTI_ERROR;
    host->set_message(failure, TEXT("out of memory"));
    return NULL;
  }
  self->host = host;
  self->resource = host->resource(host, resource->text);
  self->too_little = host->reason(host, TEXT("KeepFree"), TEXT("too little would be left free"));
  self->amount = parse_amount(amount->text);
  return self;
}

static void destroy(void* self) { free(self); }

static void filter_block(void* instance, const tutti_cycle* cycle, const tutti_pod_class* pod,
                         const tutti_node_block* block, tutti_block_verdict* verdict,
                         tutti_status* status) {
  const keep_free* self = instance;
  const int64_t need = tutti_requested(pod, self->resource) + self->amount;
  const tutti_node_mask candidates = verdict->passing;
  (void)cycle;
  (void)status; /* it comes as Success */
  for (uint32_t offset = 0; offset < TUTTI_NODES_PER_BLOCK; ++offset) {
    if (!tutti_mask_has(&candidates, offset)) continue;
    const int64_t have = tutti_free(block, self->resource, offset);
    if (have < need)
      tutti_refuse(verdict, offset, TUTTI_UNSCHEDULABLE, self->too_little, need, have);
  }
}

const tutti_plugin_descriptor* tutti_plugin_v1(void) {
  static const tutti_plugin_descriptor descriptor = {
      .struct_size = sizeof descriptor,
      .magic = TUTTI_ABI_MAGIC,
      .abi_major = TUTTI_ABI_MAJOR,
      .abi_minor = TUTTI_ABI_MINOR,
      .oldest_host_minor = 0,
      .name = {"KeepFree", sizeof "KeepFree" - 1},
      .version = {"1", 1},
      .build = {TUTTI_BUILD, sizeof TUTTI_BUILD - 1},
      .create = create,
      .destroy = destroy,
      .filter_block = filter_block,
  };
  return &descriptor;
}
