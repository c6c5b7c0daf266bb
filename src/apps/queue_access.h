// QueueAccess: whether a user may use a queue, asked of the API server.
#pragma once

#include <functional>
#include <string>

#include "admission/submit_route.h"
#include "apps/access_cache.h"
#include "base/clock.h"
#include "kube/client.h"

namespace tutti::apps {

// What a name stands for is looked up each time (a LocalQueue of the namespace goes before a queue
// of that name); then a SubjectAccessReview asks for the verb `use` on queues.tutti.dev of that
// name, unless the same question was answered a moment ago. Any thread.
class QueueAccess {
 public:
  using Answer = std::function<void(admission::AccessAnswer)>;

  // Both must outlive every answer. Without `local_queues` nobody heeds them: a name is a queue's.
  QueueAccess(kube::Client& client, const base::Clock& clock, bool local_queues,
              AccessCacheOptions cache = {})
      : client_(client), clock_(clock), local_queues_(local_queues), cache_(clock, cache) {}

  // As admission::CheckAccess. An error, or an answer that comes too late, is kUnknown.
  void Check(admission::AccessQuestion question, Answer answer);

 private:
  void Review(const admission::AccessQuestion& question, const std::string& queue,
              const Answer& answer);

  kube::Client& client_;
  const base::Clock& clock_;
  const bool local_queues_;
  AccessCache cache_;
};

}  // namespace tutti::apps
