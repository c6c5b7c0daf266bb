// SubmitRoute: the validating admission webhook that asks whether a user may put a workload into
// the queue that it names.
#pragma once

#include <functional>
#include <string>

#include "admission/submit_rules.h"
#include "base/clock.h"
#include "http/server.h"

namespace tutti::admission {

// As authentication.k8s.io/v1 has it.
struct UserInfo {
  std::string username;
  std::string uid;
  std::string groups_json;  // an array of texts; empty: none
  std::string extra_json;   // an object of arrays of texts; empty: none
};

struct AccessQuestion {
  UserInfo user;
  std::string namespace_name;  // of the workload
  std::string name;            // of the queue, as the workload says it
  base::Timestamp deadline;
};

enum class Access { kAllowed, kDenied, kUnknown };

struct AccessAnswer {
  Access access = Access::kUnknown;
  std::string queue;    // that the name stands for
  std::string problem;  // why it is not known
};
// Any thread; must not block. Answers once, on any thread, and by the deadline.
using CheckAccess =
    std::function<void(AccessQuestion question, std::function<void(AccessAnswer)> answer)>;

// kIgnored: it names no queue that it did not name before, or was made by a controller whose own
// object was asked about.
enum class SubmitOutcome { kAllowed, kRefused, kUnanswered, kIgnored };

struct SubmitOptions {
  SubmitRules rules;
  CheckAccess check;
  std::function<void(SubmitOutcome)> observe;
  base::Duration deadline;  // of a whole review; less than kube-apiserver's own
};

// POST /submit. What cannot be asked is refused. `clock` must outlive the server.
http::Server::Route SubmitRoute(const base::Clock& clock, SubmitOptions options);

}  // namespace tutti::admission
