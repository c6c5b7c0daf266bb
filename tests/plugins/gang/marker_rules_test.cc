// What dialects say of their markers is what they do, and what docs/dialects.md says.
#include "plugins/gang/marker_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "plugins/builtin_plugins.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::unique_ptr<GangGrouping>> Groupings() {
  std::vector<std::string> unknown;
  return BuiltinGangGroupings(BuiltinGangDialects(), {}, unknown);
}

std::string Text(const std::optional<GangSpec>& spec) {
  if (!spec) return "no spec";
  std::ostringstream text;
  text << spec->min_member << " " << spec->wait_timeout.count();
  for (const RoleMinimum& role : spec->roles)
    text << " " << role.role << "=" << role.min_member << "/" << role.min_groups << "x"
         << role.group_size;
  text << " " << spec->max_member;
  return text.str();
}

std::string Text(const std::optional<GangObject>& found) {
  if (!found) return "none";
  return found->identity + "|" + found->display_name + "|" + Text(std::optional(found->spec)) +
         "|" + found->queue + "|" + found->problem + "|" + found->parent.value_or("no parent");
}
std::string Text(const std::optional<GangMembership>& found) {
  if (!found) return "none";
  return found->identity + "|" + found->display_name + "|" + Text(found->spec) + "|" +
         found->queue + "|" + found->problem + "|" + found->role;
}

// A pod as JSON: {"annotations": {}, "labels": {}, "group": "", "owner": [apiVersion, kind]}.
std::string GroupOf(const GangGrouping& grouping, const json& pod) {
  testing::PodViewBuilder builder;
  const json none = json::object();
  const json annotations = pod.value("annotations", none);
  for (const auto& entry : annotations.items())
    builder.Annotation(entry.key(), entry.value().get<std::string>());
  const json labels = pod.value("labels", none);
  for (const auto& entry : labels.items())
    builder.Label(entry.key(), entry.value().get<std::string>());
  if (pod.contains("group")) builder.SchedulingGroup(pod["group"].get<std::string>());
  std::string version, kind;
  if (pod.contains("owner")) {
    version = pod["owner"][0].get<std::string>();
    kind = pod["owner"][1].get<std::string>();
    builder.Owner({version, kind, "train", "owner-uid", true});
  }
  return Text(grouping.GroupOf(builder.View()));
}

std::string SpecOf(const GangGrouping& grouping, const json& object) {
  return Text(grouping.SpecOf(testing::Object(object.dump())));
}

