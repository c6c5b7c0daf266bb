#include "control/manifest_json.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "base/yaml_tree.h"

namespace tutti::control {
namespace {

using base::YamlTree;
using nlohmann::json;

constexpr int kMostDepth = 64;

json ScalarOf(const YamlTree& tree) {
  const std::string& text = tree.text;
  if (tree.kind == YamlTree::Kind::kQuoted) return text;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  int64_t integer = 0;
  if (absl::SimpleAtoi(text, &integer)) return integer;
  const bool number = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  double real = 0;
  if (number && absl::SimpleAtod(text, &real)) return real;
  return text;
}

// Depth is limited by ParseYaml.
absl::StatusOr<json> JsonOf(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::kNull:
      return json(nullptr);
    case YamlTree::Kind::kPlain:
    case YamlTree::Kind::kQuoted:
      return ScalarOf(tree);
    case YamlTree::Kind::kSequence: {
      json list = json::array();
      for (const YamlTree& item : tree.items) {
        absl::StatusOr<json> value = JsonOf(item);
        if (!value.ok()) return value;
        list.push_back(*std::move(value));
      }
      return list;
    }
    case YamlTree::Kind::kMap:
      break;
  }
  json map = json::object();
  for (size_t i = 0; i < tree.keys.size(); ++i) {
    const YamlTree& key = tree.keys[i];
    if (map.contains(key.text)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("line %d: key \"%s\" stands there twice", key.line, key.text));
    }
    absl::StatusOr<json> value = JsonOf(tree.items[i]);
    if (!value.ok()) return value;
    map[key.text] = *std::move(value);
  }
  return map;
}

absl::StatusOr<json> ParseYamlDocument(std::string_view text) {
  YamlTree tree;
  base::Problem problem;
  if (!base::ParseYaml(text, "manifest", tree, problem)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("line %d, column %d: %s", problem.line, problem.column, problem.text));
  }
  return JsonOf(tree);
}

absl::StatusOr<json> ParseJsonDocument(std::string_view text) {
  bool too_deep = false;
  // What is too deep is thrown away while it is read: nothing that follows recurses further.
  const auto bounded = [&](int depth, json::parse_event_t, json&) {
    too_deep |= depth > kMostDepth;
    return depth <= kMostDepth;
  };
  json document = json::parse(text.begin(), text.end(), bounded, /*allow_exceptions=*/false);
  if (too_deep)
    return absl::InvalidArgumentError(
        absl::StrFormat("is nested deeper than %d levels", kMostDepth));
  if (document.is_discarded()) return absl::InvalidArgumentError("is no JSON");
  return document;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ManifestDocuments(std::string_view text) {
  std::vector<std::string> pieces(1);
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    if (absl::StartsWith(line, "---")) {
      pieces.emplace_back();
    } else {
      pieces.back().append(line.data(), line.size());
      pieces.back() += '\n';
    }
  }
  std::vector<std::string> documents;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(pieces[i]);
    if (trimmed.empty()) continue;
    absl::StatusOr<json> document = trimmed.front() == '{'
                                        ? ParseJsonDocument({trimmed.data(), trimmed.size()})
                                        : ParseYamlDocument(pieces[i]);
    if (document.ok() && document->is_null()) continue;
    if (document.ok() && !document->is_object())
      document =
          absl::InvalidArgumentError("is no object: expected apiVersion, kind, metadata ...");
    if (!document.ok()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("document %d of the manifest: %s", i + 1, document.status().message()));
    }
    documents.push_back(document->dump(-1, ' ', false, json::error_handler_t::replace));
  }
  return documents;
}

}  // namespace tutti::control
