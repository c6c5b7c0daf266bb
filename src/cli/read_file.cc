#include "cli/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_format.h"

namespace tutti::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (!file.eof() && text.size() <= max_bytes) {  // a folder opens, and then cannot be read
    return absl::InvalidArgumentError(
        absl::StrFormat("cannot read %s: %s; name a readable file", path, std::strerror(errno)));
  }
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is longer than the %d bytes that are read of it", path, max_bytes));
  }
  return text;
}

}  // namespace tutti::cli
