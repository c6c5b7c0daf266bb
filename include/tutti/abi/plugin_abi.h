/* The C ABI of Tutti's plugins: what a plugin in a shared object and its host agree on.
 *
 * A shared object holds one plugin and exports one symbol, tutti_plugin_v1. Authors in C++ need not
 * read on: tutti/export.h makes all of this of a class. See docs/abi-policy.md for what may change.
 *
 * Layout    Structs that cross begin with struct_size and only grow at the end. An array of such
 *           structs steps by the struct_size of its first element (tutti_block_at), never by
 *           sizeof. The few without struct_size ("frozen") never change. Numbers of codes, kinds
 * and flags are never given another meaning. Bytes that are reserved are zero. Ownership Whoever
 * makes memory frees it: nothing is freed across the boundary. What a function is handed lives
 * until it returns, unless it says otherwise; so does what a callback is handed, which the host
 * copies. Texts     Pointer and length, UTF-8, not terminated by a zero. Amounts   Base units: cpu
 * in thousandths, memory in bytes, everything else counted. Threads   create and destroy: one
 * thread, no other call at that time. Every other function: any thread, several at once, unless it
 * says otherwise; it must not block. Failure   Functions with a tutti_status may fail. It comes as
 * Success: a function with nothing to say leaves it alone. No exception and no longjmp leaves a
 * function of a plugin.
 */
#ifndef TUTTI_ABI_PLUGIN_ABI_H_
#define TUTTI_ABI_PLUGIN_ABI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TUTTI_ABI_MAGIC UINT32_C(0x49545554) /* "TUTI" in the memory of a little-endian machine */
#define TUTTI_ABI_MAJOR 1
#define TUTTI_ABI_MINOR 6

#define TUTTI_NODES_PER_BLOCK 256
#define TUTTI_DIAGNOSES 8
#define TUTTI_MOST_DEVICES 16    /* of a node, by their number: "tutti.dev/gpu-0" and so on */
#define TUTTI_WHOLE_DEVICE 1000  /* a device's column counts thousandths */
#define TUTTI_NONE UINT16_MAX    /* no such resource, field, reason, counter */
#define TUTTI_NO_TEXT UINT32_MAX /* no such text */

/* The resources that have a number of their own; all others by tutti_host.resource. */
#define TUTTI_CPU 0
#define TUTTI_MEMORY 1
#define TUTTI_EPHEMERAL_STORAGE 2
#define TUTTI_PODS 3

#if defined(__GNUC__)
#define TUTTI_EXPORT __attribute__((visibility("default")))
#define TUTTI_BUILD __VERSION__
#else
#define TUTTI_EXPORT
#define TUTTI_BUILD "unknown compiler"
#endif

/* Whether the maker of *object already knew the member: ask before reading what a later minor
 * version has added. */
#define TUTTI_HAS(object, type, member) \
  ((object)->struct_size >= offsetof(type, member) + sizeof((object)->member))

/* ---- Frozen ---- */

typedef struct tutti_string {
  const char* data; /* may be null where size is 0 */
  size_t size;
} tutti_string;

/* Texts where the host has them: text i has its pointer at base + i * stride + data_at and its
 * length at base + i * stride + size_at. See tutti_string_at. */
typedef struct tutti_strings {
  const void* base; /* null: all are empty */
  uint32_t stride;
  uint16_t data_at;
  uint16_t size_at;
} tutti_strings;

/* A set of nodes of one block, by offset. */
typedef struct tutti_node_mask {
  uint64_t words[TUTTI_NODES_PER_BLOCK / 64];
} tutti_node_mask;

typedef struct tutti_request {
  uint16_t resource;
  uint16_t reserved[3];
  int64_t amount;
} tutti_request;

/* Of one reason: how many nodes it refused, and the numbers of the one that came nearest. */
typedef struct tutti_diagnosis {
  uint16_t reason;
  uint16_t reserved;
  uint32_t nodes;
  int64_t need;
  int64_t have;
} tutti_diagnosis;

typedef struct tutti_pod_uid {
  uint64_t high; /* the first 16 hexadecimal digits */
  uint64_t low;
} tutti_pod_uid;

