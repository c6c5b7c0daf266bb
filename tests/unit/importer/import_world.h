// ImportWorld: manifests in, queues and what is said of them out.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "importer/import_queues.h"
#include "importer/manifest_writer.h"
#include "importer/object_report.h"

namespace tutti::importer {

inline absl::StatusOr<Imported> TryImport(Peer peer, std::string_view text) {
  std::vector<SourceObject> objects;
  const absl::Status read = ReadSourceObjects(text, "in.yaml", objects);
  if (!read.ok()) return read;
  return ImportQueues(peer, std::move(objects));
}

class ImportWorld {
 public:
  ImportWorld(Peer peer, std::string_view text) {
    absl::StatusOr<Imported> read = TryImport(peer, text);
    if (read.ok()) imported = *std::move(read);
    error = std::string(read.status().message());
  }

  // Of the queue's manifest, its spec in JSON; empty where there is none.
  std::string Spec(const std::string& name, const std::string& kind = "Queue") const {
    for (const Manifest& manifest : WriteManifests(imported)) {
      if (manifest.name != name || manifest.kind != kind) continue;
      const size_t spec = manifest.json.find("\"spec\":") + 7;
      return manifest.json.substr(spec, manifest.json.size() - spec - 1);
    }
    return {};
  }

  // "spec.weight: text -> remedy" of an object: "Queue a".
  std::vector<std::string> Notes(const std::string& object, Verdict verdict) const {
    std::vector<std::string> notes;
    for (const ObjectReport& report : imported.reports) {
      if (report.object != object) continue;
      for (const Note& note : report.notes) {
        if (note.verdict != verdict) continue;
        std::string text = note.field.empty() ? note.text : note.field + ": " + note.text;
        if (!note.remedy.empty()) text += " -> " + note.remedy;
        notes.push_back(std::move(text));
      }
    }
    return notes;
  }
  std::vector<std::string> Changed(const std::string& object) const {
    return Notes(object, Verdict::kChanged);
  }
  std::vector<std::string> Ignored(const std::string& object) const {
    return Notes(object, Verdict::kIgnored);
  }
  std::vector<std::string> Conflicts(const std::string& object) const {
    return Notes(object, Verdict::kConflict);
  }

  Imported imported;
  std::string error;  // empty: none
};

}  // namespace tutti::importer
