#include "sim/workload/row_errors.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/shown.h"

namespace tutti::sim {

std::string RowError::ToString(std::string_view file) const {
  return absl::StrFormat("%s:%d: column %s: got \"%s\", expected %s", file, row, column,
                         base::Shown(text), expected);
}

absl::Status RowErrors::Add(RowError error) {
  ++count_;
  absl::Status status = absl::OkStatus();
  if (policy_ == BadRows::kStop) status = absl::InvalidArgumentError(error.ToString(file_));
  if (first_.size() < kKept) first_.push_back(std::move(error));
  return status;
}

std::vector<std::string> RowErrors::Messages() const {
  std::vector<std::string> messages;
  messages.reserve(first_.size());
  for (const RowError& error : first_) messages.push_back(error.ToString(file_));
  return messages;
}

}  // namespace tutti::sim
