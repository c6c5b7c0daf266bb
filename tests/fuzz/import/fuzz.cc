// Queues of other schedulers: any bytes give manifests that are JSON and a report that a terminal
// may show, or a refusal with a text. The first byte says whose they are.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importer/import_queues.h"
#include "importer/manifest_writer.h"
#include "importer/object_report.h"
#include "objects/json_object_view.h"

using namespace tutti::importer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const std::vector<std::string_view> names = PeerNames();
  const Peer peer = *PeerNamed(names[data[0] % names.size()]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<SourceObject> objects;
  const absl::Status read = ReadSourceObjects(text, "input", objects);
  if (!read.ok()) {
    if (read.message().empty()) std::abort();
    return 0;
  }
  const absl::StatusOr<Imported> imported = ImportQueues(peer, std::move(objects));
  if (!imported.ok()) {
    if (imported.status().message().empty()) std::abort();
    return 0;
  }
  for (const Manifest& manifest : WriteManifests(*imported)) {
    if (!tutti::objects::JsonObjectView::Parse(manifest.json).ok()) std::abort();
  }
  for (const char c : ReportText(*imported)) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') std::abort();
  }
  return 0;
}
