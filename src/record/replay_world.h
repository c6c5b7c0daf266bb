// ReplayWorld: what a recorded core runs in: the tables of names, and the plugins.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "base/interner.h"
#include "framework/plugins.h"
#include "model/resource_table.h"
#include "objects/shape_table.h"
#include "record/log_header.h"

namespace tutti::record {

// Of one recorded process; must outlive its core. Names get the numbers that they had there, so
// nothing may be entered but what making the same plugins enters.
class ReplayWorld {
 public:
  virtual ~ReplayWorld() = default;

  virtual base::Interner& labels() = 0;
  virtual model::ResourceTable& resources() = 0;
  virtual framework::Plugins plugins() = 0;

  objects::ShapeTable& shapes() { return shapes_; }

 private:
  objects::ShapeTable shapes_;
};

// Without plugins.
class PlainWorld final : public ReplayWorld {
 public:
  base::Interner& labels() override { return labels_; }
  model::ResourceTable& resources() override { return resources_; }
  framework::Plugins plugins() override { return {}; }

 private:
  base::Interner labels_;
  model::ResourceTable resources_;
};

// The world that a file was recorded in, from its header. FailedPrecondition names the plugin that
// is missing here.
using MakeWorld =
    std::function<absl::StatusOr<std::unique_ptr<ReplayWorld>>(const LogHeader& header)>;

}  // namespace tutti::record
