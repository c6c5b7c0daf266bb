// CheckDescriptor: may this process run that plugin?
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "tutti/abi/plugin_abi.h"

namespace tutti::loader {

// What this host speaks; another one in tests.
struct HostAbi {
  uint16_t major = TUTTI_ABI_MAJOR;
  uint16_t minor = TUTTI_ABI_MINOR;
};

// A copy of as much of `theirs` as both sides know; what the plugin does not know is zero.
// FailedPrecondition names every field in which host and plugin differ, with both values, and every
// field that makes no sense. Nothing of the plugin is called. Beyond the header nothing is read
// unless the header fits, and no text whose length is absurd.
absl::StatusOr<tutti_plugin_descriptor> CheckDescriptor(const tutti_plugin_descriptor* theirs,
                                                        std::string_view path, HostAbi host = {});

}  // namespace tutti::loader
