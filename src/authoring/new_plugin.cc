#include "authoring/new_plugin.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/shown.h"
#include "base/status_macros.h"
#include "builtin_plugins.h"
#include "framework/plugin_registry.h"

namespace tutti::authoring {
namespace {

namespace fs = std::filesystem;

// Template and what it becomes.
constexpr std::pair<const char*, const char*> kFiles[] = {
    {"CMakeLists.txt.in", "CMakeLists.txt"},  {"README.md.in", "README.md"},
    {"gitignore.in", ".gitignore"},           {"manifest.yaml.in", "manifest.yaml"},
    {"plugin.cc.in", "@SNAKE@.cc"},           {"plugin.h.in", "@SNAKE@.h"},
    {"plugin_test.cc.in", "@SNAKE@_test.cc"},
};

using Replacements = std::vector<std::pair<std::string, std::string>>;

bool IsLower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

absl::Status CheckName(const std::string& name) {
  // A lower-case letter as well: NULL, EOF and the like are other things to a compiler.
  if (!framework::IsPluginName(name) || !std::any_of(name.begin(), name.end(), IsLower)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "plugin name \"%s\": expected UpperCamelCase, letters and digits, 1 to 63, as GpuModel",
        base::Shown(name)));
  }
  for (const PluginDescriptor& builtin : BuiltinPlugins()) {
    if (builtin.name == name) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "plugin name %s: a built-in plugin has it, and no server would run both: choose another",
          name));
    }
  }
  for (const char* target : {"all", "clean", "depend", "help", "install", "package", "test"}) {
    if (SnakeCase(name) == target) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "plugin name %s: CMake has a target \"%s\" of its own: choose another", name, target));
    }
  }
  return absl::OkStatus();
}

// As a YAML scalar.
std::string Quoted(const std::string& text) {
  return "'" + absl::StrReplaceAll(text, {{"'", "''"}}) + "'";
}

absl::StatusOr<std::string> Render(const fs::path& file, const Replacements& replacements) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return absl::NotFoundError(absl::StrFormat(
        "template %s: there is no such file; templates come with `make install`", file.string()));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return absl::StrReplaceAll(text, replacements);
}

absl::Status Write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.close();
  if (stream) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrFormat("%s could not be written: is there room, and may "
                      "you write there?",
                      file.string()));
}

absl::StatusOr<std::vector<std::string>> WriteFiles(const fs::path& templates,
                                                    const fs::path& folder,
                                                    const Replacements& replacements) {
  std::vector<std::string> written;
  for (const auto& [from, to] : kFiles) {
    TUTTI_ASSIGN_OR_RETURN(const std::string text, Render(templates / from, replacements));
    written.push_back(absl::StrReplaceAll(to, replacements));
    TUTTI_RETURN_IF_ERROR(Write(folder / written.back(), text));
  }
  std::sort(written.begin(), written.end());
  return written;
}

absl::Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error))) {
    return absl::AlreadyExistsError(absl::StrFormat(
        "%s is there already, and nothing is overwritten: choose another folder", folder.string()));
  }
  if (!fs::create_directory(folder, error)) {
    return absl::NotFoundError(
        absl::StrFormat("%s cannot be made: %s", folder.string(), error.message()));
  }
  return absl::OkStatus();
}

}  // namespace

std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    // A capital begins a word after a small one, or as the last of several: MIG|Share.
    const bool word = i > 0 && IsUpper(name[i]) &&
                      (!IsUpper(name[i - 1]) || (i + 1 < name.size() && IsLower(name[i + 1])));
    if (word) snake += '_';
    snake += absl::ascii_tolower(static_cast<unsigned char>(name[i]));
  }
  return snake;
}

std::string TemplatesFolder() {
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  return (binary.parent_path().parent_path() / "share/tutti/templates/plugin").string();
}

absl::StatusOr<CreatedPlugin> CreatePlugin(const NewPlugin& wanted) {
  TUTTI_RETURN_IF_ERROR(CheckName(wanted.name));
  const std::string snake = SnakeCase(wanted.name);
  std::error_code error;
  const fs::path folder =
      fs::absolute(wanted.folder.empty() ? snake : wanted.folder, error).lexically_normal();
  const std::string library = (folder / "build" / (snake + ".so")).string();
  if (std::any_of(library.begin(), library.end(), absl::ascii_iscntrl)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "folder \"%s\": expected a path without control characters", base::Shown(wanted.folder)));
  }
  const Replacements replacements = {
      {"@NAME@", wanted.name}, {"@SNAKE@", snake}, {"@LIBRARY@", Quoted(library)}};
  TUTTI_RETURN_IF_ERROR(MakeFolder(folder));
  absl::StatusOr<std::vector<std::string>> files =
      WriteFiles(wanted.templates, folder, replacements);
  if (!files.ok()) {
    fs::remove_all(folder, error);
    return files.status();
  }
  return CreatedPlugin{folder.string(), *std::move(files)};
}

}  // namespace tutti::authoring