// Pods in which each marker that the dialect takes makes a difference at least once.
const std::map<std::string, std::vector<json>>& Pods() {
  const auto annotated = [](json annotations, json labels = json::object()) {
    return json{{"annotations", std::move(annotations)}, {"labels", std::move(labels)}};
  };
  static const std::map<std::string, std::vector<json>> pods = {
      {"annotations", {annotated({{"tutti.dev/gang", "g"}, {"tutti.dev/min-member", "4"}})}},
      {"podgroup", {json{{"group", "g"}}}},
      {"scheduling-x-k8s-io",
       {annotated(json::object(), {{"scheduling.x-k8s.io/pod-group", "g"}}),
        annotated(json::object(), {{"pod-group.scheduling.sigs.k8s.io/name", "g"},
                                   {"pod-group.scheduling.sigs.k8s.io/min-available", "4"}})}},
      {"volcano", {annotated({{"scheduling.k8s.io/group-name", "g"}})}},
      {"yunikorn",
       {annotated({{"yunikorn.apache.org/task-group-name", "a"},
                   {"yunikorn.apache.org/task-groups", R"([{"name":"a","minMember":4}])"}},
                  {{"yunikorn.apache.org/app-id", "g"}}),
        annotated({{"yunikorn.apache.org/task-group-name", "a"}},
                  {{"yunikorn.apache.org/app-id", "g"}})}},
      {"kueue",
       {annotated({{"kueue.x-k8s.io/pod-group-total-count", "4"}},
                  {{"kueue.x-k8s.io/pod-group-name", "g"}})}},
      {"kai", {annotated({{"pod-group-name", "g"}})}},
      {"koordinator",
       {annotated({{"gang.scheduling.koordinator.sh/name", "g"},
                   {"gang.scheduling.koordinator.sh/min-available", "4"}}),
        annotated(json::object(), {{"pod-group.scheduling.sigs.k8s.io", "g"}})}},
      {"armada",
       {annotated({{"armadaproject.io/gangId", "g"}, {"armadaproject.io/gangCardinality", "4"}})}},
      {"godel", {annotated({{"godel.bytedance.com/pod-group-name", "g"}})}},
      {"spark",
       {annotated({{"spark-executor-count", "4"}},
                  {{"spark-app-id", "g"}, {"spark-role", "executor"}}),
        annotated({{"spark-dynamic-allocation-enabled", "true"},
                   {"spark-dynamic-allocation-min-executor-count", "4"}},
                  {{"spark-app-id", "g"}, {"spark-role", "executor"}})}},
      {"owner",
       {annotated(json::object(), {{"jobset.sigs.k8s.io/jobset-name", "g"}}),
        annotated({{"leaderworkerset.sigs.k8s.io/size", "4"}},
                  {{"leaderworkerset.sigs.k8s.io/name", "g"},
                   {"leaderworkerset.sigs.k8s.io/group-index", "0"}}),
        json{{"owner", {"kubeflow.org/v1", "PyTorchJob"}}},
        json{{"owner", {"ray.io/v1", "RayCluster"}}}}},
      {"job",
       {json{{"owner", {"batch/v1", "Job"}},
             {"annotations", {{"tutti.dev/gang-job", "true"}, {"tutti.dev/min-member", "4"}}}},
        json{{"owner", {"batch/v1", "Job"}}}}},
  };
  return pods;
}

const std::vector<std::string>& PodValues() {
  static const std::vector<std::string> values = {
      "7",
      "x-1",
      "true",
      "false",
      "90s",
      "executor",
      "driver",
      R"(["default/other"])",
      R"([{"name":"a","minMember":7}])",
      "placeholderTimeoutInSeconds=77 gangSchedulingStyle=Soft"};
  return values;
}

json Named(const std::string& api_version, const std::string& kind, json spec) {
  return {{"apiVersion", api_version},
          {"kind", kind},
          {"metadata", {{"name", "g"}, {"namespace", "default"}, {"uid", "u"}}},
          {"spec", std::move(spec)}};
}

const std::map<std::string, std::vector<json>>& Objects() {
  const auto replicas = [](const char* key, const char* worker) {
    return json{{key, {{worker, {{"replicas", 3}}}}}};
  };
  const auto pod_group = [](const char* api_version) {
    return std::vector<json>{Named(api_version, "PodGroup", {{"minMember", 9}})};
  };
  static const std::map<std::string, std::vector<json>> objects = {
      {"podgroup",
       {Named("scheduling.k8s.io/v1beta1", "PodGroup",
              {{"schedulingPolicy", {{"gang", {{"minCount", 4}}}}}}),
        Named("scheduling.k8s.io/v1alpha3", "CompositePodGroup",
              {{"schedulingPolicy", {{"gang", {{"minGroupCount", 4}}}}}})}},
      {"scheduling-x-k8s-io", pod_group("scheduling.x-k8s.io/v1alpha1")},
      {"volcano", pod_group("scheduling.volcano.sh/v1beta1")},
      {"kai",
       {Named("scheduling.run.ai/v2alpha2", "PodGroup",
              {{"minMember", 9}, {"subGroups", {{{"name", "a"}, {"minMember", 2}}}}})}},
      {"koordinator", pod_group("scheduling.sigs.k8s.io/v1alpha1")},
      {"godel", pod_group("scheduling.godel.kubewharf.io/v1alpha1")},
      {"owner",
       {Named("jobset.x-k8s.io/v1alpha2", "JobSet",
              {{"replicatedJobs", {{{"name", "a"}}, {{"name", "b"}}}}}),
        Named("kubeflow.org/v1", "TFJob", replicas("tfReplicaSpecs", "Worker")),
        Named("kubeflow.org/v1", "PyTorchJob", replicas("pytorchReplicaSpecs", "Worker")),
        Named("kubeflow.org/v1", "XGBoostJob", replicas("xgbReplicaSpecs", "Worker")),
        Named("kubeflow.org/v1", "JAXJob", replicas("jaxReplicaSpecs", "Worker")),
        Named("kubeflow.org/v1", "PaddleJob", replicas("paddleReplicaSpecs", "Worker")),
        Named("kubeflow.org/v2beta1", "MPIJob", replicas("mpiReplicaSpecs", "Worker")),
        Named(
            "ray.io/v1", "RayCluster",
            {{"headGroupSpec", json::object()},
             {"workerGroupSpecs", {{{"groupName", "a"}, {"replicas", 4}, {"minReplicas", 2}}}}})}},
      {"job",
       {Named(
           "batch/v1", "Job",
           {{"parallelism", 9},
            {"template", {{"metadata", {{"annotations", {{"tutti.dev/gang-job", "true"}}}}}}}})}},
  };
  return objects;
}

