// RequestScratch: the memory one request works in, kept for the next one.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/free_list.h"
#include "extender/extender_args.h"
#include "extender/node_name_resolver.h"
#include "extender/preemption_args.h"
#include "objects/json_cursor.h"
#include "objects/pod_decoder.h"

namespace tutti::extender {

struct RequestScratch {
  explicit RequestScratch(objects::PodDecoder pod_decoder) : decoder(std::move(pod_decoder)) {}

  objects::JsonIndex index;
  ExtenderArgs args;
  PreemptionArgs preemption;
  NodeNameResolver resolver;
  objects::PodDecoder decoder;
  std::vector<model::NodeIndex> candidates;

  // Above this the memory goes back to the system: one request of 16 MB must not cost us its
  // buffers for ever.
  static constexpr size_t kKeepBytes = size_t{2} << 20;
  bool too_large() const { return index.capacity() > kKeepBytes; }
};

using ScratchList = base::FreeList<RequestScratch>;

}  // namespace tutti::extender