typedef struct tutti_node_list {
  const uint32_t* nodes; /* indices in the cluster */
  size_t count;
} tutti_node_list;

/* One scalar of the plugin's args. args.rules[0].name is "/rules/0/name". */
typedef struct tutti_config_entry {
  tutti_string pointer;
  tutti_string text;
  tutti_string where; /* "tutti.yaml:12:7" */
  uint32_t kind;      /* enum tutti_config_kind */
  uint32_t reserved;
} tutti_config_entry;

/* ---- Verdicts ---- */

enum tutti_code {
  TUTTI_SUCCESS = 0,
  TUTTI_ERROR = 1,                          /* the plugin failed; says nothing about the pod */
  TUTTI_UNSCHEDULABLE = 2,                  /* not now; pods that end may help */
  TUTTI_UNSCHEDULABLE_AND_UNRESOLVABLE = 3, /* not now, and preemption would not help */
  TUTTI_WAIT = 4,
  TUTTI_SKIP = 5, /* nothing to do here in this cycle */
  TUTTI_PENDING = 6
};

/* A flag of a status with code Error: a C++ plugin threw, and the message is what. */
#define TUTTI_STATUS_THROWN UINT32_C(1)

/* Made by the host, filled by the plugin. */
typedef struct tutti_status {
  uint32_t struct_size;
  uint32_t code; /* enum tutti_code */
  uint32_t flags;
  uint16_t reason; /* as tutti_host.reason gave it; of refusals */
  uint16_t reserved;
  int64_t need; /* the numbers of a refusal, in the resource's base unit */
  int64_t have;
  void* host_data; /* the host's; where set_message writes to */
} tutti_status;

/* ---- Configuration ---- */

enum tutti_config_kind {
  TUTTI_CONFIG_NULL = 0,
  TUTTI_CONFIG_BOOLEAN = 1, /* "true", "false" */
  TUTTI_CONFIG_INTEGER = 2,
  TUTTI_CONFIG_STRING = 3
};

typedef struct tutti_config {
  uint32_t struct_size;
  uint32_t reserved;
  const tutti_config_entry* entries;
  size_t entry_count;
  void* host_data; /* the host's */
} tutti_config;

/* ---- Views ---- */

/* What a plugin remembers within one cycle, which is: one pod class or one gang. Made by the host,
 * one for each plugin and cycle; state is null at first and the plugin's to set in pre_filter,
 * pre_score and placement_generate, which run on one thread. Everywhere else it is read-only. */
typedef struct tutti_cycle {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t seed; /* the only source of randomness */
  void* state;   /* given to end_cycle unless null */
} tutti_cycle;

/* One pod, or `count` pods that are alike. */
typedef struct tutti_pod_class {
  uint32_t struct_size;
  int32_t priority;
  tutti_string namespace_name;
  tutti_string gang; /* empty: of none */
  int64_t count;
  const tutti_request* requests; /* sorted by resource, amounts > 0 */
  size_t request_count;
  tutti_strings fields; /* by number of pod_label or pod_annotation */
  size_t field_count;
} tutti_pod_class;

/* TUTTI_NODES_PER_BLOCK nodes as columns of so many values. */
typedef struct tutti_node_block {
  uint32_t struct_size;
  uint32_t first;                    /* index of offset 0 */
  tutti_node_mask present;           /* other offsets hold no node; their rows mean nothing */
  const int64_t* const* allocatable; /* by resource; null or missing: nobody has any */
  size_t allocatable_count;
  const int64_t* const* free; /* allocatable less what is taken; may be negative */
  size_t free_count;
  const uint32_t* const* fields; /* texts by number of node_label; null: nobody has it */
  size_t field_count;
  tutti_strings names; /* TUTTI_NODES_PER_BLOCK of them */
} tutti_node_block;

typedef struct tutti_cluster {
  uint32_t struct_size;
  uint32_t reserved;
  const tutti_node_block* blocks; /* see tutti_block_at */
  size_t block_count;
} tutti_cluster;