const std::vector<json>& ObjectValues() {
  static const std::vector<json> values = {
      7,
      "x-1",
      "5",
      true,
      false,
      "true",
      "InOrder",
      R"(["default/other"])",
      json::object(),
      {{"worker", 2}},
      {{"Worker", {{"replicas", 2}}}},
      json::array({{{"name", "x"}, {"groupName", "x"}, {"replicas", 2}, {"minMember", 2}}})};
  return values;
}

// Where a rule's marker is set or taken away.
struct Spot {
  std::function<void(json&, const json&)> set;
  std::function<void(json&)> erase;
};

Spot OnPod(MarkerPlace place, std::string key) {
  if (place == MarkerPlace::kField)
    return {[](json& pod, const json& value) { pod["group"] = value; },
            [](json& pod) { pod.erase("group"); }};
  const char* where = place == MarkerPlace::kLabel ? "labels" : "annotations";
  return {[where, key](json& pod, const json& value) { pod[where][key] = value; },
          [where, key](json& pod) {
            if (pod.contains(where)) pod[where].erase(key);
          }};
}

Spot InObject(const MarkerRule& rule) {
  std::string pointer(rule.key);
  if (rule.place != MarkerPlace::kField) {
    const char* where = rule.place == MarkerPlace::kLabel ? "labels" : "annotations";
    std::string key(rule.key);
    for (size_t at; (at = key.find('/')) != std::string::npos;) key.replace(at, 1, "~1");
    pointer = std::string("/metadata/") + where + "/" + key;
  }
  if (pointer.ends_with("/*")) pointer.replace(pointer.size() - 1, 1, "noSuchField");
  if (const size_t star = pointer.find("/*/"); star != std::string::npos)
    pointer.replace(star + 1, 1, "0");
  const json::json_pointer at(pointer);
  return {[at](json& object, const json& value) {
            const json::json_pointer parent = at.parent_pointer();
            if (!object.contains(parent)) object[parent] = json::object();
            if (object[parent].is_object() || object[parent].is_array()) object[at] = value;
          },
          [at](json& object) {
            if (object.contains(at)) object.at(at.parent_pointer()).erase(at.back());
          }};
}

// One dialect's rules for pods or for objects, with what it makes of them.
struct Side {
  std::span<const MarkerRule> rules;
  std::vector<json> carriers;
  std::vector<json> values;
  std::function<std::string(const json&)> read;
  std::function<Spot(const MarkerRule&)> spot;
  std::function<Spot(std::string_view)> condition;  // of `unless` and `needs`
};

bool MakesADifference(const Side& side, const MarkerRule& rule, const json& carrier) {
  json without = carrier;
  side.spot(rule).erase(without);
  const std::string before = side.read(without);
  for (const json& value : side.values) {
    json with = without;
    side.spot(rule).set(with, value);
    if (side.read(with) != before) return true;
  }
  return false;
}

