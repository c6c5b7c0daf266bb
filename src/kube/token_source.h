// TokenSource: the bearer token as it is now, fixed or from a file that the kubelet rotates.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"

namespace tutti::kube {

// Any thread. A file that cannot be read leaves the last token in force.
class TokenSource {
 public:
  struct Token {
    std::string value;     // empty: none
    uint64_t version = 0;  // grows with every change of the value
  };

  // `token_file` empty: `fixed` for ever.
  TokenSource(std::string fixed, std::string token_file, const base::Clock& clock);

  // Looks at the file's stat once a second at most.
  Token Current();
  // After a 401 to `refused`: reads the file again; true when the token is another one now, so that
  // the request is worth one repetition.
  bool Changed(uint64_t refused);

 private:
  void Read() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string token_file_;
  const base::Clock& clock_;
  absl::Mutex mutex_;
  Token token_ ABSL_GUARDED_BY(mutex_);
  base::Timestamp looked_at_ ABSL_GUARDED_BY(mutex_);
  struct stat seen_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace tutti::kube
