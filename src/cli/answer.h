// Answers for programs: -o json and -o yaml.
#pragma once

#include <string>

#include "cli/command_context.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace tutti::cli {

inline bool ForPrograms(OutputFormat format) {
  return format == OutputFormat::kJson || format == OutputFormat::kYaml;
}

// A message of the control API in protobuf's JSON mapping, every field present. Only for
// ForPrograms.
absl::Status PrintMessage(CommandContext& context, const google::protobuf::Message& message);

// A JSON text of our own (indented by two), as it is or as YAML. Only for ForPrograms.
absl::Status PrintJson(CommandContext& context, const std::string& json);

}  // namespace tutti::cli
