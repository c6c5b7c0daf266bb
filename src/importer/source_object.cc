#include "importer/source_object.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/problem.h"
#include "base/shown.h"
#include "base/status_macros.h"
#include "base/yaml_value.h"
#include "objects/json_cursor.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

constexpr base::YamlLimits kLimits{.bytes = kMostSourceBytes, .depth = 64};

YamlTree TextNode(std::string_view raw) {
  YamlTree node;
  node.kind = YamlTree::Kind::kQuoted;
  objects::UnescapeJson(raw, node.text);
  return node;
}

// The cursor bounds the depth.
YamlTree TakeValue(objects::JsonCursor& cursor) {
  YamlTree node;
  std::string_view raw;
  switch (cursor.Peek()) {
    case '{':
      node.kind = YamlTree::Kind::kMap;
      cursor.BeginObject();
      while (cursor.NextField(raw)) {
        node.keys.push_back(TextNode(raw));
        node.items.push_back(TakeValue(cursor));
      }
      return node;
    case '[':
      node.kind = YamlTree::Kind::kSequence;
      cursor.BeginArray();
      while (cursor.NextItem()) node.items.push_back(TakeValue(cursor));
      return node;
    case '"':
      return cursor.TakeString(raw) ? TextNode(raw) : node;
    default:
      if (cursor.TakeNull()) return node;
      node.kind = YamlTree::Kind::kPlain;
      node.text = std::string(cursor.Skip());
      return node;
  }
}

absl::Status ParseJson(std::string_view text, YamlTree& tree) {
  objects::JsonIndex index;
  TUTTI_RETURN_IF_ERROR(index.Build(text));
  objects::JsonCursor cursor(index);
  tree = TakeValue(cursor);
  cursor.Finish();
  return cursor.status();
}

bool IsJson(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

// "batch", of "batch/v1"; empty for the core group.
std::string GroupOf(const std::string& api_version) {
  const size_t slash = api_version.find('/');
  return slash == std::string::npos ? std::string() : api_version.substr(0, slash);
}

class Reader {
 public:
  // `file` empty: nobody wrote it, the API server did.
  Reader(std::string file, bool json, std::vector<SourceObject>& objects)
      : file_(std::move(file)), json_(json), objects_(objects) {}

  absl::Status Add(YamlTree tree) {
    if (tree.kind != YamlTree::Kind::kMap) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: is no object, it is %s: expected apiVersion, kind, metadata ...",
                          Where(tree), base::Describe(tree)));
    }
    const std::string kind = TextOf(tree, "kind");
    const YamlTree* items = FindKey(tree, "items");
    if (!kind.ends_with("List") || items == nullptr) {
      Take(std::move(tree), kind);
      return absl::OkStatus();
    }
    if (items->kind != YamlTree::Kind::kSequence) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s: %s: items: expected a list, got %s", Where(*items), kind, base::Describe(*items)));
    }
    // A list of the API server leaves both out of its items.
    const std::string of_items = kind == "List" ? "" : kind.substr(0, kind.size() - 4);
    const std::string group = GroupOf(TextOf(tree, "apiVersion"));
    for (const YamlTree& item : items->items) {
      if (item.kind != YamlTree::Kind::kMap) {
        return absl::InvalidArgumentError(absl::StrFormat("%s: %s: expected an object, got %s",
                                                          Where(item), kind, base::Describe(item)));
      }
      Take(item, of_items);
      if (objects_.back().group.empty()) objects_.back().group = group;
    }
    return absl::OkStatus();
  }

 private:
  std::string Where(const YamlTree& tree) const {
    if (file_.empty()) return "the API server's answer";
    return json_ ? file_ : absl::StrFormat("%s:%d", file_, tree.line);
  }

  void Take(YamlTree tree, const std::string& kind) {
    SourceObject object;
    object.group = GroupOf(TextOf(tree, "apiVersion"));
    object.kind = TextOf(tree, "kind");
    if (object.kind.empty()) object.kind = kind;
    if (const YamlTree* metadata = FindKey(tree, "metadata")) {
      object.ns = TextOf(*metadata, "namespace");
      object.name = TextOf(*metadata, "name");
    }
    if (!file_.empty()) object.where = Where(tree);
    object.tree = std::move(tree);
    objects_.push_back(std::move(object));
  }

  const std::string file_;
  const bool json_;
  std::vector<SourceObject>& objects_;
};

}  // namespace

const YamlTree* FindKey(const YamlTree& tree, std::string_view key) {
  if (tree.kind != YamlTree::Kind::kMap) return nullptr;
  for (size_t i = 0; i < tree.keys.size(); ++i) {
    if (tree.keys[i].text != key) continue;
    return tree.items[i].kind == YamlTree::Kind::kNull ? nullptr : &tree.items[i];
  }
  return nullptr;
}

std::string TextOf(const YamlTree& tree, std::string_view key) {
  const YamlTree* value = FindKey(tree, key);
  return value != nullptr && base::IsScalar(*value) ? value->text : std::string();
}

absl::StatusOr<std::string> ReadSourcePage(std::string_view json,
                                           std::vector<SourceObject>& objects) {
  YamlTree tree;
  if (const absl::Status status = ParseJson(json, tree); !status.ok()) {
    return absl::InternalError(
        absl::StrFormat("the API server's answer is no JSON: %s", status.message()));
  }
  const YamlTree* metadata = FindKey(tree, "metadata");
  std::string next = metadata == nullptr ? std::string() : TextOf(*metadata, "continue");
  TUTTI_RETURN_IF_ERROR(Reader("", true, objects).Add(std::move(tree)));
  return next;
}

absl::Status ReadSourceObjects(std::string_view text, const std::string& file,
                               std::vector<SourceObject>& objects) {
  if (IsJson(text)) {
    YamlTree tree;
    if (const absl::Status status = ParseJson(text, tree); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: not valid JSON: %s", file, status.message()));
    }
    return Reader(file, true, objects).Add(std::move(tree));
  }
  std::vector<YamlTree> documents;
  base::Problem problem;
  if (!base::ParseYamlDocuments(text, file, kLimits, documents, problem))
    return absl::InvalidArgumentError(problem.ToString());
  Reader reader(file, false, objects);
  for (YamlTree& document : documents) {
    if (document.kind == YamlTree::Kind::kNull) continue;
    TUTTI_RETURN_IF_ERROR(reader.Add(std::move(document)));
  }
  return absl::OkStatus();
}

}  // namespace tutti::importer
