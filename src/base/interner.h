// Interner: strings become small ids at the edge and are never hashed again.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "tutti/ids.h"
#include "tutti/views.h"

namespace tutti::base {

using StringId = TextId;

// Thread-safe. An id and the text it stands for live as long as the interner. `limit` bounds what
// input from outside can make it hold: past it Intern answers an invalid id.
class Interner final : public TextTable {
 public:
  explicit Interner(size_t limit = 8u << 20) : limit_(limit) {}

  StringId Intern(std::string_view text);
  // Invalid where the text was never interned: use it for what users write, it never grows the
  // table.
  StringId Find(std::string_view text) const override;
  std::string_view Text(StringId id) const override;
  size_t size() const;

 private:
  const size_t limit_;
  mutable absl::Mutex mutex_;
  std::deque<std::string> texts_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<absl::string_view, StringId> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::base
