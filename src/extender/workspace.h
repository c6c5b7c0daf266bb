// Workspace: the buffers and parsers that one request at a time uses; a pool hands them out to the
// server's threads.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "extender/extender_args.h"
#include "extender/node_name_resolver.h"
#include "objects/pod_decoder.h"

namespace tutti::extender {

struct Workspace {
  explicit Workspace(objects::PodDecoder pod_decoder) : decoder(std::move(pod_decoder)) {}

  ExtenderArgsParser parser;
  NodeNameResolver resolver;
  objects::PodDecoder decoder;
  std::vector<model::NodeIndex> candidates;
};

// Any thread.
class WorkspacePool {
 public:
  using MakeDecoder = std::function<objects::PodDecoder()>;
  explicit WorkspacePool(MakeDecoder make_decoder) : make_decoder_(std::move(make_decoder)) {}

  // Goes back to the pool by itself.
  using Lease = std::unique_ptr<Workspace, std::function<void(Workspace*)>>;
  Lease Take() {
    std::unique_ptr<Workspace> workspace;
    {
      absl::MutexLock lock(&mutex_);
      if (!free_.empty()) {
        workspace = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!workspace) workspace = std::make_unique<Workspace>(make_decoder_());
    return Lease(workspace.release(), [this](Workspace* used) {
      absl::MutexLock lock(&mutex_);
      free_.emplace_back(used);
    });
  }

 private:
  const MakeDecoder make_decoder_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_ ABSL_GUARDED_BY(mutex_);
};

// What a verb answers.
struct VerbAnswer {
  int status = 200;
  std::string body;
  model::ReasonCode reason = model::ReasonCode::kNone;  // of a rejection, for metrics
};

VerbAnswer BadRequest(const absl::Status& status);  // 400 with {"Error": ...}
VerbAnswer NotReady();                              // 503
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace tutti::extender
