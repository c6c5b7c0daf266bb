#include "sim/workload/line_reader.h"

#include <streambuf>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::sim {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

absl::StatusOr<bool> LineReader::Next() {
  line_.clear();
  std::streambuf* bytes = in_.rdbuf();
  int c = bytes->sbumpc();
  if (c == std::char_traits<char>::eof()) return false;
  ++number_;
  for (; c != std::char_traits<char>::eof() && c != '\n'; c = bytes->sbumpc()) {
    line_.push_back(static_cast<char>(c));
    if (line_.size() > kMaxLine) break;
  }
  TUTTI_RETURN_IF_ERROR(Check());
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  if (number_ == 1 && line_.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) {
    line_.erase(0, kByteOrderMark.size());
  }
  return true;
}

absl::Status LineReader::Check() {
  if (line_.size() > kMaxLine) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s:%d: the line is longer than %d bytes: this is no workload file, or its line ends are "
        "neither LF nor CRLF",
        file_, number_, kMaxLine));
  }
  if (line_.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s:%d: the line holds a NUL byte: expected a text file, unpack it if it is compressed",
        file_, number_));
  }
  return absl::OkStatus();
}

}  // namespace tutti::sim
