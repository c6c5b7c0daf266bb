// NodeDecoder: a Node as the API server writes it, into a NodeInfo.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/interner.h"
#include "model/device_table.h"
#include "model/field_table.h"
#include "model/node_info.h"
#include "model/resource_table.h"

namespace tutti::objects {

// As PodDecoder: one thread at a time, padded input, never throws.
class NodeDecoder {
 public:
  // `fields`: what plugins read of nodes; null: nothing.
  NodeDecoder(base::Interner& labels, model::ResourceTable& resources,
              const model::FieldTable* fields = nullptr, const model::DeviceTable& devices = {});
  ~NodeDecoder();

  absl::StatusOr<model::NodeInfo> Decode(std::string_view json);
  absl::Status DecodeList(std::string_view json, const std::function<void(model::NodeInfo)>& good,
                          const std::function<void(absl::Status)>& bad);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::objects
