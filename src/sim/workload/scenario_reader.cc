#include "sim/workload/scenario_reader.h"

#include <algorithm>
#include <istream>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/yaml_tree.h"
#include "base/yaml_value.h"
#include "sim/workload/text_pieces.h"
#include "sim/workload/workload_file.h"
#include "sim/workload/yaml_fields.h"

namespace tutti::sim {
namespace {

using base::YamlTree;

constexpr char kApiVersion[] = "tutti.dev/v1alpha1";
constexpr char kKind[] = "Scenario";
constexpr int64_t kMaxNodes = 100'000;
constexpr int64_t kMaxMembers = 1'000'000;
constexpr int64_t kMaxJobs = 10'000'000;
constexpr int64_t kMaxGpus = 1024;
constexpr int64_t kMaxLabelsOfNodes = 2'000'000;  // bounds the memory that a small file can ask for
constexpr int64_t kWholeDevice = 1000;

// Each name once in its list.
class Names {
 public:
  void Add(YamlFields& fields, const std::string& name) {
    if (name.empty()) return;
    const YamlTree& at = *fields.Find("name");
    const auto [first, fresh] = lines_.emplace(name, at.line);
    if (fresh) return;
    fields.problems().Add(
        at, fields.PathOf("name"),
        absl::StrFormat("%s is given twice, first on line %d: rename one", name, first->second));
  }

 private:
  std::map<std::string, int> lines_;
};

class Reader {
 public:
  Reader(std::string_view file, Scenario& scenario) : problems_(file), scenario_(scenario) {}

  std::vector<base::Problem> Read(const YamlTree& root);

 private:
  void ReadHeader(YamlFields& root, std::string_view key, std::string_view expected);
  void ReadNodes(const YamlTree& map, const std::string& path);
  void AddNodes(const YamlTree& at, const std::string& path, const SimNode& node, int64_t count,
                const std::string& rack_label, int64_t rack_size);
  void ReadJob(const YamlTree& map, const std::string& path);
  void ReadRun(YamlFields& fields, Job& job);
  Role ReadRole(const YamlTree& map, const std::string& path);
  void ReadArrivals(const YamlTree& map, const std::string& path, Arrivals& arrivals);
  void ReadInstants(YamlFields& fields, Arrivals& arrivals);
  void ReadMembers(YamlFields& fields, Job& job);

