#include "control/manifest.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "control/manifest_json.h"
#include "objects/json_object_view.h"
#include "objects/shape_table.h"
#include "planner/group_tree.h"

namespace tutti::control {
namespace {

using model::PodInfo;
using nlohmann::json;
using planner::SimulatedJob;

constexpr char kCompactDialect[] = "simulated";

// Of objects that nobody has created: in a range of their own.
base::Uid NextUid(uint64_t& next) { return {0x7475'7474'692d'7369, ++next}; }

std::string TextAt(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

const json& ObjectAt(const json& object, const char* key) {
  static const json* const kEmpty = new json(json::object());
  const auto it = object.find(key);
  return it != object.end() && it->is_object() ? *it : *kEmpty;
}

// "batch", of "batch/v1"; empty for the core group.
std::string GroupOf(const std::string& api_version) {
  const size_t slash = api_version.find('/');
  return slash == std::string::npos ? std::string() : api_version.substr(0, slash);
}

// kubectl's guess: Job -> jobs, PodGroup -> podgroups.
std::string ResourceOf(std::string kind) {
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kind + "s";
}

absl::StatusOr<int64_t> CountAt(const json& spec, const char* key, int64_t otherwise) {
  const auto it = spec.find(key);
  if (it == spec.end() || it->is_null()) return otherwise;
  if (it->is_number_integer() && it->get<int64_t>() >= 0) return it->get<int64_t>();
  return absl::InvalidArgumentError(
      absl::StrFormat("spec.%s: expected a number from 0, got %s", key,
                      it->dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 64)));
}

}  // namespace

struct Manifest::Impl {
  Impl(const model::ResourceTable& from, objects::GangGroupings all,
       const model::FieldTable* pod_fields, std::string namespace_name)
      : resources(from),
        known_resources(from.size()),
        groupings(std::move(all)),
        decoder(resources, shapes, groupings, pod_fields),
        default_namespace(std::move(namespace_name)) {}

  absl::Status ReadObject(json object);
  absl::Status ReadWorkload(json& object, const std::string& kind);
  void ReadGangObject(json& object, const std::string& kind);
  void FollowGroups();
  absl::Status AddPods(const json& pod, const std::string& name, int64_t count);
  absl::StatusOr<PodInfo> Decode(const json& pod);
  void AddPod(PodInfo pod);
  absl::Status CountPods(int64_t count);

  model::ResourceTable resources;
  const size_t known_resources;
  objects::ShapeTable shapes;
  const objects::GangGroupings groupings;
  objects::PodDecoder decoder;
  const std::string default_namespace;
  uint64_t next_uid = 0;
  int64_t pods = 0;
  std::map<model::GangKey, GangObject> objects;
  std::map<model::GangKey, size_t> gang_index;  // into `gangs`
  std::map<std::pair<std::string, const model::PodShape*>, size_t> single_index;
  std::deque<SimulatedJob> gangs;
  std::deque<SimulatedJob> singles;
};

Manifest::Manifest(const model::ResourceTable& resources, objects::GangGroupings groupings,
                   const model::FieldTable* fields, std::string default_namespace)
    : impl_(std::make_unique<Impl>(
          resources, std::move(groupings), fields,
          default_namespace.empty() ? std::string("default") : std::move(default_namespace))) {}
Manifest::~Manifest() = default;
Manifest::Manifest(Manifest&&) noexcept = default;

const model::ResourceTable& Manifest::resources() const { return impl_->resources; }

size_t Manifest::known_resources() const { return impl_->known_resources; }

absl::Status Manifest::Read(std::string_view text) {
  if (text.size() > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the manifest has %d bytes: expected at most %d", text.size(), kMostBytes));
  }
  TUTTI_ASSIGN_OR_RETURN(const std::vector<std::string> documents, ManifestDocuments(text));
  for (const std::string& document : documents) {
    json object = json::parse(document, nullptr, /*allow_exceptions=*/false);
    const std::string kind = TextAt(object, "kind");
    if (!kind.ends_with("List")) {
      TUTTI_RETURN_IF_ERROR(impl_->ReadObject(std::move(object)));
      continue;
    }
    const auto items = object.find("items");
    if (items == object.end() || !items->is_array())
      return absl::InvalidArgumentError(absl::StrFormat("%s: expected an array items", kind));
    for (json& item : *items) {
      if (!item.is_object())
        return absl::InvalidArgumentError(absl::StrFormat("%s: expected objects in items", kind));
      // A PodList of the API server leaves the kind out.
      if (TextAt(item, "kind").empty() && kind != "List")
        item["kind"] = kind.substr(0, kind.size() - 4);
      TUTTI_RETURN_IF_ERROR(impl_->ReadObject(std::move(item)));
    }
  }
  return absl::OkStatus();
}

absl::Status Manifest::Impl::ReadObject(json object) {
  const std::string kind = TextAt(object, "kind");
  if (!object["metadata"].is_object()) object["metadata"] = json::object();
  json& metadata = object["metadata"];
  if (TextAt(metadata, "namespace").empty()) metadata["namespace"] = default_namespace;
  const std::string name = TextAt(metadata, "name");
  const auto in_words = [&](const absl::Status& status) {
    return status.ok()
               ? status
               : absl::InvalidArgumentError(absl::StrFormat("%s %s: %s", kind.substr(0, 64),
                                                            name.substr(0, 64), status.message()));
  };
  if (kind == "Pod") return in_words(AddPods(object, name, 1));
  ReadGangObject(object, kind);
  if (kind == "Job" || kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet")
    return in_words(ReadWorkload(object, kind));
  const bool read = std::any_of(groupings.begin(), groupings.end(), [&](const auto* grouping) {
    const std::vector<ObjectKind> kinds = grouping->Watches();
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](const ObjectKind& of) { return of.resource == ResourceOf(kind); });
  });
  if (read) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "cannot simulate kind \"%s\": expected Pod, Job, Deployment, ReplicaSet, StatefulSet, "
      "PodGroup or a List of them; take its pods instead",
      kind.substr(0, 64)));
}

