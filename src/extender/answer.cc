#include "extender/answer.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

std::string ErrorBody(std::string_view text) {
  std::string body = "{\"Error\":";
  objects::AppendJsonString(body, text);
  body += '}';
  return body;
}

Answer Malformed(std::string_view message, const absl::Status& status) {
  Answer answer;
  answer.status = 400;
  answer.error = absl::StrFormat("malformed %s: %s", message, status.message());
  answer.body = ErrorBody(answer.error);
  return answer;
}

Answer NotReady() {
  Answer answer;
  answer.status = 503;
  answer.reason = model::ReasonCode::kNotReady;
  answer.error = "tutti/NotReady: not synced with the cluster yet, or another replica leads; retry";
  answer.body = ErrorBody(answer.error);
  return answer;
}

}  // namespace tutti::extender
