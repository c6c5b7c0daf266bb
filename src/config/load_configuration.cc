#include "config/load_configuration.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/yaml_tree.h"
#include "config/config_reader.h"
#include "config/configuration_tables.h"
#include "config/cross_field_rules.h"

namespace tutti::config {

using base::kMaxYamlBytes;
using base::ParseYaml;
using base::YamlTree;

namespace {

struct Header {
  std::string api_version;
  std::string kind;
};

constexpr TextRule kApiVersionRule{kApiVersion,
                                   [](std::string_view text) { return text == kApiVersion; }};
constexpr TextRule kKindRule{kKind, [](std::string_view text) { return text == kKind; }};

Table RootTable(Header& header, Configuration& configuration) {
  Table table = ConfigurationTable(configuration);
  table.insert(table.begin(), {{"apiVersion", TextField{&header.api_version, kApiVersionRule}, ""},
                               {"kind", TextField{&header.kind, kKindRule}, ""}});
  return table;
}

bool Mentions(const std::vector<Problem>& problems, std::string_view path) {
  for (const Problem& problem : problems) {
    if (problem.path == path) return true;
  }
  return false;
}

void RequireHeader(std::vector<Problem>& errors, const Header& header, std::string_view file_name) {
  const auto require = [&](std::string_view key, const std::string& value, const char* expected) {
    if (!value.empty() || Mentions(errors, key)) return;
    errors.insert(errors.begin(),
                  {std::string(file_name), 1, 1, std::string(key),
                   absl::StrFormat("missing: the file must say %s: %s", key, expected)});
  };
  require("kind", header.kind, kKind);
  require("apiVersion", header.api_version, kApiVersion);
}

}  // namespace

LoadedConfiguration LoadConfiguration(std::string_view text, std::string_view file_name) {
  LoadedConfiguration loaded;
  YamlTree tree;
  Problem malformed;
  if (!ParseYaml(text, file_name, tree, malformed)) {
    loaded.errors.push_back(std::move(malformed));
    return loaded;
  }
  Header header;
  const Table root = RootTable(header, loaded.configuration);
  ConfigReader reader(file_name, root);
  reader.Read(tree);
  loaded.configuration.text = text;
  CheckCrossFieldRules(loaded.configuration, reader);
  loaded.errors = reader.TakeErrors();
  loaded.warnings = reader.TakeWarnings();
  RequireHeader(loaded.errors, header, file_name);
  return loaded;
}

absl::StatusOr<Configuration> LoadConfigurationFile(const std::string& path,
                                                    std::vector<Problem>* warnings) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("configuration file %s is a directory: name the file in it", path));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno;
    const std::string message = absl::StrFormat("cannot read configuration file %s: %s", path,
                                                std::generic_category().message(error));
    return error == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
  }
  std::string text(kMaxYamlBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  LoadedConfiguration loaded = LoadConfiguration(text, path);
  if (warnings != nullptr) {
    warnings->insert(warnings->end(), loaded.warnings.begin(), loaded.warnings.end());
  }
  if (loaded.ok()) return std::move(loaded.configuration);
  std::string message;
  for (const Problem& problem : loaded.errors) {
    absl::StrAppendFormat(&message, "%s%s", message.empty() ? "" : "\n", problem.ToString());
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace tutti::config
