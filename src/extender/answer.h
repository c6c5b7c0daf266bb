// Answer: what a verb replies, and what is to be told about it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "model/reason.h"

namespace tutti::extender {

// 200 with an Error in the body where we refuse; 400 where the request is malformed; 503 where no
// verdict may be given. kube-scheduler reads a body of 200 only.
struct Answer {
  int status = 200;
  std::string body;
  model::ReasonCode reason = model::ReasonCode::kNone;
  std::string error;
  bool leads_to_bind = false;  // of filter: a planned pod got its node
};

// {"Error": text}
std::string ErrorBody(std::string_view text);
// 400 for an InvalidArgument, naming the verb's message.
Answer Malformed(std::string_view message, const absl::Status& status);
Answer NotReady();

}  // namespace tutti::extender