typedef struct tutti_gang {
  uint32_t struct_size;
  int32_t priority;
  tutti_string namespace_name;
  tutti_string name;
  tutti_string dialect;
  uint64_t arrival;   /* unique; a later gang has a higher one */
  int64_t created_ns; /* since 1970; whole seconds */
  int64_t min_member;
  int64_t members;
  int64_t bound;
  const tutti_pod_class* classes; /* see tutti_class_at; none in queue_less */
  size_t class_count;
  /* Since 1.1: nodes of members that have one, each once, ascending. */
  const uint32_t* placed_on;
  size_t placed_on_count;
  /* Since 1.3: the queue that it is in by its own account; empty: it says none. */
  tutti_string queue;
  /* Since 1.4: how long it will run at most, by its own account; 0: it says nothing. */
  int64_t duration_ns;
  /* Since 1.5: whose it is by its own account; empty: it says nothing. */
  tutti_string user;
} tutti_gang;

/* Where a gang would go: nodes[c] holds one node for each member of class c. */
typedef struct tutti_placement {
  uint32_t struct_size;
  uint32_t has_domain; /* 0: the whole cluster; the domain's members mean nothing */
  tutti_string domain_name;
  const tutti_node_mask* domain_nodes; /* by block; missing blocks: none of their nodes */
  size_t domain_blocks;
  const tutti_node_list* nodes;
  size_t class_count;
} tutti_placement;

/* What a filter says of one block. Made by the host with passing = the candidates and no reasons.
 * Use tutti_refuse. */
typedef struct tutti_block_verdict {
  uint32_t struct_size;
  uint32_t reserved;
  tutti_node_mask passing;      /* bits may only be taken out */
  tutti_node_mask unresolvable; /* those that are refused for good */
  uint16_t reasons[TUTTI_NODES_PER_BLOCK];
  tutti_diagnosis diagnoses[TUTTI_DIAGNOSES]; /* used from the front; unused: nodes = 0 */
} tutti_block_verdict;

typedef struct tutti_domains tutti_domains; /* the host's list of domains */

/* The rest of the views: since 1.1. */

/* Why a gang has no place. */
typedef struct tutti_gang_diagnosis {
  uint32_t struct_size;
  uint16_t resource; /* the scarcest one, or TUTTI_NONE */
  uint16_t reserved;
  tutti_string code; /* as in events: "WaitingForCapacity", or a plugin's own */
  int64_t need;      /* units of the resource, else members or a plugin's number */
  int64_t have;
} tutti_gang_diagnosis;

/* Flags of a placed pod. */
#define TUTTI_POD_LEAVING UINT32_C(1)   /* its room is about to be free */
#define TUTTI_POD_EVICTABLE UINT32_C(2) /* may be proposed as a victim now */

/* A pod that is bound to its node, or about to be. */
typedef struct tutti_placed_pod {
  uint32_t struct_size;
  int32_t priority;
  tutti_pod_uid uid;
  tutti_string namespace_name;
  tutti_string name;
  tutti_string gang;     /* empty: of none */
  uint64_t gang_arrival; /* tutti_gang.arrival; 0: of none */
  uint32_t flags;        /* TUTTI_POD_ */
  uint32_t node;         /* index in the cluster; UINT32_MAX: not known */
  tutti_string node_name;
  int64_t bound_since_s; /* since 1970; 0: not bound, or not known */
  const tutti_request* requests;
  size_t request_count;
  tutti_strings fields; /* by number of pod_label or pod_annotation */
  size_t field_count;
} tutti_placed_pod;

enum tutti_event_kind {
  TUTTI_NODE_ADDED = 0,
  TUTTI_NODE_UPDATED = 1,
  TUTTI_NODE_REMOVED = 2,
  TUTTI_POD_BOUND = 3,
  TUTTI_POD_REMOVED = 4,
  TUTTI_GANG_ARRIVED = 5,
  TUTTI_GANG_PLACED = 6,
  TUTTI_GANG_GONE = 7
};

typedef struct tutti_cluster_event {
  uint32_t struct_size;
  uint32_t kind;                 /* enum tutti_event_kind */
  const tutti_node_block* block; /* of the node kinds; else null */
  uint32_t offset;               /* of the node in it */
  uint32_t was_reserved;         /* of pod bound: 1: ends what reserve has entered for it */
  const tutti_placed_pod* pod;   /* of the pod kinds; else null */
  const tutti_gang* gang;        /* of the gang kinds; else null */
} tutti_cluster_event;

