#include "cli/answer.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/status_macros.h"
#include "cli/yaml_text.h"

namespace tutti::cli {

absl::Status PrintMessage(CommandContext& context, const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok())
    return absl::InternalError("the answer cannot be written as JSON");
  return PrintJson(context, json);
}

absl::Status PrintJson(CommandContext& context, const std::string& json) {
  if (context.options.output == OutputFormat::kYaml) {
    TUTTI_ASSIGN_OR_RETURN(const std::string yaml, YamlText(json));
    context.out() << yaml;
    return absl::OkStatus();
  }
  const auto document = nlohmann::ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return absl::InternalError("the answer is no JSON");
  context.out() << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                << "\n";
  return absl::OkStatus();
}

}  // namespace tutti::cli