std::string ValueOf(std::string_view condition) {
  const size_t equal = condition.find('=');
  return equal == std::string_view::npos ? "5" : std::string(condition.substr(equal + 1));
}

// Those that go before it are taken away, and what it needs is there.
json MadeFor(const Side& side, const MarkerRule& rule, json carrier) {
  for (const MarkerRule& other : side.rules) {
    const bool rival = rule.meaning != MarkerMeaning::kOther &&
                       rule.meaning != MarkerMeaning::kNothing && other.meaning == rule.meaning;
    if (rival) side.spot(other).erase(carrier);
  }
  if (!rule.unless.empty()) side.condition(rule.unless).erase(carrier);
  if (!rule.needs.empty()) {
    // As it is there, or new.
    json there = carrier;
    side.condition(rule.needs).erase(there);
    if (there == carrier || rule.needs.find('=') != std::string_view::npos)
      side.condition(rule.needs).set(carrier, ValueOf(rule.needs));
  }
  return carrier;
}

void ExpectTrue(const Side& side) {
  for (const MarkerRule& rule : side.rules) {
    SCOPED_TRACE(std::string(rule.key) + (rule.place == MarkerPlace::kLabel ? " (label)" : ""));
    const bool taken = rule.meaning != MarkerMeaning::kNothing;
    bool makes_a_difference = false;
    for (const json& carrier : side.carriers) {
      makes_a_difference |=
          MakesADifference(side, rule, taken ? MadeFor(side, rule, carrier) : carrier);
      if (!rule.unless.empty()) {
        json off = MadeFor(side, rule, carrier);
        side.condition(rule.unless).set(off, ValueOf(rule.unless));
        EXPECT_FALSE(MakesADifference(side, rule, off)) << "in spite of " << rule.unless;
      }
      if (!rule.needs.empty()) {
        json off = MadeFor(side, rule, carrier);
        side.condition(rule.needs).erase(off);
        EXPECT_FALSE(MakesADifference(side, rule, off)) << "without " << rule.needs;
      }
    }
    EXPECT_EQ(makes_a_difference, taken);
  }
}

std::string KeyOf(std::string_view condition) {
  return std::string(condition.substr(0, condition.find('=')));
}

class MarkerRulesTest : public ::testing::TestWithParam<std::string> {
 protected:
  MarkerRulesTest() {
    for (auto& grouping : Groupings())
      if (grouping->name() == GetParam()) grouping_ = std::move(grouping);
  }
  std::unique_ptr<GangGrouping> grouping_;
};

TEST_P(MarkerRulesTest, TheRulesOfPodsAreWhatTheDialectDoes) {
  // A condition may be an annotation or a label: here it is where a rule says that it is.
  const auto place_of = [this](const std::string& key) {
    for (const MarkerRule& rule : grouping_->PodMarkers())
      if (rule.key == key) return rule.place;
    return MarkerPlace::kAnnotation;
  };
  ExpectTrue({grouping_->PodMarkers(), Pods().at(GetParam()),
              std::vector<json>(PodValues().begin(), PodValues().end()),
              [this](const json& pod) { return GroupOf(*grouping_, pod); },
              [](const MarkerRule& rule) { return OnPod(rule.place, std::string(rule.key)); },
              [&](std::string_view condition) {
                return OnPod(place_of(KeyOf(condition)), KeyOf(condition));
              }});
}

TEST_P(MarkerRulesTest, TheRulesOfObjectsAreWhatTheDialectDoes) {
  ASSERT_EQ(grouping_->ObjectMarkers().empty(), grouping_->Watches().empty());
  if (grouping_->ObjectMarkers().empty()) return;
  ExpectTrue({grouping_->ObjectMarkers(), Objects().at(GetParam()), ObjectValues(),
              [this](const json& object) { return SpecOf(*grouping_, object); }, InObject,
              [](std::string_view condition) {
                return InObject({MarkerPlace::kField, condition});
              }});
}

