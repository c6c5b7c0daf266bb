// Reasons, holders, diagnoses of nodes and remedies of the control API, for people.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/control_methods.h"
#include "cli/style.h"

namespace tutti::cli {

using Holders = google::protobuf::RepeatedPtrField<pb::Holder>;
using Classes = google::protobuf::RepeatedPtrField<pb::ClassDiagnosis>;

// "WaitingForCapacity: need 24 cpu, have 16 cpu; <what it means>".
std::string ReasonText(const pb::Reason& reason);
// "3 nodes: cpu in use, need 6, at most 4 left".
std::string NodeCountText(const pb::NodeCount& count);

// Each prints nothing where there is nothing to say.
void PrintField(std::ostream& out, const Style& style, const std::string& name,
                const std::string& value);
void PrintHolders(std::ostream& out, const Style& style, const Holders& holders,
                  const std::string& resource);
void PrintClasses(std::ostream& out, const Style& style, const Classes& classes, int64_t nodes);
void PrintRemedy(std::ostream& out, const Style& style, const pb::Remedy& remedy,
                 const std::string& resource);

}  // namespace tutti::cli
