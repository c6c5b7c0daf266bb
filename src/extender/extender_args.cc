#include "extender/extender_args.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "objects/pin.h"

namespace tutti::extender {
namespace {

using objects::JsonCursor;

bool HasEscape(std::string_view text) { return text.find('\\') != std::string_view::npos; }

void RefuseName(JsonCursor& cursor, std::string_view name) {
  cursor.Fail(name.size() > kLongestName
                  ? absl::StrFormat("a node name of %d bytes: expected at most %d", name.size(),
                                    kLongestName)
                  : absl::StrFormat("more than %d nodes", kMostNodes));
}

void AddName(JsonCursor& cursor, std::string_view name, ExtenderArgs& args) {
  if (name.size() > kLongestName || args.names.size() == kMostNodes)
    return RefuseName(cursor, name);
  args.names.push_back(name);
}

void ReadNodeNames(JsonCursor& cursor, ExtenderArgs& args) {
  const size_t mark = cursor.Mark();
  cursor.BeginArray();
  cursor.TakeStrings(kMostNodes, kLongestName, args.names);
  for (std::string_view name; cursor.NextItem() && cursor.TakeString(name);)
    AddName(cursor, name, args);
  args.offer = cursor.Since(mark);
}

void ReadNode(JsonCursor& cursor, ExtenderArgs& args) {
  const size_t mark = cursor.Mark();
  std::string_view key;
  std::string_view name;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key != "metadata" || cursor.Peek() != '{') {
      cursor.Skip();
      continue;
    }
    cursor.BeginObject();
    while (cursor.NextField(key)) {
      if (key == "name") {
        cursor.TakeString(name);
      } else {
        cursor.Skip();
      }
    }
  }
  AddName(cursor, name, args);
  args.nodes.push_back(cursor.Since(mark));
}

void ReadNodeList(JsonCursor& cursor, ExtenderArgs& args) {
  const size_t mark = cursor.Mark();
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (!KeyIs(key, "items")) {
      cursor.Skip();
    } else if (!args.nodes.empty()) {
      cursor.Fail("the key \"items\" stands twice");
    } else if (!cursor.TakeNull()) {
      cursor.BeginArray();
      while (cursor.NextItem()) ReadNode(cursor, args);
    }
  }
  args.offer = cursor.Since(mark);
}

absl::Status UnescapeNames(ExtenderArgs& args) {
  args.plain = false;
  for (std::string_view& name : args.names) {
    if (!HasEscape(name)) continue;
    std::string& copy = args.unescaped.emplace_back();
    if (!objects::UnescapeJson(name, copy))
      return absl::InvalidArgumentError("a node name holds an escape sequence that is none");
    name = copy;
  }
  return absl::OkStatus();
}

void Clear(ExtenderArgs& args) {
  args.pod = {};
  args.form = ExtenderArgs::Form::kNames;
  args.names.clear();
  args.nodes.clear();
  args.offer = {};
  args.plain = true;
  args.unescaped.clear();
}

struct Seen {
  bool pod = false;
  bool nodes = false;
  bool node_names = false;
};

// True where `key` stands for the first time.
bool Once(JsonCursor& cursor, std::string_view key, bool& seen) {
  if (seen) cursor.Fail(absl::StrFormat("the key \"%s\" stands twice", key));
  return !std::exchange(seen, true);
}

void ReadMessage(JsonCursor& cursor, ExtenderArgs& args) {
  Seen seen;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (KeyIs(key, "pod")) {
      if (Once(cursor, key, seen.pod) && !cursor.TakeNull()) ReadPodSummary(cursor, args.pod);
    } else if (KeyIs(key, "nodenames")) {
      if (!Once(cursor, key, seen.node_names) || cursor.TakeNull()) continue;
      if (!args.offer.empty()) cursor.Fail("both Nodes and NodeNames are given: expected one");
      args.form = ExtenderArgs::Form::kNames;
      ReadNodeNames(cursor, args);
    } else if (KeyIs(key, "nodes")) {
      if (!Once(cursor, key, seen.nodes) || cursor.TakeNull()) continue;
      if (!args.offer.empty()) cursor.Fail("both Nodes and NodeNames are given: expected one");
      args.form = ExtenderArgs::Form::kNodes;
      ReadNodeList(cursor, args);
    } else {
      cursor.Skip();
    }
  }
  cursor.Finish();
}

}  // namespace

bool KeyIs(std::string_view key, std::string_view lower_case) {
  return key.size() == lower_case.size() &&
         std::equal(key.begin(), key.end(), lower_case.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

void ReadPodSummary(JsonCursor& cursor, PodSummary& pod) {
  const size_t mark = cursor.Mark();
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key != "metadata" || cursor.Peek() != '{') {
      cursor.Skip();
      continue;
    }
    cursor.BeginObject();
    while (cursor.NextField(key)) {
      const bool text = cursor.Peek() == '"';
      std::string_view value;
      if (text && key == "uid") {
        cursor.TakeString(value);
        pod.uid = base::Uid::Parse(value).value_or(base::Uid());
      } else if (text && key == "name") {
        cursor.TakeString(pod.name);
      } else if (text && key == "namespace") {
        cursor.TakeString(pod.namespace_name);
      } else if (key == "annotations" && cursor.Peek() == '{') {
        cursor.BeginObject();
        while (cursor.NextField(key)) {
          if (key == objects::kPlanAnnotation && cursor.Peek() == '"') {
            cursor.TakeString(pod.plan_token);
          } else {
            cursor.Skip();
          }
        }
      } else {
        cursor.Skip();
      }
    }
  }
  pod.json = cursor.Since(mark);
}

absl::Status DecodeExtenderArgs(std::string_view body, objects::JsonIndex& index,
                                ExtenderArgs& args) {
  Clear(args);
  TUTTI_RETURN_IF_ERROR(index.Build(body));
  JsonCursor cursor(index);
  ReadMessage(cursor, args);
  TUTTI_RETURN_IF_ERROR(cursor.status());
  if (args.pod.json.empty())
    return absl::InvalidArgumentError("Pod is missing or null: expected a Pod object");
  if (args.names.empty()) {
    return absl::InvalidArgumentError(
        "no node is offered: expected NodeNames, or Nodes with items, to hold at least one");
  }
  const bool escapes = args.form == ExtenderArgs::Form::kNames
                           ? HasEscape(args.offer)
                           : std::any_of(args.names.begin(), args.names.end(), HasEscape);
  return escapes ? UnescapeNames(args) : absl::OkStatus();
}

}  // namespace tutti::extender
