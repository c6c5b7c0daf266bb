// LineReader: the lines of a stream, numbered, in bounded memory. One thread.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tutti::sim {

class LineReader {
 public:
  static constexpr size_t kMaxLine = size_t{64} << 10;

  // `in` must outlive the reader; `file` names it in messages.
  LineReader(std::istream& in, std::string file) : in_(in), file_(std::move(file)) {}

  // True and the next line without its end (LF or CRLF), false at the end of the stream. Errors: a
  // line longer than kMaxLine, NUL bytes.
  absl::StatusOr<bool> Next();

  std::string_view line() const { return line_; }
  int64_t number() const { return number_; }  // from 1
  const std::string& file() const { return file_; }

 private:
  absl::Status Check();

  std::istream& in_;
  const std::string file_;
  std::string line_;
  int64_t number_ = 0;
};

}  // namespace tutti::sim
