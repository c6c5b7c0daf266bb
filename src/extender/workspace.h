// Workspace: the memory that one request works in, kept for the next one.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/free_list.h"
#include "extender/extender_args.h"
#include "extender/node_name_resolver.h"
#include "extender/pod_pipeline.h"
#include "extender/preemption_args.h"
#include "framework/plugins.h"
#include "objects/json_cursor.h"
#include "objects/pod_decoder.h"

namespace tutti::extender {

struct Workspace {
  Workspace(objects::PodDecoder pod_decoder, const framework::Plugins& plugins,
            const base::Interner& texts)
      : decoder(std::move(pod_decoder)), pipeline(plugins, texts) {}

  objects::JsonIndex index;
  ExtenderArgs args;
  PreemptionArgs preemption;
  NodeNameResolver resolver;
  objects::PodDecoder decoder;
  PodPipeline pipeline;
  std::vector<model::NodeIndex> to_refuse;
  std::vector<uint32_t> refused;             // their positions
  std::vector<model::NodeIndex> candidates;  // one for each offered name

  // Above this the memory goes back to the system: one request of 16 MB must not cost us its
  // buffers for ever.
  static constexpr size_t kKeepBytes = size_t{2} << 20;
  bool too_large() const { return index.capacity() > kKeepBytes; }
};

// Any thread; one workspace for each request that runs at a time. The decoders must share their
// tables with the watches: requests and columns number resources alike.
class WorkspacePool : public base::FreeList<Workspace> {
 public:
  using MakeDecoder = std::function<objects::PodDecoder()>;
  // `texts`: the labels of nodes.
  WorkspacePool(MakeDecoder make_decoder, framework::Plugins plugins, const base::Interner& texts)
      : FreeList([make = std::move(make_decoder), plugins = std::move(plugins), &texts] {
          return std::make_unique<Workspace>(make(), plugins, texts);
        }) {}
};

}  // namespace tutti::extender
