#include "cli/yaml_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "base/yaml_value.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

// Plain where every reader sees the same text; JSON's double quotes are YAML's as well.
std::string Scalar(const Json& value) {
  if (!value.is_string()) return value.dump();
  const std::string& text = value.get_ref<const std::string&>();
  int64_t ignored = 0;
  const bool word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                    text.find_first_not_of(
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                        "-_./ ") == std::string::npos &&
                    text.back() != ' ';
  const bool plain = word && !base::LooksLikeAnotherType(text) &&
                     absl::AsciiStrToLower(text) != "null" &&
                     base::ParseInteger(text, ignored) == base::IntegerForm::kNone;
  return plain ? text : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsLeaf(const Json& value) { return !value.is_structured() || value.empty(); }

// `indent` is where this value's lines begin; its first line is already indented.
void Write(const Json& value, size_t indent, std::string& out) {
  if (IsLeaf(value)) {
    out += Scalar(value) + "\n";
    return;
  }
  bool first = true;
  const std::string margin(indent, ' ');
  if (value.is_array()) {
    for (const Json& item : value) {
      if (!first) out += margin;
      first = false;
      out += "- ";
      Write(item, indent + 2, out);
    }
    return;
  }
  for (const auto& [key, item] : value.items()) {
    if (!first) out += margin;
    first = false;
    out += Scalar(Json(key)) + ":";
    if (IsLeaf(item)) {
      out += " ";
      Write(item, indent, out);
      continue;
    }
    // As kubectl: a list's dashes stand under their key.
    const size_t inner = item.is_array() ? indent : indent + 2;
    out += "\n" + std::string(inner, ' ');
    Write(item, inner, out);
  }
}

}  // namespace

absl::StatusOr<std::string> YamlText(const std::string& json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return absl::InternalError("the answer is no JSON");
  std::string out;
  Write(document, 0, out);
  return out;
}

}  // namespace tutti::cli