  Problems problems_;
  Scenario& scenario_;
  Names node_names_;
  Names job_names_;
};

std::vector<base::Problem> Reader::Read(const YamlTree& root) {
  YamlFields fields(root, "", {"apiVersion", "kind", "name", "nodes", "jobs"}, problems_);
  ReadHeader(fields, "apiVersion", kApiVersion);
  ReadHeader(fields, "kind", kKind);
  fields.Text("name", scenario_.name);
  fields.Require("nodes", "[{name: node, count: 4, allocatable: {cpu: 8}}]");
  fields.Require("jobs", "[{name: job, run: 10m, roles: [{count: 2, requests: {cpu: 1}}]}]");
  fields.Each("nodes", [this](const YamlTree& m, const std::string& path) { ReadNodes(m, path); });
  fields.Each("jobs", [this](const YamlTree& m, const std::string& path) { ReadJob(m, path); });
  return problems_.TakeInFileOrder();
}

void Reader::ReadHeader(YamlFields& root, std::string_view key, std::string_view expected) {
  const YamlTree* at = root.Require(key, expected);
  if (at != nullptr && (!base::IsScalar(*at) || at->text != expected)) {
    problems_.Expect(*at, root.PathOf(key), expected);
  }
}

void Reader::ReadNodes(const YamlTree& map, const std::string& path) {
  YamlFields fields(map, path,
                    {"name", "count", "allocatable", "labels", "gpus", "gpuModel", "racks"},
                    problems_);
  SimNode node;
  int64_t count = 1;
  int64_t rack_size = 0;
  std::string rack_label;
  fields.Name("name", node.name);
  node_names_.Add(fields, node.name);
  fields.Whole("count", 1, kMaxNodes, count);
  fields.Require("allocatable", "{cpu: 8, memory: 32Gi}");
  fields.Amounts("allocatable", node.allocatable);
  fields.Pairs("labels", node.labels);
  fields.Whole("gpus", 0, kMaxGpus, node.gpus);
  fields.Text("gpuModel", node.gpu_model);
  if (!node.gpu_model.empty() && node.gpus == 0) {
    problems_.Add(*fields.Find("gpuModel"), fields.PathOf("gpuModel"),
                  "a model without GPUs: add gpus: N or leave it out");
  }
  if (const YamlTree* racks = fields.Find("racks")) {
    YamlFields rack(*racks, fields.PathOf("racks"), {"label", "size"}, problems_);
    rack.Require("label", "topology.example.org/rack");
    rack.Require("size", "16");
    rack.Text("label", rack_label);
    rack.Whole("size", 1, kMaxNodes, rack_size);
  }
  AddNodes(map, path, node, count, rack_label, rack_size);
}

void Reader::AddNodes(const YamlTree& at, const std::string& path, const SimNode& node,
                      int64_t count, const std::string& rack_label, int64_t rack_size) {
  const auto before = static_cast<int64_t>(scenario_.nodes.size());
  const auto weight = static_cast<int64_t>(node.labels.size() + node.allocatable.size());
  if (before + count > kMaxNodes || weight * count > kMaxLabelsOfNodes) {
    return problems_.Add(at, path,
                         absl::StrFormat("%d nodes with %d labels and amounts: expected at most %d "
                                         "nodes in all and %d labels and amounts per entry",
                                         before + count, weight, kMaxNodes, kMaxLabelsOfNodes));
  }
  for (int64_t i = 0; i < count; ++i) {
    SimNode& added = scenario_.nodes.emplace_back(node);
    added.name = absl::StrCat(node.name, "-", i);
    if (rack_size == 0 || rack_label.empty()) continue;
    added.labels.emplace_back(rack_label, absl::StrCat(node.name, "-rack-", i / rack_size));
  }
}

void Reader::ReadJob(const YamlTree& map, const std::string& path) {
  YamlFields fields(
      map, path,
      {"name", "user", "queue", "priority", "run", "estimate", "minMember", "roles", "arrivals"},
      problems_);
  JobTemplate& added = scenario_.jobs.emplace_back();
  Job& job = added.job;
  int64_t priority = 0;
  fields.Name("name", job.name);
  job_names_.Add(fields, job.name);
  fields.Text("user", job.user);
  fields.Text("queue", job.queue);
  fields.Whole("priority", INT32_MIN, INT32_MAX, priority);
  job.priority = static_cast<int32_t>(priority);
  ReadRun(fields, job);
  fields.Millis("estimate", 1, job.estimate_ms);
  const YamlTree* roles = fields.Require("roles", "[{count: 2, requests: {cpu: 1}}]");
  fields.Each("roles", [&](const YamlTree& m, const std::string& role_path) {
    job.roles.push_back(ReadRole(m, role_path));
  });
  if (roles != nullptr && roles->kind == YamlTree::Kind::kSequence && roles->items.empty()) {
    problems_.Expect(*roles, fields.PathOf("roles"), "at least one role");
  }
  ReadMembers(fields, job);
  if (const YamlTree* arrivals = fields.Find("arrivals")) {
    ReadArrivals(*arrivals, fields.PathOf("arrivals"), added.arrivals);
  }
}

void Reader::ReadRun(YamlFields& fields, Job& job) {
  const YamlTree* run = fields.Require("run", "10m, or forever");
  if (run == nullptr) return;
  if (run->kind == YamlTree::Kind::kPlain && run->text == "forever") {
    job.run_ms = -1;
    return;
  }
  fields.Millis("run", 0, job.run_ms);
}

void Reader::ReadMembers(YamlFields& fields, Job& job) {
  if (job.roles.empty()) return;
  int64_t members = 0;
  for (const Role& role : job.roles) members += role.count;
  if (members > kMaxMembers) {
    problems_.Add(*fields.Find("roles"), fields.PathOf("roles"),
                  absl::StrFormat("%d members in all: expected at most %d", members, kMaxMembers));
  }
  fields.Whole("minMember", 0, members, job.min_member);
}

Role Reader::ReadRole(const YamlTree& map, const std::string& path) {
  YamlFields fields(
      map, path, {"count", "requests", "nodeSelector", "gpuModels", "gpuMilli", "gpus"}, problems_);
  Role role;
  fields.Whole("count", 1, kMaxMembers, role.count);
  fields.Amounts("requests", role.requests);
  fields.Pairs("nodeSelector", role.node_selector);
  fields.Texts("gpuModels", role.gpu_models);
  fields.Whole("gpus", 0, kMaxGpus, role.gpus);
  role.gpu_milli = role.gpus > 0 ? kWholeDevice : 0;
  fields.Whole("gpuMilli", 1, kWholeDevice, role.gpu_milli);
  if (role.gpus != 1 && role.gpu_milli != (role.gpus > 0 ? kWholeDevice : 0)) {
    problems_.Add(*fields.Find("gpuMilli"), fields.PathOf("gpuMilli"),
                  "only a member with one GPU may share it: write gpus: 1 or leave gpuMilli out");
  }
  if (!role.gpu_models.empty() && role.gpus == 0) {
    problems_.Add(*fields.Find("gpuModels"), fields.PathOf("gpuModels"),
                  "models without GPUs: add gpus: N or leave them out");
  }
  return role;
}

void Reader::ReadArrivals(const YamlTree& map, const std::string& path, Arrivals& arrivals) {
  YamlFields fields(map, path, {"at", "every", "poisson", "seed", "from", "count"}, problems_);
  if (map.kind != YamlTree::Kind::kMap) return;
  std::vector<std::string_view> given;
  for (std::string_view key : {"at", "every", "poisson"}) {
    if (fields.Find(key) != nullptr) given.push_back(key);
  }
  if (given.size() != 1) {
    return problems_.Add(
        map, path,
        absl::StrFormat("expected one of at: 0s, every: 5m and poisson: 5m, got %s",
                        given.empty() ? "none" : Joined(given, " and ")));
  }
  const std::string_view kind = given.front();
  const auto useless = [&](std::string_view key) {
    if (const YamlTree* at = fields.Find(key)) {
      problems_.Add(*at, fields.PathOf(key),
                    absl::StrFormat("means nothing beside %s: remove it", kind));
    }
  };
  if (kind == "at") {
    for (std::string_view key : {"seed", "from", "count"}) useless(key);
    return ReadInstants(fields, arrivals);
  }
  arrivals.kind = kind == "every" ? Arrivals::Kind::kEvery : Arrivals::Kind::kPoisson;
  fields.Millis(kind, 1, arrivals.gap_ms);
  fields.Millis("from", 0, arrivals.from_ms);
  fields.Require("count", "100");
  fields.Whole("count", 1, kMaxJobs, arrivals.count);
  if (kind == "every") useless("seed");
  int64_t seed = 1;
  fields.Whole("seed", 0, INT64_MAX, seed);
  arrivals.seed = static_cast<uint64_t>(seed);
}

void Reader::ReadInstants(YamlFields& fields, Arrivals& arrivals) {
  arrivals.at_ms.clear();
  const YamlTree& at = *fields.Find("at");
  int64_t instant = 0;
  if (at.kind != YamlTree::Kind::kSequence) {
    if (ReadMillis(at, fields.PathOf("at"), 0, instant, problems_)) {
      arrivals.at_ms.push_back(instant);
    }
    return;
  }
  fields.Each("at", [&](const YamlTree& item, const std::string& path) {
    if (ReadMillis(item, path, 0, instant, problems_)) arrivals.at_ms.push_back(instant);
  });
  if (at.items.empty()) problems_.Expect(at, fields.PathOf("at"), "at least one time");
  std::sort(arrivals.at_ms.begin(), arrivals.at_ms.end());
}

}  // namespace

LoadedScenario LoadScenario(std::string_view text, std::string_view file_name) {
  LoadedScenario loaded;
  YamlTree tree;
  base::Problem malformed;
  if (!base::ParseYaml(text, file_name, tree, malformed)) {
    loaded.errors.push_back(std::move(malformed));
    return loaded;
  }
  loaded.errors = Reader(file_name, loaded.scenario).Read(tree);
  return loaded;
}

absl::StatusOr<Scenario> LoadScenarioFile(const std::string& path) {
  TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<std::istream> file,
                         OpenWorkloadFile(path, "scenario"));
  std::string text(base::kMaxYamlBytes + 1, '\0');
  file->read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file->gcount()));
  LoadedScenario loaded = LoadScenario(text, path);
  if (loaded.ok()) return std::move(loaded.scenario);
  return absl::InvalidArgumentError(
      absl::StrJoin(loaded.errors, "\n", [](std::string* out, const base::Problem& problem) {
        absl::StrAppend(out, problem.ToString());
      }));
}

}  // namespace tutti::sim