absl::Status Manifest::Impl::ReadWorkload(json& object, const std::string& kind) {
  const json& spec = ObjectAt(object, "spec");
  const bool job = kind == "Job";
  TUTTI_ASSIGN_OR_RETURN(int64_t count, CountAt(spec, job ? "parallelism" : "replicas", 1));
  if (job) {
    TUTTI_ASSIGN_OR_RETURN(const int64_t completions, CountAt(spec, "completions", count));
    count = std::min(count, completions);
  }
  const json& metadata = object["metadata"];
  const json& of_template = ObjectAt(spec, "template");
  json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"spec", ObjectAt(of_template, "spec")}};
  pod["metadata"] = ObjectAt(of_template, "metadata");
  pod["metadata"]["namespace"] = metadata["namespace"];
  pod["metadata"]["ownerReferences"] = json::array({{{"apiVersion", TextAt(object, "apiVersion")},
                                                     {"kind", kind},
                                                     {"name", TextAt(metadata, "name")},
                                                     {"uid", TextAt(metadata, "uid")},
                                                     {"controller", true}}});
  return AddPods(pod, TextAt(metadata, "name"), count);
}

// What says a gang's size. The object gets a uid as the API server would give it.
void Manifest::Impl::ReadGangObject(json& object, const std::string& kind) {
  object["metadata"]["uid"] = NextUid(next_uid).ToString();
  const absl::StatusOr<objects::JsonObjectView> view =
      objects::JsonObjectView::Parse(object.dump(-1, ' ', false, json::error_handler_t::replace));
  if (!view.ok()) return;
  const std::string group = GroupOf(TextAt(object, "apiVersion"));
  for (const GangGrouping* grouping : groupings) {
    for (const ObjectKind& of : grouping->Watches()) {
      if (of.group != group || of.resource != ResourceOf(kind)) continue;
      std::optional<GangObject> gang = grouping->SpecOf(*view);
      if (!gang) continue;
      model::GangKey key{view->namespace_name(), std::string(grouping->name()), gang->identity};
      objects.insert_or_assign(std::move(key), *std::move(gang));
    }
  }
}

absl::Status Manifest::Impl::CountPods(int64_t count) {
  pods = count > kMostPods ? count : pods + count;
  if (pods <= kMostPods) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("more than %d pods in all: simulate fewer at a time", kMostPods));
}

absl::Status Manifest::Impl::AddPods(const json& pod, const std::string& name, int64_t count) {
  TUTTI_RETURN_IF_ERROR(CountPods(count));
  if (count == 0) return absl::OkStatus();
  TUTTI_ASSIGN_OR_RETURN(const PodInfo decoded, Decode(pod));
  for (int64_t i = 0; i < count; ++i) {
    PodInfo copy = decoded;
    copy.name = count == 1 ? name : absl::StrFormat("%s-%d", name, i);
    AddPod(std::move(copy));
  }
  if (gangs.size() + singles.size() <= kMostJobs) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("more than %d gangs and kinds of pods: simulate fewer at a time", kMostJobs));
}

absl::StatusOr<PodInfo> Manifest::Impl::Decode(const json& pod) {
  std::string text = pod.dump(-1, ' ', false, json::error_handler_t::replace);
  const size_t size = text.size();
  text.append(objects::kJsonPadding, '\0');
  TUTTI_ASSIGN_OR_RETURN(PodInfo info,
                         decoder.Decode(std::string_view(text).substr(0, size), default_namespace));
  // As it would be created: nothing has happened to it.
  info.node_name.clear();
  info.nominated_node.clear();
  info.pins.clear();
  info.plan_token.clear();
  info.phase = model::PodPhase::kPending;
  info.deleting = info.gated_by_tutti = false;
  return info;
}

