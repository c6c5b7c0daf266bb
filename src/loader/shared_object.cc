#include "loader/shared_object.h"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "loader/elf_file.h"

namespace tutti::loader {

absl::StatusOr<SharedObject> SharedObject::Open(const std::string& path) {
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(absl::StrFormat(
        "plugin file \"%s\": expected an absolute path; plugins are not searched for", path));
  }
  std::error_code error;
  const std::filesystem::file_status found = std::filesystem::status(path, error);
  if (!std::filesystem::exists(found)) {
    return absl::NotFoundError(absl::StrFormat("plugin file %s: there is no such file", path));
  }
  if (!std::filesystem::is_regular_file(found))
    return absl::FailedPreconditionError(absl::StrFormat("plugin file %s: it is no file", path));
  TUTTI_RETURN_IF_ERROR(CheckElfComplete(path));
  // LOCAL: what it exports is nobody else's. NOW: what it lacks shows here, not in a Filter.
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* const why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): it is per thread
    return absl::FailedPreconditionError(absl::StrFormat(
        "plugin file %s cannot be loaded: %s", path, why == nullptr ? "no reason given" : why));
  }
  return SharedObject(handle);
}

void* SharedObject::Find(const char* symbol) const { return ::dlsym(handle_, symbol); }

}  // namespace tutti::loader
