#include "cli/doctor/scheduler_config.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/problem.h"
#include "base/yaml_tree.h"
#include "base/yaml_value.h"

namespace tutti::cli {
namespace {

using base::YamlTree;

// Reads values of maps by key; the first that is not what it should be is the error.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  const absl::Status& status() const { return status_; }

  const YamlTree* Find(const YamlTree& map, std::string_view key) const {
    if (map.kind != YamlTree::Kind::kMap) return nullptr;
    for (size_t i = 0; i < map.keys.size(); ++i) {
      if (map.keys[i].text == key) return &map.items[i];
    }
    return nullptr;
  }

  void Text(const YamlTree& map, std::string_view key, std::string& out) {
    const YamlTree* value = Find(map, key);
    if (value == nullptr || value->kind == YamlTree::Kind::kNull) return;
    if (!base::IsScalar(*value)) return Refuse(*value, key, "a text");
    out = value->text;
  }

  void Bool(const YamlTree& map, std::string_view key, bool& out) {
    const YamlTree* value = Find(map, key);
    if (value == nullptr || value->kind == YamlTree::Kind::kNull) return;
    if (value->kind != YamlTree::Kind::kPlain || (value->text != "true" && value->text != "false"))
      return Refuse(*value, key, "true or false");
    out = value->text == "true";
  }

  std::optional<int64_t> Integer(const YamlTree& map, std::string_view key) {
    const YamlTree* value = Find(map, key);
    if (value == nullptr || value->kind == YamlTree::Kind::kNull) return std::nullopt;
    int64_t number = 0;
    if (value->kind == YamlTree::Kind::kPlain &&
        base::ParseInteger(value->text, number) == base::IntegerForm::kDecimal) {
      return number;
    }
    Refuse(*value, key, "a number");
    return std::nullopt;
  }

  std::optional<base::Duration> Duration(const YamlTree& map, std::string_view key) {
    const YamlTree* value = Find(map, key);
    if (value == nullptr || value->kind == YamlTree::Kind::kNull) return std::nullopt;
    if (base::IsScalar(*value)) {
      if (const auto duration = base::ParseDuration(value->text)) return duration;
    }
    Refuse(*value, key, "a duration such as 30s");
    return std::nullopt;
  }

  // The items of a list of maps; null and absent are empty.
  std::vector<const YamlTree*> Maps(const YamlTree& map, std::string_view key) {
    std::vector<const YamlTree*> maps;
    const YamlTree* list = Find(map, key);
    if (list == nullptr || list->kind == YamlTree::Kind::kNull) return maps;
    if (list->kind != YamlTree::Kind::kSequence) {
      Refuse(*list, key, "a list");
      return maps;
    }
    for (const YamlTree& item : list->items) {
      if (item.kind == YamlTree::Kind::kMap) {
        maps.push_back(&item);
      } else {
        Refuse(item, key, "a map in each item");
      }
    }
    return maps;
  }

  void Refuse(const YamlTree& value, std::string_view key, std::string_view expected) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrFormat("%s:%d:%d: %s: got %s, expected %s", file_,
                                                         value.line, value.column, key,
                                                         base::Describe(value), expected));
  }

 private:
  const std::string& file_;
  absl::Status status_;
};

constexpr std::string_view kExtenderKeys[] = {"urlPrefix",        "filterVerb", "preemptVerb",
                                              "prioritizeVerb",   "weight",     "bindVerb",
                                              "enableHTTPS",      "tlsConfig",  "httpTimeout",
                                              "nodeCacheCapable", "ignorable",  "managedResources"};

ExtenderTlsConfig ReadTls(const YamlTree& map, Reader& reader) {
  ExtenderTlsConfig tls;
  reader.Bool(map, "insecure", tls.insecure);
  reader.Text(map, "certFile", tls.cert_file);
  reader.Text(map, "keyFile", tls.key_file);
  reader.Text(map, "caFile", tls.ca_file);
  for (const char* key : {"certData", "keyData", "caData"})
    tls.has_data = tls.has_data || reader.Find(map, key) != nullptr;
  return tls;
}

