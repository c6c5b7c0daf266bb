// SharedObject: a .so that is mapped into this process, for good.
//
// It is never unmapped: a plugin may have left threads, thread-local destructors and exit handlers
// behind, and there is nothing to win. Opening runs the initialisers of the file with all rights of
// this process: whoever names a file trusts it in full.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tutti::loader {

class SharedObject {
 public:
  // `path`: absolute, and there is no search. InvalidArgument: relative; NotFound: no such file;
  // FailedPrecondition: the linker's words. One thread at a time.
  static absl::StatusOr<SharedObject> Open(const std::string& path);

  // Null: it does not export it. For the process's life.
  void* Find(const char* symbol) const;

 private:
  explicit SharedObject(void* handle) : handle_(handle) {}

  void* handle_;
};

}  // namespace tutti::loader
