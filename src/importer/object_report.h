// ObjectReport: what an import says about each object, made and printed.
#pragma once

#include <string>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

// Of an object, empty as yet: "ClusterQueue team-a", "LocalQueue team-a/main".
ObjectReport ReportOf(const SourceObject& source);

// With its report, which says what it becomes.
void AddQueue(ImportedQueue queue, ObjectReport report, Imported& imported);

size_t CountOf(Verdict verdict, const Imported& imported);  // notes

// For people, several lines: what was understood, changed, ignored, in conflict, and a summary.
std::string ReportText(const Imported& imported);

// "understood"
const char* VerdictName(Verdict verdict);

}  // namespace tutti::importer
