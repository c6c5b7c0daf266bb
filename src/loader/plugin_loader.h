// LoadPlugin: a plugin out of a shared object, as the registry takes it.
//
// A plugin in this process is trusted in full: it can read and break everything. Code that is not
// trusted belongs behind the remote interface.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "framework/plugin_registry.h"

namespace tutti::loader {

struct PluginFile {
  std::string path;    // absolute
  std::string sha256;  // 64 hexadecimal digits; empty: not compared
};

struct LoadedPlugin {
  std::string name;
  std::string build;  // what it was built with, in its own words
  framework::PluginRegistry::Entry entry;
};

// Blocks on the disk and runs the file's initialisers; at start, on one thread. The file stays in
// the process, also where it is refused. Every error names the path, what was found and what was
// expected. The fingerprint guards against the wrong file, not against somebody who can change the
// file between reading and loading: who can write it can do anything.
absl::StatusOr<LoadedPlugin> LoadPlugin(const PluginFile& file);

}  // namespace tutti::loader
