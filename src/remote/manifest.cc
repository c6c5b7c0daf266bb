#include "remote/manifest.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/shown.h"
#include "framework/plugin_registry.h"

namespace tutti::remote {
namespace {

using Problems = std::vector<std::string>;

// The host's table of fields is no longer; more reasons than that nobody tells apart.
constexpr int kMostWishes = 64;
constexpr int kMostNames = 256;
constexpr int kMostKinds = 16;
constexpr int kMostArgs = 1000;
constexpr size_t kLongestVersion = 127;
constexpr size_t kLongestName = 316;  // a label's key: 253, a slash, 63
constexpr size_t kLongestText = 1024;

constexpr wire::ExtensionPoint kPoints[] = {
    wire::EXTENSION_POINT_PRE_FILTER,      wire::EXTENSION_POINT_FILTER,
    wire::EXTENSION_POINT_PRE_SCORE,       wire::EXTENSION_POINT_SCORE,
    wire::EXTENSION_POINT_NORMALIZE_SCORE, wire::EXTENSION_POINT_PRE_ENQUEUE,
    wire::EXTENSION_POINT_QUEUE_SORT,      wire::EXTENSION_POINT_PLACEMENT_GENERATE,
    wire::EXTENSION_POINT_PLACEMENT_SCORE, wire::EXTENSION_POINT_POST_FILTER,
    wire::EXTENSION_POINT_DEVICE_SELECT,   wire::EXTENSION_POINT_PERMIT,
    wire::EXTENSION_POINT_PRE_BIND,        wire::EXTENSION_POINT_POST_BIND,
    wire::EXTENSION_POINT_QUEUE_SELECT,    wire::EXTENSION_POINT_OBJECT_WATCH};

bool Printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
}

void CheckName(const char* field, std::string_view name, Problems& problems) {
  if (name.empty() || name.size() > kLongestName || !Printable(name)) {
    problems.push_back(absl::StrFormat("%s \"%s\": expected 1 to %d printable characters", field,
                                       base::Shown(name), kLongestName));
  }
}

void CheckText(const char* field, std::string_view text, Problems& problems) {
  if (text.size() > kLongestText) {
    problems.push_back(absl::StrFormat("%s: a text of %d bytes, expected at most %d", field,
                                       text.size(), kLongestText));
  }
}

// Whether there are few enough; only then is it worth reading them.
template <class List>
bool FewEnough(const char* field, const List& list, int most, Problems& problems) {
  if (list.size() <= most) return true;
  problems.push_back(
      absl::StrFormat("%s: %d of them, expected at most %d", field, list.size(), most));
  return false;
}

template <class Item>
void RefuseTwins(const char* field, const std::vector<Item>& items, Problems& problems) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (std::find(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(i), items[i]) ==
        items.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    problems.push_back(absl::StrFormat("%s: number %d is there twice", field, i));
    return;
  }
}

uint32_t ReadPoints(const wire::HandshakeAnswer& answer, Problems& problems) {
  uint32_t points = 0;
  if (!FewEnough("points", answer.points(), kMostWishes, problems)) return points;
  for (const int point : answer.points()) {
    if (std::find(std::begin(kPoints), std::end(kPoints), point) != std::end(kPoints)) {
      points |= uint32_t{1} << point;
    } else {
      problems.push_back(absl::StrFormat(
          "points: %d is none that this host asks: expected those of the handshake's request",
          point));
    }
  }
  const auto serves = [&](wire::ExtensionPoint point) { return (points >> point & 1) != 0; };
  // One that could not be made has none, and says why.
  if (points == 0 && answer.arg_errors().empty()) problems.push_back("points: it serves none");
  if (serves(wire::EXTENSION_POINT_NORMALIZE_SCORE) && !serves(wire::EXTENSION_POINT_SCORE))
    problems.push_back("points: NormalizeScore without Score");
  if (answer.score_is_node_local() && !serves(wire::EXTENSION_POINT_SCORE))
    problems.push_back("score_is_node_local: true, expected false of a plugin without Score");
  return points;
}

template <class Fields>
std::vector<Manifest::Field> ReadFields(const char* field, const Fields& from, Problems& problems) {
  std::vector<Manifest::Field> fields;
  if (!FewEnough(field, from, kMostWishes, problems)) return fields;
  for (const wire::Field& one : from) {
    CheckName(field, one.key(), problems);
    if (one.kind() != wire::Field::KIND_LABEL && one.kind() != wire::Field::KIND_ANNOTATION) {
      problems.push_back(
          absl::StrFormat("%s: kind %d, expected label or annotation", field, one.kind()));
    }
    fields.push_back({one.kind() == wire::Field::KIND_ANNOTATION, one.key()});
  }
  RefuseTwins(field, fields, problems);
  return fields;
}

