#include "sim/workload/workload_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace tutti::sim {

absl::StatusOr<std::unique_ptr<std::istream>> OpenWorkloadFile(const std::string& path,
                                                               const std::string& what) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s %s is a directory: name the file in it", what, path));
  }
  errno = 0;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (*file) return file;
  const int error = errno;
  const std::string message =
      absl::StrFormat("cannot read %s %s: %s", what, path, std::generic_category().message(error));
  return error == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
}

}  // namespace tutti::sim
