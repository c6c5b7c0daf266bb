#include "extender/extender_args.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "simdjson.h"

namespace tutti::extender {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

constexpr size_t kMaxDepth = 64;
constexpr size_t kLongestName = 253;
constexpr size_t kFirstCapacity = size_t{256} << 10;

bool SameKey(std::string_view key, std::string_view wanted) {
  return absl::EqualsIgnoreCase(absl::string_view(key.data(), key.size()),
                                absl::string_view(wanted.data(), wanted.size()));
}

absl::Status Malformed(std::string_view what, simdjson::error_code error) {
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: %s; expected JSON as kube-scheduler's extender/v1 types write it", what,
                      simdjson::error_message(error)));
}

// The JSON text of a value; empty for null.
simdjson::error_code Raw(ondemand::value& value, ondemand::json_type wanted,
                         std::string_view& out) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type); error != SUCCESS) return error;
  if (type == ondemand::json_type::null) {
    out = {};
    return SUCCESS;
  }
  if (type != wanted) return simdjson::INCORRECT_TYPE;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = value.get(object); error != SUCCESS) return error;
    return object.raw_json().get(out);
  }
  ondemand::array array;
  if (const auto error = value.get(array); error != SUCCESS) return error;
  return array.raw_json().get(out);
}

simdjson::error_code Text(ondemand::value& value, std::string& out) {
  if (bool null = false; value.is_null().get(null) == SUCCESS && null) return SUCCESS;
  std::string_view text;
  if (const auto error = value.get(text); error != SUCCESS) return error;
  out = text;
  return SUCCESS;
}

struct Parser {
  ondemand::parser parser;
  ondemand::document document;

  Parser() { [[maybe_unused]] const auto error = parser.allocate(kFirstCapacity, kMaxDepth); }

  simdjson::error_code Begin(std::string_view json) {
    return parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING)
        .get(document);
  }

  // `field` gets each key and value of the top-level object; a key that `known` names may come once
  // only.
  template <class Field>
  absl::Status Fields(std::string_view what, std::string_view json,
                      const std::vector<std::string_view>& known, const Field& field) {
    if (const auto error = Begin(json); error != SUCCESS) return Malformed(what, error);
    ondemand::object object;
    if (const auto error = document.get_object().get(object); error != SUCCESS)
      return Malformed(what, error);
    std::vector<bool> seen(known.size(), false);
    for (auto entry : object) {
      std::string_view key;
      if (const auto error = entry.unescaped_key().get(key); error != SUCCESS)
        return Malformed(what, error);
      for (size_t i = 0; i < known.size(); ++i) {
        if (!SameKey(key, known[i])) continue;
        if (seen[i])
          return absl::InvalidArgumentError(
              absl::StrFormat("%s: the key %s comes twice", what, known[i]));
        seen[i] = true;
        ondemand::value value;
        if (const auto error = entry.value().get(value); error != SUCCESS)
          return Malformed(what, error);
        if (const auto error = field(i, value); error != SUCCESS) {
          return Malformed(absl::StrFormat("%s: %s", what, known[i]), error);
        }
      }
    }
    // At the end there is no location any more.
    if (document.current_location().error() == SUCCESS)
      return absl::InvalidArgumentError(absl::StrFormat("%s: text after the end", what));
    return absl::OkStatus();
  }
};

}  // namespace

struct ExtenderArgsParser::Impl {
  Parser outer;
  Parser inner;

  absl::Status ReadVictims(std::string_view map, bool meta, PreemptionArgs& args);
  simdjson::error_code ReadNodeVictims(ondemand::value& value, bool meta,
                                       PreemptionArgs::Victims& victims);
  simdjson::error_code ReadUid(ondemand::object pod, bool meta, std::string& uid);
};

ExtenderArgsParser::ExtenderArgsParser() : impl_(std::make_unique<Impl>()) {}
ExtenderArgsParser::~ExtenderArgsParser() = default;

