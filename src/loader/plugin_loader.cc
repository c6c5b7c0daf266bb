#include "loader/plugin_loader.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "loader/abi_plugin.h"
#include "loader/file_digest.h"
#include "loader/handshake.h"
#include "loader/shared_object.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {
namespace {

constexpr char kSymbol[] = "tutti_plugin_v1";

absl::Status CompareDigest(const PluginFile& file) {
  if (file.sha256.empty()) return absl::OkStatus();
  const bool digits = std::all_of(file.sha256.begin(), file.sha256.end(), absl::ascii_isxdigit);
  if (file.sha256.size() != 64 || !digits) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "plugin file %s: sha256 \"%s\": expected 64 hexadecimal digits, as sha256sum prints them",
        file.path, file.sha256));
  }
  TUTTI_ASSIGN_OR_RETURN(const std::string found, Sha256OfFile(file.path));
  if (found == absl::AsciiStrToLower(file.sha256)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "plugin file %s is refused: its sha256 is %s, expected %s; it is another build, or it has "
      "been changed",
      file.path, found, file.sha256));
}

}  // namespace

absl::StatusOr<LoadedPlugin> LoadPlugin(const PluginFile& file) {
  if (!file.path.empty() && file.path[0] == '/') TUTTI_RETURN_IF_ERROR(CompareDigest(file));
  TUTTI_ASSIGN_OR_RETURN(const SharedObject object, SharedObject::Open(file.path));
  void* const symbol = object.Find(kSymbol);
  if (symbol == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrFormat("plugin file %s is refused: it exports no symbol %s; a C++ plugin needs "
                        "TUTTI_EXPORT_PLUGIN(Class) in one of its source files",
                        file.path, kSymbol));
  }
  const auto descriptor = reinterpret_cast<decltype(&tutti_plugin_v1)>(symbol);
  TUTTI_ASSIGN_OR_RETURN(const tutti_plugin_descriptor api,
                         CheckDescriptor(descriptor(), file.path));
  LoadedPlugin loaded;
  loaded.name = std::string(abi::FromC(api.name));
  loaded.build = std::string(abi::FromC(api.build));
  loaded.entry.version = std::string(abi::FromC(api.version));
  loaded.entry.origin = file.path;
  loaded.entry.make = [api](Config& config, PluginHost& host) {
    return AbiPlugin::Make(api, config, host);
  };
  return loaded;
}

}  // namespace tutti::loader