enum tutti_queueing_hint { TUTTI_QUEUE_SKIP = 0, TUTTI_QUEUE = 1 };

typedef struct tutti_bound_pods tutti_bound_pods;   /* the host's, for pods_on */
typedef struct tutti_victims tutti_victims;         /* the host's list, for add_victim */
typedef struct tutti_nomination tutti_nomination;   /* the host's, for nominate */
typedef struct tutti_annotations tutti_annotations; /* the host's list, for add_annotation */

/* Since 1.2: what one pod asks for of the devices of its node. A set of devices has bit 1 << i for
 * the device of number i. */
typedef struct tutti_device_request {
  uint32_t struct_size;
  uint32_t count;   /* how many devices: 1 to TUTTI_MOST_DEVICES */
  int64_t milli;    /* of each; below TUTTI_WHOLE_DEVICE a share of one */
  uint32_t fitting; /* the devices of the node with enough left: at least `count` */
  uint32_t reserved;
} tutti_device_request;

/* Since 1.6: queues, API objects, state. */
#ifdef __cplusplus
}
#endif
#include "tutti/abi/queue_abi.h" /* IWYU pragma: export */
#ifdef __cplusplus
extern "C" {
#endif

/* ---- What a plugin may ask of its host ---- */

typedef struct tutti_host tutti_host;

/* Lives as long as the plugin. No callback fails. */
struct tutti_host {
  uint32_t struct_size;
  uint16_t abi_major; /* of the host */
  uint16_t abi_minor;
  void* host_data; /* the host's */

  /* Within create only; since 1.6 `resource` also within on_object and check_object. Each gives the
   * number of what is named: the same for the same name, good for the plugin's life. TUTTI_NONE:
   * the host's table is full, or this is another time. */
  uint16_t (*resource)(const tutti_host* host, tutti_string name); /* "nvidia.com/gpu" */
  uint16_t (*pod_label)(const tutti_host* host, tutti_string key);
  uint16_t (*pod_annotation)(const tutti_host* host, tutti_string key);
  uint16_t (*node_label)(const tutti_host* host, tutti_string key);
  uint16_t (*node_annotation)(const tutti_host* host, tutti_string key);
  /* code: "GpuTooSmall"; meaning: one sentence. */
  uint16_t (*reason)(const tutti_host* host, tutti_string code, tutti_string meaning);
  /* name: in snake_case, ends in _total. */
  uint16_t (*counter)(const tutti_host* host, tutti_string name, tutti_string help);
  /* Of the config that the call has handed out: that of create, the spec of on_object or
   * check_object. The plugin reads this key, present or not: keys that nobody reads are mistakes.
   */
  void (*config_known)(const tutti_config* config, tutti_string pointer);
  /* The entry, or the lack of one, is a mistake. The host adds file, line and column. */
  void (*config_fail)(const tutti_config* config, tutti_string pointer, tutti_string message);

  /* Any thread, at any time. */
  void (*increment)(const tutti_host* host, uint16_t counter, double by);
  int64_t (*now_ns)(const tutti_host* host); /* since 1970; not for filter_block and score_block */
  /* A text of a node's field and back. Lives as long as the process. */
  tutti_string (*text)(const tutti_host* host, uint32_t id);
  uint32_t (*find_text)(const tutti_host* host, tutti_string text); /* or TUTTI_NO_TEXT */

  /* The text of an error: what happened, to what, what was expected, what to do. Since 1.6 also of
   * a refusal: of what its numbers are ("of queue research"), the same for the same reason. */
  void (*set_message)(tutti_status* status, tutti_string message);
  /* nodes: by block. */
  void (*add_domain)(tutti_domains* domains, tutti_string name, const tutti_node_mask* nodes,
                     size_t blocks);

  /* Since 1.1, each within the call that hands out what it is about. */
  /* The pods that are bound to a node, by uid: see tutti_pod_at. Good until the next pods_on. */
  const tutti_placed_pod* (*pods_on)(const tutti_bound_pods* pods, uint32_t node, size_t* count);
  void (*add_victim)(tutti_victims* victims, tutti_pod_uid pod);
  /* nodes: by block. The last call counts. */
  void (*nominate)(tutti_nomination* nomination, const tutti_node_mask* nodes, size_t blocks);
  void (*add_annotation)(tutti_annotations* annotations, tutti_string key, tutti_string value);

  /* Since 1.6, likewise. Where only one is wanted, the last call counts. */
  void (*set_queue)(tutti_queue_report* report, const tutti_queue_description* queue);
  void (*add_watch)(tutti_watches* watches, const tutti_object_kind* kind);
  void (*set_state)(tutti_state* state, tutti_string bytes); /* any bytes */
};

/* ---- The plugin ---- */

/* Lives as long as the shared object and never changes. `self` is what create has made. A point
 * that is null, or lies past struct_size, is not served; at least one is. */
typedef struct tutti_plugin_descriptor {
  uint32_t struct_size;
  uint32_t magic; /* TUTTI_ABI_MAGIC */
  uint16_t abi_major;
  uint16_t abi_minor;         /* that the plugin was built with */
  uint16_t oldest_host_minor; /* that it can live with */
  uint16_t reserved;

  /* Printable ASCII; they live as long as the descriptor. */
  tutti_string name;    /* UpperCamelCase, letters and digits, 1 to 63 */
  tutti_string version; /* the author's; shown, never compared; up to 127 */
  tutti_string build;   /* compiler and the like; shown; up to 255 */

  /* What it returns is the plugin's and goes to destroy. `host` may be kept, `config` may not. One
   * thread. Null: not made, and config_fail or an Error in `failure` has said why. */
  void* (*create)(const tutti_host* host, const tutti_config* config, tutti_status* failure);
  /* Once, for what create has made, when every other call has returned. One thread; cannot fail. */
  void (*destroy)(void* self);
  /* For each state that is not null, once, when its cycle is over: the plugin frees it. Any thread;
   * cannot fail. Null: the plugin keeps none. */
  void (*end_cycle)(void* self, void* state);

  /* Once per cycle, before its filter_block; may set cycle->state. Any thread, one per cycle.
   * Success; Skip: no filter_block in this cycle; Unschedulable, UnschedulableAndUnresolvable: no
   * node at all, with a reason; Error. */
  void (*pre_filter)(void* self, tutti_cycle* cycle, const tutti_pod_class* pod,
                     const tutti_cluster* cluster, tutti_status* status);
  /* Pure. Refuses some of the nodes of one block that pass so far; these may be a single one. Any
   * thread, several at once also of one cycle. Success; Error: the whole cycle is one. */
  void (*filter_block)(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                       const tutti_node_block* block, tutti_block_verdict* verdict,
                       tutti_status* status);
  /* As pre_filter, before score_block. Success; Skip: no score_block in this cycle; Error. */
  void (*pre_score)(void* self, tutti_cycle* cycle, const tutti_pod_class* pod,
                    const tutti_cluster* cluster, tutti_status* status);
  /* Pure. Writes scores[offset] of each candidate: 0 to 100, with normalize_score any number. The
   * host's scores have TUTTI_NODES_PER_BLOCK places. Threads as filter_block. Success; Error. */
  void (*score_block)(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                      const tutti_node_block* block, const tutti_node_mask* candidates,
                      int64_t* scores, tutti_status* status);
  /* Whether normalize_score is to be called; always the same. Any thread; cannot fail. Null: no. */
  bool (*has_normalize_score)(void* self);
  /* Pure. Turns all candidates' scores, in place, into 0 to 100. Any thread. Success; Error. */
  void (*normalize_score)(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                          int64_t* scores, size_t count, tutti_status* status);

  /* The rest runs on one thread of the host. */

  /* Pure. Success; Pending, Unschedulable: held, with a reason; Error: held. */
  void (*pre_enqueue)(void* self, const tutti_gang* gang, const tutti_cluster* cluster,
                      tutti_status* status);
  /* Pure. Whether a goes before b: a strict weak order. Success; Error. */
  bool (*queue_less)(void* self, const tutti_gang* a, const tutti_gang* b, tutti_status* status);
  /* Adds the domains that the gang may be placed in (add_domain), the preferred ones first.
   * Success; Skip: the whole cluster will do; Unschedulable with a reason; Error. */
  void (*placement_generate)(void* self, tutti_cycle* cycle, const tutti_gang* gang,
                             const tutti_cluster* cluster, tutti_domains* domains,
                             tutti_status* status);
  /* Pure. 0 to 100. Success; Error. */
  int64_t (*placement_score)(void* self, const tutti_cycle* cycle, const tutti_gang* gang,
                             const tutti_placement* placement, const tutti_cluster* cluster,
                             tutti_status* status);

  /* Since 1.1. From reserve on, the functions may change what `self` points to. */

  /* Pure. Why a gang that found no place waits, or where. Success: what `nominate` was told; Skip;
   * Pending, Unschedulable, UnschedulableAndUnresolvable, with a reason that stands for the gang;
   * Error. */
  void (*post_filter)(void* self, const tutti_gang* gang, const tutti_gang_diagnosis* diagnosis,
                      const tutti_cluster* cluster, tutti_nomination* nomination,
                      tutti_status* status);
  /* Pure. Which evictable pods of other gangs should go (add_victim), the cheapest first; at most
   * 16384. Success; Skip; Error. */
  void (*select_victims)(void* self, const tutti_gang* gang, const tutti_gang_diagnosis* diagnosis,
                         const tutti_cluster* cluster, const tutti_bound_pods* pods,
                         tutti_victims* victims, tutti_status* status);
  /* The members of gang->classes are given these nodes. Success; Pending, Unschedulable,
   * UnschedulableAndUnresolvable, with a reason: they are not placed; Error. Null without
   * unreserve, and the other way round. */
  void (*reserve)(void* self, const tutti_gang* gang, const tutti_placement* placement,
                  const tutti_cluster* cluster, tutti_status* status);
  /* They lose them again, before they were bound. Success; Error. */
  void (*unreserve)(void* self, const tutti_gang* gang, const tutti_placement* placement,
                    tutti_status* status);
  /* Whether the pod may be bound now. Success; Wait, with *timeout_ns > 0; Unschedulable,
   * UnschedulableAndUnresolvable; Error. */
  void (*permit)(void* self, const tutti_placed_pod* pod, int64_t* timeout_ns,
                 tutti_status* status);
  /* The annotations that the pod gets as it is bound (add_annotation). Success; Unschedulable,
   * UnschedulableAndUnresolvable; Error. */
  void (*pre_bind)(void* self, const tutti_placed_pod* pod, tutti_annotations* annotations,
                   tutti_status* status);
  /* It is bound. Success; Error. */
  void (*post_bind)(void* self, const tutti_placed_pod* pod, tutti_status* status);
  /* A bit 1 << kind for each kind of event that on_cluster_event is to be told; not 0. Asked once.
   * Cannot fail. Null without on_cluster_event, and the other way round. */
  uint32_t (*events_to_register)(void* self);
  /* Answers enum tutti_queueing_hint. Success; Error. */
  uint32_t (*on_cluster_event)(void* self, const tutti_cluster_event* event, tutti_status* status);

  /* Since 1.2. These run, as score_block, on any thread, several at once also of one cycle. */

  /* Whether score_block is a function of the pod class and of each node's own row alone: not of the
   * cycle, nor of the pod's count, gang and namespace_name. The host may then keep a node's score
   * until the node changes. Always the same; cannot fail. Null: no. Only with score_block. */
  bool (*is_node_local)(void* self);
  /* Pure. Which devices of the node at `offset` the pod gets: exactly request->count of
   * request->fitting; or 0: nothing to say. Success; Error. */
  uint32_t (*select_devices)(void* self, const tutti_cycle* cycle, const tutti_pod_class* pod,
                             const tutti_node_block* block, uint32_t offset,
                             const tutti_device_request* request, tutti_status* status);

  /* Since 1.6. The rest runs on the thread of pre_enqueue and reserve; may change what `self`
   * points to unless it is pure. Queues are numbered by the plugin, from 0 without gaps, below
   * TUTTI_MOST_QUEUES; a number is never given to another queue. Of queues, queue_of, begin_round,
   * next_queue, served and describe_queue: all, or none; skips with them only. One plugin at most.
   */

  /* Pure. How many queues there are: never fewer than before. Success; Error. */
  uint32_t (*queues)(void* self, tutti_status* status);
  /* Pure. Where the gang waits: when it comes, and again when it, or a watched object, has changed.
   * One that may wait nowhere is given a queue kept for that, and held by pre_enqueue, which says
   * why. Success; Error. */
  uint32_t (*queue_of)(void* self, const tutti_gang* gang, tutti_status* status);
  /* A round over these queues begins, ascending: gangs wait in each. Success; Error. */
  void (*begin_round)(void* self, const uint32_t* waiting, size_t count, tutti_status* status);
  /* The queue whose next gang is tried: of the round's, one that `served` has left in it; or
   * TUTTI_NO_QUEUE: the round is over. Success; Error. */
  uint32_t (*next_queue)(void* self, tutti_status* status);
  /* Pure. How many gangs (tutti_gang.arrival), from the front, are to be passed over because what
   * became of them would become of them again: `served` is not told of these, and the first of the
   * others is tried. 0 to count. Success; Error. */
  size_t (*skips)(void* self, uint32_t queue, const uint64_t* arrivals, size_t count,
                  tutti_status* status);
  /* What became of that gang, which has no classes; null: it was gone. outcome: enum
   * tutti_queue_outcome. more: others wait behind it. True: the queue stays in the round. Success;
   * Error. */
  bool (*served)(void* self, uint32_t queue, const tutti_gang* gang, uint32_t outcome, bool more,
                 tutti_status* status);
  /* Pure. Tells of one queue (set_queue). Success; Error. */
  void (*describe_queue)(void* self, uint32_t queue, tutti_queue_report* report,
                         tutti_status* status);

  /* Of watches, on_object, on_object_gone and check_object: all, or none. */

  /* Pure, always the same. The kinds of objects that the plugin lives by (add_watch). Success;
   * Error. */
  void (*watches)(void* self, tutti_watches* watches, tutti_status* status);
  /* It is there, or has changed. spec: what stands under its `spec`, as the config of create is;
   * what is wrong there (config_fail) is no Error. Objects that are there at the start come before
   * the first round. Success; Error. */
  void (*on_object)(void* self, const tutti_watched_object* object, const tutti_config* spec,
                    tutti_status* status);
  void (*on_object_gone)(void* self, const tutti_watched_object* object, tutti_status* status);
  /* Pure. Whether it should be let into the cluster: whoever writes it is refused what config_fail
   * says. Success; Error. */
  void (*check_object)(void* self, const tutti_watched_object* object, const tutti_config* spec,
                       tutti_status* status);

  /* Of save_state and restore_state: both, or none. */

  /* Pure. What the plugin has learned and could not learn anew from events and objects (set_state),
   * at most TUTTI_MOST_STATE bytes; the same for the same state. Success; Error. */
  void (*save_state)(void* self, tutti_state* state, tutti_status* status);
  /* What it, or another version of it, has saved; may be anything. All events and objects of that
   * time have been told, no question has been asked. Success; Error: it goes on as it is. */
  void (*restore_state)(void* self, tutti_string bytes, tutti_status* status);
  /* As reserve, where another process has been told so: it is entered without a question. Success;
   * Error. With reserve only; null: reserve is called, and what it answers does not matter. */
  void (*reserve_again)(void* self, const tutti_gang* gang, const tutti_placement* placement,
                        const tutti_cluster* cluster, tutti_status* status);
} tutti_plugin_descriptor;

/* The one symbol that a plugin exports. Any thread; gives the same descriptor each time. */
TUTTI_EXPORT const tutti_plugin_descriptor* tutti_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#include "tutti/abi/plugin_abi_helpers.h" /* IWYU pragma: export */

#endif /* TUTTI_ABI_PLUGIN_ABI_H_ */