absl::StatusOr<FilterArgs> ExtenderArgsParser::ParseFilter(std::string_view body) {
  FilterArgs args;
  const absl::Status status = impl_->outer.Fields(
      "ExtenderArgs", body, {"Pod", "Nodes", "NodeNames"}, [&](size_t key, ondemand::value& value) {
        if (key == 0) return Raw(value, ondemand::json_type::object, args.pod);
        if (key == 1) return Raw(value, ondemand::json_type::object, args.nodes);
        return Raw(value, ondemand::json_type::array, args.node_names);
      });
  if (!status.ok()) return status;
  if (args.pod.empty())
    return absl::InvalidArgumentError("ExtenderArgs: Pod is null or missing; expected a Pod");
  return args;
}

absl::StatusOr<BindingArgs> ExtenderArgsParser::ParseBinding(std::string_view body) {
  BindingArgs args;
  const absl::Status status = impl_->outer.Fields(
      "ExtenderBindingArgs", body, {"PodName", "PodNamespace", "PodUID", "Node"},
      [&](size_t key, ondemand::value& value) {
        const std::array<std::string*, 4> into = {&args.name, &args.namespace_name, &args.uid,
                                                  &args.node};
        return Text(value, *into[key]);
      });
  if (!status.ok()) return status;
  if (args.name.empty() || args.namespace_name.empty() || args.uid.empty() || args.node.empty()) {
    return absl::InvalidArgumentError(
        "ExtenderBindingArgs: PodName, PodNamespace, PodUID and Node must all be there and not "
        "empty");
  }
  return args;
}

absl::Status ExtenderArgsParser::ForEachName(std::string_view array,
                                             const std::function<void(std::string_view)>& each) {
  if (array.empty()) return absl::OkStatus();
  if (const auto error = impl_->inner.Begin(array); error != SUCCESS)
    return Malformed("NodeNames", error);
  ondemand::array names;
  if (const auto error = impl_->inner.document.get_array().get(names); error != SUCCESS) {
    return Malformed("NodeNames", error);
  }
  size_t count = 0;
  for (auto item : names) {
    std::string_view name;
    if (const auto error = item.get_string().get(name); error != SUCCESS)
      return Malformed("NodeNames", error);
    if (name.size() > kLongestName) {
      return absl::InvalidArgumentError("NodeNames: a name is longer than 253 characters");
    }
    if (++count > kMostNodes) {
      return absl::InvalidArgumentError(
          absl::StrFormat("NodeNames: more than %d names", kMostNodes));
    }
    each(name);
  }
  return absl::OkStatus();
}

