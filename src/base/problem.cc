#include "base/problem.h"

#include "absl/strings/str_format.h"

namespace tutti::base {

std::string Problem::ToString() const {
  if (path.empty()) return absl::StrFormat("%s:%d:%d: %s", file, line, column, text);
  return absl::StrFormat("%s:%d:%d: %s: %s", file, line, column, path, text);
}

}  // namespace tutti::base