// `From`: a name and what it means.
template <class List, class From>
std::vector<Manifest::Named> ReadNamed(const char* field, const List& list, int most, From&& from,
                                       Problems& problems) {
  std::vector<Manifest::Named> named;
  if (!FewEnough(field, list, most, problems)) return named;
  for (const auto& item : list) {
    named.push_back(from(item));
    CheckText(field, named.back().second, problems);
  }
  return named;
}

std::vector<std::string> ReadResources(const wire::HandshakeAnswer& answer, Problems& problems) {
  std::vector<std::string> names;
  if (!FewEnough("resources", answer.resources(), kMostWishes, problems)) return names;
  for (const std::string& name : answer.resources()) CheckName("resources", name, problems);
  names.assign(answer.resources().begin(), answer.resources().end());
  RefuseTwins("resources", names, problems);
  return names;
}

std::vector<ObjectKind> ReadWatches(const wire::HandshakeAnswer& answer, bool watches,
                                    Problems& problems) {
  std::vector<ObjectKind> kinds;
  if (!FewEnough("watches", answer.watches(), kMostKinds, problems)) return kinds;
  for (const wire::ObjectKind& from : answer.watches()) {
    ObjectKind& kind = kinds.emplace_back();
    if (!from.group().empty()) CheckName("watches", from.group(), problems);
    CheckName("watches", from.resource(), problems);
    if (from.versions().empty()) problems.push_back("watches: a kind without a version");
    if (!FewEnough("versions of a kind", from.versions(), kMostKinds, problems)) continue;
    for (const std::string& version : from.versions()) CheckName("watches", version, problems);
    kind.group = from.group();
    kind.versions.assign(from.versions().begin(), from.versions().end());
    kind.resource = from.resource();
  }
  if (watches && kinds.empty())
    problems.push_back("watches: none, expected at least one of a plugin that serves ObjectWatch");
  if (!watches && !kinds.empty())
    problems.push_back("watches: expected none of a plugin that does not serve ObjectWatch");
  return kinds;
}

void ReadNames(const wire::HandshakeAnswer& answer, Manifest& manifest, Problems& problems) {
  manifest.name = answer.name();
  manifest.version = answer.version();
  if (!framework::IsPluginName(manifest.name)) {
    problems.push_back(absl::StrFormat("name \"%s\": expected UpperCamelCase, letters and digits",
                                       base::Shown(manifest.name)));
  }
  if (manifest.version.size() > kLongestVersion || !Printable(manifest.version)) {
    problems.push_back(absl::StrFormat("version \"%s\": expected at most %d printable characters",
                                       base::Shown(manifest.version), kLongestVersion));
  }
}

void ReadArgs(const wire::HandshakeAnswer& answer, Manifest& manifest, Problems& problems) {
  if (FewEnough("known_args", answer.known_args(), kMostArgs, problems)) {
    for (const std::string& pointer : answer.known_args())
      CheckText("known_args", pointer, problems);
    manifest.known_args.assign(answer.known_args().begin(), answer.known_args().end());
  }
  manifest.arg_errors = ReadNamed(
      "arg_errors", answer.arg_errors(), kMostArgs,
      [](const wire::ArgError& error) { return Manifest::Named(error.pointer(), error.message()); },
      problems);
  for (const Manifest::Named& error : manifest.arg_errors)
    CheckText("arg_errors", error.first, problems);
}

bool SameKinds(const std::vector<ObjectKind>& a, const std::vector<ObjectKind>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ObjectKind& one, const ObjectKind& other) {
                      return one.group == other.group && one.versions == other.versions &&
                             one.resource == other.resource;
                    });
}

}  // namespace

wire::Handshake HandshakeFor(const std::vector<ConfigEntry>& args) {
  wire::Handshake handshake;
  handshake.set_protocol(kProtocol);
  for (const wire::ExtensionPoint point : kPoints) handshake.add_points(point);
  for (const ConfigEntry& entry : args) {
    wire::ConfigEntry& to = *handshake.add_args();
    to.set_pointer(entry.pointer);
    to.set_kind(static_cast<wire::ConfigEntry::Kind>(entry.kind));
    to.set_text(entry.text);
  }
  return handshake;
}

