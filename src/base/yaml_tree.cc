#include "base/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

#include "absl/strings/str_format.h"

namespace tutti::base {
namespace {

// Thrown out of the handler below, because yaml-cpp has no other way to stop; caught in ParseYaml.
struct Refused {
  YAML::Mark mark;
  std::string text;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(YamlTree& root, int most_depth) : root_(root), most_depth_(most_depth) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Add(Make(mark, YamlTree::Kind::kNull));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{mark, "aliases (*name) are not supported: write the value out"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    // yaml-cpp's marks for "plain" and "quoted, no tag of its own".
    const bool plain = tag == "?";
    if (!plain && tag != "!") RefuseTag(mark, tag);
    YamlTree node = Make(mark, plain ? YamlTree::Kind::kPlain : YamlTree::Kind::kQuoted);
    node.text = value;
    if (plain && (value.empty() || value == "~" || value == "null")) {
      node.kind = YamlTree::Kind::kNull;
    }
    Add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlTree::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlTree::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  static YamlTree Make(const YAML::Mark& mark, YamlTree::Kind kind) {
    YamlTree node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      throw Refused{mark, "anchors (&name) are not supported: write the value out"};
    }
  }

  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    throw Refused{mark, absl::StrFormat("the explicit tag %s is not supported: leave it out",
                                        tag.substr(0, 64))};
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlTree::Kind kind) {
    RefuseAnchor(mark, anchor);
    if (!tag.empty() && tag != "?" && tag != "!") RefuseTag(mark, tag);
    if (open_.size() >= static_cast<size_t>(most_depth_)) {
      throw Refused{mark, absl::StrFormat("nested deeper than %d levels", most_depth_)};
    }
    open_.push_back(Make(mark, kind));
  }

  void Close() {
    YamlTree node = std::move(open_.back());
    open_.pop_back();
    Add(std::move(node));
  }

  // A map's children arrive as key, value, key, value.
  void Add(YamlTree node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlTree& parent = open_.back();
    const bool is_key =
        parent.kind == YamlTree::Kind::kMap && parent.keys.size() == parent.items.size();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  YamlTree& root_;
  const int most_depth_;
  std::vector<YamlTree> open_;
};

// Documents until `enough` says that there are.
template <class Enough>
std::optional<Refused> Parse(std::string_view text, const YamlLimits& limits,
                             std::vector<YamlTree>& documents, const Enough& enough) {
  if (text.size() > limits.bytes) {
    return Refused{YAML::Mark(), absl::StrFormat("the file has %d bytes, at most %d are read",
                                                 text.size(), limits.bytes)};
  }
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Refused{YAML::Mark(), "the file holds a NUL byte: it is not a text file"};
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (!enough()) {
      YamlTree tree;
      TreeBuilder builder(tree, limits.depth);
      if (!parser.HandleNextDocument(builder)) break;
      documents.push_back(std::move(tree));
    }
  } catch (Refused& refused) {
    return std::move(refused);
  } catch (const YAML::Exception& error) {
    return Refused{error.mark, absl::StrFormat("not valid YAML: %s", error.msg)};
  }
  return std::nullopt;
}

Problem ProblemOf(const Refused& refused, std::string_view file_name) {
  Problem problem;
  problem.file = std::string(file_name);
  problem.line = refused.mark.line < 0 ? 1 : refused.mark.line + 1;
  problem.column = refused.mark.column < 0 ? 1 : refused.mark.column + 1;
  problem.text = refused.text;
  return problem;
}

}  // namespace

bool ParseYaml(std::string_view text, std::string_view file_name, YamlTree& tree,
               Problem& problem) {
  std::vector<YamlTree> documents;
  std::optional<Refused> refused =
      Parse(text, {}, documents, [&documents] { return documents.size() == 2; });
  if (!refused && documents.size() == 2) {
    YAML::Mark mark;
    mark.line = documents[1].line - 1;
    mark.column = documents[1].column - 1;
    refused = Refused{mark, "a second YAML document: one file holds one"};
  }
  if (!documents.empty()) tree = std::move(documents.front());
  if (!refused) return true;
  problem = ProblemOf(*refused, file_name);
  return false;
}

bool ParseYamlDocuments(std::string_view text, std::string_view file_name, const YamlLimits& limits,
                        std::vector<YamlTree>& documents, Problem& problem) {
  const std::optional<Refused> refused = Parse(text, limits, documents, [] { return false; });
  if (!refused) return true;
  problem = ProblemOf(*refused, file_name);
  return false;
}

}  // namespace tutti::base