TEST_P(MarkerRulesTest, WhatIsIgnoredHasAReasonAndNoMarkerHasTwoRules) {
  for (const auto rules : {grouping_->PodMarkers(), grouping_->ObjectMarkers()}) {
    EXPECT_LE(rules.size(), 64u);
    std::set<std::pair<MarkerPlace, std::string_view>> seen;
    for (const MarkerRule& rule : rules) {
      EXPECT_TRUE(seen.emplace(rule.place, rule.key).second) << rule.key;
      EXPECT_FALSE(rule.meaning == MarkerMeaning::kNothing && rule.note.empty()) << rule.key;
      EXPECT_LE(rule.note.size(), 150u) << rule.key;
    }
  }
  EXPECT_THAT(grouping_->PodMarkers(), Not(IsEmpty()));
}

std::string Letters(const ::testing::TestParamInfo<std::string>& dialect) {
  std::string letters;
  for (const char c : dialect.param)
    if (c != '-') letters.push_back(c);
  return letters;
}

INSTANTIATE_TEST_SUITE_P(Dialects, MarkerRulesTest, ::testing::ValuesIn(BuiltinGangDialects()),
                         Letters);

std::string MeaningText(const MarkerRule& rule) {
  constexpr const char* kNames[] = {"", "gang", "minMember", "role", "queue", "wait timeout", ""};
  const std::string name = kNames[static_cast<size_t>(rule.meaning)];
  const std::string note(rule.note);
  if (rule.meaning == MarkerMeaning::kNothing) return "ignored: " + note;
  if (rule.meaning == MarkerMeaning::kOther) return note;
  return note.empty() ? name : name + "; else: " + note;
}

std::string MarkerText(const MarkerRule& rule) {
  std::string key(rule.key);
  if (rule.place == MarkerPlace::kField) {
    key.erase(0, 1);
    for (char& c : key)
      if (c == '/') c = '.';
    for (size_t at; (at = key.find("~1")) != std::string::npos;) key.replace(at, 2, "/");
  }
  return "`" + key + "`";
}

std::string PlaceText(MarkerPlace place) {
  return place == MarkerPlace::kAnnotation ? "annotation "
         : place == MarkerPlace::kLabel    ? "label "
                                           : "";
}

void AddRows(const std::string& dialect, const std::string& carrier,
             std::span<const MarkerRule> rules, std::ostream& out) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const bool either = i + 1 < rules.size() && rules[i].key == rules[i + 1].key &&
                        rules[i].meaning == rules[i + 1].meaning;
    out << "| `" << dialect << "` | " << carrier << PlaceText(rules[i].place)
        << (either ? "or " + PlaceText(rules[i + 1].place) : "") << MarkerText(rules[i]) << " | "
        << MeaningText(rules[i]) << " |\n";
    if (either) ++i;
  }
}

std::string Markdown() {
  std::ostringstream out;
  out << "| Dialect | Marker | Taken as |\n|---|---|---|\n";
  for (const auto& grouping : Groupings()) {
    const std::string name(grouping->name());
    AddRows(name, "pod: ", grouping->PodMarkers(), out);
    AddRows(name, "object: ", grouping->ObjectMarkers(), out);
  }
  return out.str();
}

// TUTTI_REGENERATE=1 writes the table instead of comparing it.
TEST(MarkerRulesDocsTest, TheTableOfMarkersIsWhatTheDialectsSay) {
  const std::string path = TUTTI_SOURCE_DIR "/docs/dialects.md";
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string page = read.str();
  const std::string heading = "## Every marker\n\n";
  const size_t begin = page.find(heading);
  ASSERT_NE(begin, std::string::npos) << "docs/dialects.md has lost its section on markers";
  const std::string written = heading + Markdown();
  if (std::getenv("TUTTI_REGENERATE") != nullptr)
    std::ofstream(path) << page.substr(0, begin) << written;
  else
    EXPECT_EQ(page.substr(begin), written) << "run plugins_test with TUTTI_REGENERATE=1";
}

}  // namespace
}  // namespace tutti::gang