ExtenderConfig ReadExtender(const YamlTree& map, Reader& reader) {
  ExtenderConfig extender;
  extender.line = map.line;
  reader.Text(map, "urlPrefix", extender.url_prefix);
  reader.Text(map, "filterVerb", extender.filter_verb);
  reader.Text(map, "prioritizeVerb", extender.prioritize_verb);
  reader.Text(map, "preemptVerb", extender.preempt_verb);
  reader.Text(map, "bindVerb", extender.bind_verb);
  extender.weight = reader.Integer(map, "weight").value_or(0);
  reader.Bool(map, "enableHTTPS", extender.enable_https);
  reader.Bool(map, "nodeCacheCapable", extender.node_cache_capable);
  reader.Bool(map, "ignorable", extender.ignorable);
  extender.http_timeout = reader.Duration(map, "httpTimeout");
  if (const YamlTree* tls = reader.Find(map, "tlsConfig");
      tls != nullptr && tls->kind == YamlTree::Kind::kMap) {
    extender.tls = ReadTls(*tls, reader);
  }
  for (const YamlTree* item : reader.Maps(map, "managedResources")) {
    ManagedResource resource;
    reader.Text(*item, "name", resource.name);
    reader.Bool(*item, "ignoredByScheduler", resource.ignored_by_scheduler);
    extender.managed_resources.push_back(std::move(resource));
  }
  for (const YamlTree& key : map.keys) {
    if (std::find(std::begin(kExtenderKeys), std::end(kExtenderKeys), key.text) ==
        std::end(kExtenderKeys)) {
      extender.unknown_keys.push_back(key.text);
    }
  }
  return extender;
}

SchedulerProfile ReadProfile(const YamlTree& map, Reader& reader) {
  SchedulerProfile profile;
  reader.Text(map, "schedulerName", profile.scheduler_name);
  profile.percentage_of_nodes_to_score = reader.Integer(map, "percentageOfNodesToScore");
  const YamlTree* plugins = reader.Find(map, "plugins");
  if (plugins == nullptr || plugins->kind != YamlTree::Kind::kMap) return profile;
  for (const YamlTree& point : plugins->items) {
    for (const YamlTree* plugin : reader.Maps(point, "disabled")) {
      std::string name;
      reader.Text(*plugin, "name", name);
      profile.disabled_plugins.push_back(std::move(name));
    }
  }
  return profile;
}

void ReadLeaderElection(const YamlTree& map, Reader& reader, SchedulerConfig& config) {
  reader.Bool(map, "leaderElect", config.leader_elect);
  reader.Text(map, "resourceName", config.lease_name);
  reader.Text(map, "resourceNamespace", config.lease_namespace);
}

}  // namespace

absl::StatusOr<SchedulerConfig> ParseSchedulerConfig(std::string_view text,
                                                     const std::string& file) {
  YamlTree document;
  base::Problem problem;
  if (!base::ParseYaml(text, file, document, problem))
    return absl::InvalidArgumentError(problem.ToString());
  Reader reader(file);
  if (document.kind != YamlTree::Kind::kMap)
    reader.Refuse(document, "the file", "a KubeSchedulerConfiguration");
  SchedulerConfig config;
  reader.Text(document, "apiVersion", config.api_version);
  reader.Text(document, "kind", config.kind);
  config.percentage_of_nodes_to_score = reader.Integer(document, "percentageOfNodesToScore");
  for (const YamlTree* item : reader.Maps(document, "extenders"))
    config.extenders.push_back(ReadExtender(*item, reader));
  for (const YamlTree* item : reader.Maps(document, "profiles"))
    config.profiles.push_back(ReadProfile(*item, reader));
  if (const YamlTree* election = reader.Find(document, "leaderElection"); election != nullptr)
    ReadLeaderElection(*election, reader, config);
  if (!reader.status().ok()) return reader.status();
  return config;
}

}  // namespace tutti::cli
