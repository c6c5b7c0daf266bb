// Manifests for Simulate: any bytes give jobs within the limits, or a refusal with a text.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "builtin_plugins.h"
#include "control/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tutti::control::Manifest;
  static const std::vector<std::unique_ptr<tutti::GangGrouping>> owned = [] {
    std::vector<std::string> unknown;
    return tutti::BuiltinGangGroupings(tutti::BuiltinGangDialects(), {}, unknown);
  }();
  tutti::objects::GangGroupings groupings;
  for (const auto& grouping : owned) groupings.push_back(grouping.get());
  const tutti::model::ResourceTable resources;
  Manifest manifest(resources, groupings, nullptr, "default");
  const absl::Status read = manifest.Read({reinterpret_cast<const char*>(data), size});
  if (!read.ok()) {
    if (read.message().empty()) std::abort();
    return 0;
  }
  const auto jobs = manifest.TakeJobs();
  if (!jobs.ok()) return 0;
  int64_t pods = 0;
  for (const auto& job : *jobs) pods += job.gang->waiting;
  if (jobs->size() > Manifest::kMostJobs || pods > Manifest::kMostPods) std::abort();
  return 0;
}
