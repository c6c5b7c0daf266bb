// Data sets that are not ours to ship. Tests that want one skip where it is absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tutti::sim {

// Where `name` ("swf/x.swf") would be: in $TUTTI_SHARED_DATA, or beside the source tree.
inline std::string SharedData(const std::string& name) {
  const char* folder = std::getenv("TUTTI_SHARED_DATA");
  return (folder != nullptr ? std::string(folder) : TUTTI_SOURCE_DIR "/../shared/data") + "/" +
         name;
}

inline bool IsThere(const std::string& path) { return std::filesystem::exists(path); }

}  // namespace tutti::sim

#define TUTTI_SKIP_WITHOUT(path) \
  if (!::tutti::sim::IsThere(path)) GTEST_SKIP() << path << " is absent: set TUTTI_SHARED_DATA"
