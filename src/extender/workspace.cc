#include "extender/workspace.h"

#include "absl/strings/str_format.h"

namespace tutti::extender {

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += absl::StrFormat("\\u%04x", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

VerbAnswer BadRequest(const absl::Status& status) {
  VerbAnswer answer;
  answer.status = 400;
  answer.body = "{\"Error\":";
  AppendJsonString(answer.body, std::string_view(status.message().data(), status.message().size()));
  answer.body += "}";
  return answer;
}

VerbAnswer NotReady() {
  return {503, R"({"Error":"tutti/NotReady: not synced yet, or not the leader; retry"})",
          model::ReasonCode::kNotReady};
}

}  // namespace tutti::extender
