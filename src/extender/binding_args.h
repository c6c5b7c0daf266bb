// BindingArgs: the body of bind.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "framework/core_port.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

// Every field must be there and of its kind: DNS names, a canonical uid. What reaches the core (and
// the URL of a Binding) cannot be anything else.
absl::StatusOr<framework::CorePort::BindRequest> DecodeBindingArgs(std::string_view body,
                                                                   objects::JsonIndex& index);
absl::StatusOr<framework::CorePort::BindRequest> MakeBindRequest(std::string_view pod_namespace,
                                                                 std::string_view pod_name,
                                                                 std::string_view pod_uid,
                                                                 std::string_view node);

}  // namespace tutti::extender
