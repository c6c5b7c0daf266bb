#include "objects/pin.h"

#include <algorithm>

namespace tutti::objects {
namespace {

using model::NodeSelectorRequirement;

bool IsPin(const NodeSelectorRequirement& requirement, const std::vector<std::string>& pins) {
  return requirement.key == "metadata.name" &&
         requirement.op == NodeSelectorRequirement::Operator::kIn &&
         requirement.values.size() == 1 &&
         std::find(pins.begin(), pins.end(), requirement.values[0]) != pins.end();
}

}  // namespace

std::vector<std::string> PinnedNodes(std::string_view annotation) {
  std::vector<std::string> nodes;
  while (!annotation.empty()) {
    const size_t comma = annotation.find(',');
    const std::string_view name = annotation.substr(0, comma);
    if (!name.empty()) nodes.emplace_back(name);
    if (comma == std::string_view::npos) break;
    annotation.remove_prefix(comma + 1);
  }
  if (nodes.size() > kMostPins) nodes.clear();
  return nodes;
}

std::optional<std::optional<model::NodeSelector>> WithoutPins(
    const model::NodeSelector& terms, const std::vector<std::string>& pins) {
  if (terms.empty() || pins.empty()) return std::nullopt;
  model::NodeSelector stripped;
  size_t bare = 0;
  for (model::NodeSelectorTerm term : terms) {
    if (term.match_fields.empty() || !IsPin(term.match_fields.back(), pins)) return std::nullopt;
    term.match_fields.pop_back();
    if (term.match_fields.empty() && term.match_expressions.empty()) ++bare;
    if (std::find(stripped.begin(), stripped.end(), term) == stripped.end())
      stripped.push_back(std::move(term));
  }
  if (bare == terms.size())
    return std::make_optional<std::optional<model::NodeSelector>>(std::nullopt);
  if (bare > 0) return std::nullopt;
  return std::make_optional<std::optional<model::NodeSelector>>(std::move(stripped));
}

}  // namespace tutti::objects