absl::StatusOr<Manifest> ReadManifest(const wire::HandshakeAnswer& answer) {
  if (answer.protocol() != kProtocol) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "protocol: host %d, plugin %d (build the plugin with the host's plugin.proto)", kProtocol,
        answer.protocol()));
  }
  Manifest manifest;
  Problems problems;
  ReadNames(answer, manifest, problems);
  manifest.points = ReadPoints(answer, problems);
  manifest.score_is_node_local = answer.score_is_node_local();
  manifest.resources = ReadResources(answer, problems);
  manifest.pod_fields = ReadFields("pod_fields", answer.pod_fields(), problems);
  manifest.node_fields = ReadFields("node_fields", answer.node_fields(), problems);
  manifest.reasons = ReadNamed(
      "reasons", answer.reasons(), kMostNames,
      [](const wire::Reason& reason) { return Manifest::Named(reason.code(), reason.meaning()); },
      problems);
  for (const Manifest::Named& reason : manifest.reasons) {
    if (!framework::IsPluginName(reason.first)) {
      problems.push_back(
          absl::StrFormat("reasons: code \"%s\", expected UpperCamelCase, letters and digits",
                          base::Shown(reason.first)));
    }
  }
  manifest.counters = ReadNamed(
      "counters", answer.counters(), kMostNames,
      [](const wire::Counter& counter) { return Manifest::Named(counter.name(), counter.help()); },
      problems);
  for (const Manifest::Named& counter : manifest.counters)
    CheckName("counters", counter.first, problems);
  manifest.watches =
      ReadWatches(answer, manifest.Serves(wire::EXTENSION_POINT_OBJECT_WATCH), problems);
  ReadArgs(answer, manifest, problems);
  if (!problems.empty()) return absl::InvalidArgumentError(absl::StrJoin(problems, "; "));
  return manifest;
}

std::string WhatChanged(const Manifest& before, const Manifest& now) {
  std::vector<std::string> changed;
  const auto compare = [&](const char* field, const auto& a, const auto& b) {
    if (a != b) changed.emplace_back(field);
  };
  compare("name", before.name, now.name);
  compare("version", before.version, now.version);
  compare("points", before.points, now.points);
  compare("score_is_node_local", before.score_is_node_local, now.score_is_node_local);
  compare("resources", before.resources, now.resources);
  compare("pod_fields", before.pod_fields, now.pod_fields);
  compare("node_fields", before.node_fields, now.node_fields);
  compare("reasons", before.reasons, now.reasons);
  compare("counters", before.counters, now.counters);
  compare("known_args", before.known_args, now.known_args);
  compare("arg_errors", before.arg_errors, now.arg_errors);
  if (!SameKinds(before.watches, now.watches)) changed.emplace_back("watches");
  return absl::StrJoin(changed, ", ");
}

Numbering Numbering::Make(const Manifest& manifest, PluginHost& host) {
  Numbering numbers;
  const auto must = [](auto id, const char* what, const std::string& name) {
    if (id.valid()) return id;
    throw std::runtime_error(absl::StrFormat(
        "no room for %s \"%s\": the host's table is full; ask for fewer", what, name));
  };
  for (const std::string& name : manifest.resources)
    numbers.resources.push_back(must(host.Resource(name), "resource", name));
  for (const Manifest::Field& field : manifest.pod_fields) {
    const PodField id = field.annotation ? host.PodAnnotation(field.key) : host.PodLabel(field.key);
    numbers.pod_fields.push_back(must(id, "pod field", field.key));
  }
  for (const Manifest::Field& field : manifest.node_fields) {
    const NodeField id =
        field.annotation ? host.NodeAnnotation(field.key) : host.NodeLabel(field.key);
    numbers.node_fields.push_back(must(id, "node field", field.key));
  }
  for (const auto& [code, meaning] : manifest.reasons)
    numbers.reasons.push_back(must(host.Reason(code, meaning), "reason", code));
  for (const auto& [name, help] : manifest.counters)
    numbers.counters.push_back(must(host.Counter(name, help), "counter", name));
  return numbers;
}

uint32_t Numbering::NumberOf(ResourceId resource) const {
  uint32_t smaller = 0;
  for (uint32_t i = 0; i < resources.size(); ++i) {
    if (resources[i] == resource) return i;
    smaller += resources[i] < resource ? 1 : 0;
  }
  return static_cast<uint32_t>(resources.size()) + resource.value - smaller;
}

}  // namespace tutti::remote
