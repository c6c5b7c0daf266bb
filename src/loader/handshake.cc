#include "loader/handshake.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/plugin_registry.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {
namespace {

using Problems = std::vector<std::string>;

// Every plugin has this much; the points after it were added one by one.
constexpr size_t kHeader = offsetof(tutti_plugin_descriptor, name);
constexpr size_t kLeastSize = offsetof(tutti_plugin_descriptor, pre_filter);
constexpr size_t kMostSize = 4096;

constexpr size_t kLongestName = 63;
constexpr size_t kLongestVersion = 127;
constexpr size_t kLongestBuild = 255;

absl::Status Refusal(std::string_view path, const Problems& problems) {
  return absl::FailedPreconditionError(
      absl::StrFormat("plugin file %s is refused: %s", path, absl::StrJoin(problems, "; ")));
}

Problems HeaderProblems(const tutti_plugin_descriptor& header, HostAbi host) {
  Problems problems;
  if (header.magic != TUTTI_ABI_MAGIC) {
    problems.push_back(
        absl::StrFormat("magic: host 0x%08x, plugin 0x%08x", TUTTI_ABI_MAGIC, header.magic));
  }
  if (header.struct_size < kLeastSize || header.struct_size > kMostSize) {
    problems.push_back(absl::StrFormat("size of the descriptor: host takes %d to %d, plugin %d",
                                       kLeastSize, kMostSize, header.struct_size));
  }
  if (header.abi_major != host.major) {
    problems.push_back(absl::StrFormat(
        "ABI major version: host %d, plugin %d (build the plugin with the host's headers)",
        host.major, header.abi_major));
  }
  if (header.oldest_host_minor > host.minor) {
    problems.push_back(
        absl::StrFormat("ABI minor version: host %d, plugin needs %d or later (upgrade the host)",
                        host.minor, header.oldest_host_minor));
  }
  if (header.oldest_host_minor > header.abi_minor) {
    problems.push_back(
        absl::StrFormat("the plugin was built with ABI minor version %d and claims to need %d",
                        header.abi_minor, header.oldest_host_minor));
  }
  return problems;
}

void CheckText(const char* what, tutti_string text, size_t longest, Problems& problems) {
  if (text.size > longest) {
    problems.push_back(
        absl::StrFormat("%s: %d bytes, expected at most %d", what, text.size, longest));
  } else if (text.data == nullptr && text.size > 0) {
    problems.push_back(absl::StrFormat("%s: null, with a length of %d", what, text.size));
  } else if (const std::string_view shown = abi::FromC(text);
             std::any_of(shown.begin(), shown.end(),
                         [](unsigned char c) { return c < 0x20 || c > 0x7E; })) {
    problems.push_back(absl::StrFormat("%s: expected printable ASCII", what));
  }
}

bool ServesAnything(const tutti_plugin_descriptor& d) {
  return d.pre_filter != nullptr || d.filter_block != nullptr || d.pre_score != nullptr ||
         d.score_block != nullptr || d.pre_enqueue != nullptr || d.queue_less != nullptr ||
         d.placement_generate != nullptr || d.placement_score != nullptr ||
         d.post_filter != nullptr || d.select_victims != nullptr || d.reserve != nullptr ||
         d.permit != nullptr || d.pre_bind != nullptr || d.post_bind != nullptr ||
         d.on_cluster_event != nullptr || d.select_devices != nullptr || d.queues != nullptr ||
         d.watches != nullptr;
}

// Points of several functions are whole, or not there.
void CheckWholes(const tutti_plugin_descriptor& d, Problems& problems) {
  const auto whole = [&](const char* names, std::initializer_list<bool> there) {
    const auto missing = std::count(there.begin(), there.end(), false);
    if (missing == 0 || missing == static_cast<std::ptrdiff_t>(there.size())) return;
    problems.push_back(
        absl::StrFormat("of %s it has only %s", names, there.size() == 2 ? "one" : "some"));
  };
  whole("reserve and unreserve", {d.reserve != nullptr, d.unreserve != nullptr});
  whole("events_to_register and on_cluster_event",
        {d.events_to_register != nullptr, d.on_cluster_event != nullptr});
  whole("queues, queue_of, begin_round, next_queue, served and describe_queue",
        {d.queues != nullptr, d.queue_of != nullptr, d.begin_round != nullptr,
         d.next_queue != nullptr, d.served != nullptr, d.describe_queue != nullptr});
  whole("watches, on_object, on_object_gone and check_object",
        {d.watches != nullptr, d.on_object != nullptr, d.on_object_gone != nullptr,
         d.check_object != nullptr});
  whole("save_state and restore_state", {d.save_state != nullptr, d.restore_state != nullptr});
  if (d.skips != nullptr && d.queues == nullptr) problems.push_back("skips without queues");
  if (d.reserve_again != nullptr && d.reserve == nullptr)
    problems.push_back("reserve_again without reserve");
}

Problems BodyProblems(const tutti_plugin_descriptor& descriptor) {
  Problems problems;
  CheckText("name", descriptor.name, kLongestName, problems);
  if (problems.empty() && !framework::IsPluginName(abi::FromC(descriptor.name))) {
    problems.push_back(absl::StrFormat("name \"%s\": expected UpperCamelCase, letters and digits",
                                       abi::FromC(descriptor.name)));
  }
  CheckText("version", descriptor.version, kLongestVersion, problems);
  CheckText("build", descriptor.build, kLongestBuild, problems);
  if (descriptor.create == nullptr) problems.push_back("create is null");
  if (descriptor.destroy == nullptr) problems.push_back("destroy is null");
  if (!ServesAnything(descriptor)) problems.push_back("it serves no extension point");
  if (descriptor.has_normalize_score != nullptr && descriptor.normalize_score == nullptr)
    problems.push_back("has_normalize_score without normalize_score");
  if (descriptor.normalize_score != nullptr && descriptor.score_block == nullptr)
    problems.push_back("normalize_score without score_block");
  if (descriptor.is_node_local != nullptr && descriptor.score_block == nullptr)
    problems.push_back("is_node_local without score_block");
  CheckWholes(descriptor, problems);
  return problems;
}

}  // namespace

absl::StatusOr<tutti_plugin_descriptor> CheckDescriptor(const tutti_plugin_descriptor* theirs,
                                                        std::string_view path, HostAbi host) {
  if (theirs == nullptr) return Refusal(path, {"tutti_plugin_v1 returned null"});
  if (reinterpret_cast<uintptr_t>(theirs) % alignof(tutti_plugin_descriptor) != 0)
    return Refusal(path, {"its descriptor is not aligned"});
  tutti_plugin_descriptor ours = {};
  std::memcpy(&ours, theirs, kHeader);
  if (Problems problems = HeaderProblems(ours, host); !problems.empty())
    return Refusal(path, problems);
  std::memcpy(&ours, theirs, std::min<size_t>(ours.struct_size, sizeof ours));
  if (Problems problems = BodyProblems(ours); !problems.empty()) return Refusal(path, problems);
  return ours;
}

}  // namespace tutti::loader
