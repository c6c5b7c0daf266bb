// CoreSnapshots: the state of the running core as a file, for the control API.
#pragma once

#include <memory>

#include "base/interner.h"
#include "control/snapshot_source.h"
#include "model/resource_table.h"
#include "planner/core_loop.h"
#include "record/log_header.h"

namespace tutti::apps {

// Any thread. The core's thread copies its state; the file is made of that by whoever asked, in
// memory. Everything handed in must outlive it.
class CoreSnapshots final : public control::SnapshotSource {
 public:
  CoreSnapshots(planner::CoreLoop& loop, const record::LogHeader& header,
                const base::Interner& labels, const model::ResourceTable& resources,
                const base::Clock& clock)
      : loop_(loop), header_(header), labels_(labels), resources_(resources), clock_(clock) {}

  absl::StatusOr<std::unique_ptr<control::SnapshotReader>> Open(base::Duration timeout) override;

 private:
  planner::CoreLoop& loop_;
  const record::LogHeader& header_;
  const base::Interner& labels_;
  const model::ResourceTable& resources_;
  const base::Clock& clock_;
};

}  // namespace tutti::apps