absl::Status ExtenderArgsParser::ForEachNode(
    std::string_view node_list,
    const std::function<void(std::string_view, std::string_view)>& each) {
  if (node_list.empty()) return absl::OkStatus();
  if (const auto error = impl_->inner.Begin(node_list); error != SUCCESS)
    return Malformed("Nodes", error);
  ondemand::value items;
  if (impl_->inner.document["items"].get(items) != SUCCESS) return absl::OkStatus();
  if (bool null = false; items.is_null().get(null) == SUCCESS && null) return absl::OkStatus();
  ondemand::array array;
  if (const auto error = items.get_array().get(array); error != SUCCESS)
    return Malformed("Nodes.items", error);
  size_t count = 0;
  for (auto item : array) {
    ondemand::object node;
    std::string_view name;
    std::string_view json;
    if (const auto error = item.get_object().get(node); error != SUCCESS)
      return Malformed("Nodes.items", error);
    if (const auto error = node["metadata"]["name"].get(name); error != SUCCESS) {
      return Malformed("Nodes.items: metadata.name", error);
    }
    const std::string kept(name);
    if (const auto error = node.reset().error(); error != SUCCESS)
      return Malformed("Nodes.items", error);
    if (const auto error = node.raw_json().get(json); error != SUCCESS)
      return Malformed("Nodes.items", error);
    if (++count > kMostNodes) {
      return absl::InvalidArgumentError(absl::StrFormat("Nodes: more than %d nodes", kMostNodes));
    }
    each(kept, json);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ExtenderArgsParser::PodUid(std::string_view pod) {
  if (const auto error = impl_->inner.Begin(pod); error != SUCCESS) return Malformed("Pod", error);
  std::string_view uid;
  const auto error = impl_->inner.document["metadata"]["uid"].get(uid);
  if (error == simdjson::NO_SUCH_FIELD) return std::string();
  if (error != SUCCESS) return Malformed("Pod: metadata.uid", error);
  return std::string(uid);
}

simdjson::error_code ExtenderArgsParser::Impl::ReadUid(ondemand::object pod, bool meta,
                                                       std::string& uid) {
  for (auto field : pod) {
    std::string_view key;
    ondemand::value value;
    if (const auto error = field.unescaped_key().get(key); error != SUCCESS) return error;
    if (const auto error = field.value().get(value); error != SUCCESS) return error;
    if (meta && SameKey(key, "UID")) return Text(value, uid);
    if (!meta && key == "metadata") {
      std::string_view text;
      if (const auto error = value["uid"].get(text); error != SUCCESS) return error;
      uid = text;
      return SUCCESS;
    }
  }
  return SUCCESS;
}

simdjson::error_code ExtenderArgsParser::Impl::ReadNodeVictims(ondemand::value& value, bool meta,
                                                               PreemptionArgs::Victims& victims) {
  if (bool null = false; value.is_null().get(null) == SUCCESS && null) return SUCCESS;
  ondemand::object object;
  if (const auto error = value.get(object); error != SUCCESS) return error;
  for (auto field : object) {
    std::string_view key;
    ondemand::value inside;
    if (const auto error = field.unescaped_key().get(key); error != SUCCESS) return error;
    if (const auto error = field.value().get(inside); error != SUCCESS) return error;
    if (SameKey(key, "NumPDBViolations")) {
      if (const auto error = inside.get(victims.pdb_violations); error != SUCCESS) return error;
    } else if (SameKey(key, "Pods")) {
      if (bool null = false; inside.is_null().get(null) == SUCCESS && null) continue;
      ondemand::array pods;
      if (const auto error = inside.get(pods); error != SUCCESS) return error;
      for (auto item : pods) {
        ondemand::value pod;
        if (const auto error = item.get(pod); error != SUCCESS) return error;
        if (bool null = false; pod.is_null().get(null) == SUCCESS && null) continue;
        ondemand::object fields;
        if (const auto error = pod.get(fields); error != SUCCESS) return error;
        std::string uid;
        if (const auto error = ReadUid(fields, meta, uid); error != SUCCESS) return error;
        if (!uid.empty()) victims.uids.push_back(std::move(uid));
      }
    }
  }
  return SUCCESS;
}

absl::Status ExtenderArgsParser::Impl::ReadVictims(std::string_view map, bool meta,
                                                   PreemptionArgs& args) {
  if (const auto error = inner.Begin(map); error != SUCCESS) return Malformed("victims", error);
  ondemand::object nodes;
  if (const auto error = inner.document.get_object().get(nodes); error != SUCCESS)
    return Malformed("victims", error);
  for (auto entry : nodes) {
    std::string_view name;
    ondemand::value value;
    if (const auto error = entry.unescaped_key().get(name); error != SUCCESS)
      return Malformed("victims", error);
    PreemptionArgs::Victims& victims = args.candidates.emplace_back();
    victims.node = name;
    if (const auto error = entry.value().get(value); error != SUCCESS)
      return Malformed("victims", error);
    if (const auto error = ReadNodeVictims(value, meta, victims); error != SUCCESS) {
      return Malformed("victims of node " + victims.node, error);
    }
    if (args.candidates.size() > kMostNodes)
      return absl::InvalidArgumentError("victims: more than 50000 nodes");
  }
  return absl::OkStatus();
}

absl::StatusOr<PreemptionArgs> ExtenderArgsParser::ParsePreemption(std::string_view body) {
  PreemptionArgs args;
  std::string_view full;
  std::string_view meta;
  absl::Status status = impl_->outer.Fields(
      "ExtenderPreemptionArgs", body, {"Pod", "NodeNameToVictims", "NodeNameToMetaVictims"},
      [&](size_t key, ondemand::value& value) {
        std::string_view& into = key == 0 ? args.pod : key == 1 ? full : meta;
        return Raw(value, ondemand::json_type::object, into);
      });
  if (!status.ok()) return status;
  if (args.pod.empty())
    return absl::InvalidArgumentError("ExtenderPreemptionArgs: Pod is null or missing");
  if (!meta.empty()) {
    status = impl_->ReadVictims(meta, true, args);
  } else if (!full.empty()) {
    status = impl_->ReadVictims(full, false, args);
  }
  if (!status.ok()) return status;
  return args;
}

}  // namespace tutti::extender
