// RowErrors: the rows of a workload file that could not be read. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tutti::sim {

// What to do with a row that is no job.
enum class BadRows {
  kStop,  // strict: the first one ends the reading
  kDrop,  // it is counted and left out
};

struct RowError {
  int64_t row = 0;     // line of the file, from 1
  std::string column;  // its name
  std::string text;    // what stands there
  std::string expected;

  // FILE:ROW: column COL: got "text", expected ...
  std::string ToString(std::string_view file) const;
};

class RowErrors {
 public:
  static constexpr size_t kKept = 20;

  RowErrors(std::string file, BadRows policy) : file_(std::move(file)), policy_(policy) {}

  // Counts the row. OK where it is to be dropped, InvalidArgument where reading has to stop.
  absl::Status Add(RowError error);

  int64_t count() const { return count_; }
  const std::vector<RowError>& first() const { return first_; }  // at most kKept
  const std::string& file() const { return file_; }
  std::vector<std::string> Messages() const;

 private:
  const std::string file_;
  const BadRows policy_;
  int64_t count_ = 0;
  std::vector<RowError> first_;
};

}  // namespace tutti::sim
