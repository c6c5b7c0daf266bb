/* What crosses the C ABI about queues, about API objects that a plugin watches, and about what it
 * wants kept: since 1.6. A part of plugin_abi.h, which includes it; its rules are said there. */
#include "tutti/abi/plugin_abi.h" /* which brings this one in where it belongs */

#ifndef TUTTI_ABI_QUEUE_ABI_H_
#define TUTTI_ABI_QUEUE_ABI_H_

#ifdef __cplusplus
extern "C" {
#endif

#define TUTTI_MOST_QUEUES 65536
#define TUTTI_NO_QUEUE UINT32_MAX
#define TUTTI_UNLIMITED INT64_MAX  /* of a limit: no bound */
#define TUTTI_MOST_STATE (1 << 20) /* bytes that a plugin may have kept */

/* ---- Frozen ---- */

/* What a queue holds of one resource, for people; base units. */
typedef struct tutti_queue_amount {
  uint16_t resource;
  uint16_t reserved[3];
  int64_t used; /* by gangs that have nodes, of the queue and of those below it */
  int64_t guaranteed;
  int64_t limit; /* or TUTTI_UNLIMITED */
} tutti_queue_amount;

/* ---- Queues ---- */

/* What became of a gang of a queue. */
enum tutti_queue_outcome {
  TUTTI_QUEUE_PLACED = 0,    /* its members, as many as it needs, have nodes */
  TUTTI_QUEUE_NOT_READY = 1, /* members are missing, it backs off, somebody holds it, it is
                                misconfigured, or too large for the empty cluster */
  TUTTI_QUEUE_HELD = 2,      /* a plugin holds it: pre_enqueue, or reserve */
  TUTTI_QUEUE_NO_PLACE = 3   /* there is no place for it now */
};

#define TUTTI_QUEUE_IS_LEAF UINT32_C(1)        /* gangs may wait in it */
#define TUTTI_QUEUE_HAS_GENERATION UINT32_C(2) /* `generation` means something */

/* A queue, for people. Made by the plugin, for set_queue, which copies it. */
typedef struct tutti_queue_description {
  uint32_t struct_size;
  uint32_t flags;
  tutti_string name;
  tutti_string parent;  /* empty: it is a root */
  tutti_string state;   /* "Open" */
  tutti_string problem; /* why no gang is started in it; empty: nothing is wrong */
  int64_t running;      /* gangs that have nodes */
  double share;         /* of the cluster, dominant, over the queue's weight */
  int64_t generation;   /* of the API object of that name, as it was read last */
  const tutti_queue_amount* amounts;
  size_t amount_count;
} tutti_queue_description;

typedef struct tutti_queue_report tutti_queue_report; /* the host's, for set_queue */

/* ---- API objects ---- */

/* A kind of API object. Made by the plugin, for add_watch, which copies it. */
typedef struct tutti_object_kind {
  uint32_t struct_size;
  uint32_t reserved;
  tutti_string group;           /* "tutti.dev" */
  const tutti_string* versions; /* the first that the server serves is used; none is no error */
  size_t version_count;
  tutti_string resource; /* "queues" */
} tutti_object_kind;

typedef struct tutti_watched_object {
  uint32_t struct_size;
  uint32_t reserved;
  tutti_string resource;       /* of its kind */
  tutti_string namespace_name; /* empty: of the whole cluster */
  tutti_string name;
  int64_t generation; /* of its spec; 0: not known */
} tutti_watched_object;

typedef struct tutti_watches tutti_watches; /* the host's list, for add_watch */

/* ---- State ---- */

typedef struct tutti_state tutti_state; /* the host's, for set_state */

#ifdef __cplusplus
}
#endif

#endif /* TUTTI_ABI_QUEUE_ABI_H_ */