void Manifest::Impl::AddPod(PodInfo pod) {
  pod.uid = NextUid(next_uid);
  if (pod.gang) {
    const auto [it, added] = gang_index.try_emplace(pod.gang->key, gangs.size());
    if (added) {
      planner::Gang& gang = *gangs.emplace_back().gang;
      gang.key = pod.gang->key;
      gang.display_name = pod.gang->display_name;
    }
    return gangs[it->second].Add(std::move(pod));
  }
  const auto [it, added] =
      single_index.try_emplace({pod.namespace_name, pod.shape.get()}, singles.size());
  if (added) {
    SimulatedJob& job = singles.emplace_back();
    job.single_pods = true;
    job.gang->key = {pod.namespace_name, "", pod.name};
    job.gang->display_name = pod.name;
  }
  SimulatedJob& job = singles[it->second];
  pod.gang = model::GangMember{job.gang->key, job.gang->display_name, std::nullopt, {}};
  job.Add(std::move(pod));
}

absl::Status Manifest::Add(const GangSpecText& gang) {
  const std::string name = gang.name.empty() ? "simulated" : gang.name;
  int64_t all = 0;
  for (const GangSpecText::Pods& pods : gang.pods) {
    if (pods.count < 1)
      return absl::InvalidArgumentError("gang.pods.count: expected a number from 1");
    TUTTI_RETURN_IF_ERROR(impl_->CountPods(pods.count));
    all += pods.count;
  }
  if (gang.min_member < 0 || gang.min_member > all) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "gang.min_member is %d: expected 0 to %d, the number of its pods", gang.min_member, all));
  }
  const model::GangKey key{impl_->default_namespace, kCompactDialect, name};
  const int min_member = gang.min_member == 0 ? static_cast<int>(all) : gang.min_member;
  int64_t number = 0;
  for (const GangSpecText::Pods& pods : gang.pods) {
    json pod = {
        {"metadata", {{"name", name}, {"namespace", impl_->default_namespace}}},
        {"spec",
         {{"priority", gang.priority},
          {"nodeSelector", pods.node_selector},
          {"containers",
           json::array({{{"name", "main"}, {"resources", {{"requests", pods.requests}}}}})}}}};
    TUTTI_ASSIGN_OR_RETURN(const PodInfo decoded, impl_->Decode(pod));
    for (int64_t i = 0; i < pods.count; ++i) {
      PodInfo copy = decoded;
      copy.name = absl::StrFormat("%s-%d", name, number++);
      copy.gang = model::GangMember{key, name, GangSpec{min_member, {}}, {}};
      impl_->AddPod(std::move(copy));
    }
  }
  return absl::OkStatus();
}

// Groups of groups: their pods are of the topmost gang.
void Manifest::Impl::FollowGroups() {
  planner::GroupTree tree;
  for (const auto& [key, object] : objects) {
    if (!object.parent) continue;
    tree.Set({key, object.display_name, object.spec, object.problem, object.queue, nullptr,
              object.parent});
  }
  if (tree.All().empty()) return;
  std::deque<SimulatedJob> jobs = std::exchange(gangs, {});
  gang_index.clear();
  for (SimulatedJob& job : jobs) {
    for (PodInfo& pod : job.pods) {
      tree.Resolve(*pod.gang);
      AddPod(std::move(pod));
    }
  }
  for (const model::GangObjectUpserted& group : tree.All()) {
    const std::optional<model::GangObjectUpserted> gang = tree.Compose(group.key);
    GangObject& object = objects[group.key];
    object.spec = gang->spec;
    object.problem = gang->problem;
    object.queue = gang->queue;
  }
}

absl::StatusOr<std::vector<SimulatedJob>> Manifest::TakeJobs() {
  impl_->FollowGroups();
  std::vector<SimulatedJob> jobs;
  for (std::deque<SimulatedJob>* from : {&impl_->gangs, &impl_->singles}) {
    for (SimulatedJob& job : *from) jobs.push_back(std::move(job));
    from->clear();
  }
  if (jobs.empty())
    return absl::InvalidArgumentError("there are no pods to simulate: expected at least one");
  for (SimulatedJob& job : jobs) {
    const auto object = impl_->objects.find(job.gang->key);
    if (object == impl_->objects.end()) continue;
    job.gang->object_problem = object->second.problem;
    job.gang->object_queue = object->second.queue;
    if (object->second.problem.empty()) job.gang->object_spec = object->second.spec;
  }
  return jobs;
}

}  // namespace tutti::control
