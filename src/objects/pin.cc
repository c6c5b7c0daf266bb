#include "objects/pin.h"

#include <algorithm>

namespace tutti::objects {
namespace {

using model::NodeSelectorRequirement;
using model::NodeSelectorTerm;

// The position in `pins` of the node that the term is pinned to; pins.size() where it is to none.
size_t PinOf(const NodeSelectorTerm& term, const std::vector<std::string>& pins) {
  if (term.match_fields.empty()) return pins.size();
  const NodeSelectorRequirement& last = term.match_fields.back();
  const bool pin = last.key == "metadata.name" &&
                   last.op == NodeSelectorRequirement::Operator::kIn && last.values.size() == 1;
  if (!pin) return pins.size();
  return static_cast<size_t>(std::find(pins.begin(), pins.end(), last.values[0]) - pins.begin());
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
  std::vector<model::NodeSelector> per_pin(pins.size());
  for (const NodeSelectorTerm& term : terms) {
    const size_t pin = PinOf(term, pins);
    if (pin == pins.size()) return std::nullopt;
    per_pin[pin].push_back(term);
    per_pin[pin].back().match_fields.pop_back();
  }
  // Every node got the same terms in the same order.
  for (const model::NodeSelector& other : per_pin) {
    if (other != per_pin.front()) return std::nullopt;
  }
  model::NodeSelector& original = per_pin.front();
  const auto bare = std::count(original.begin(), original.end(), NodeSelectorTerm());
  if (bare == 0) return std::make_optional(std::make_optional(std::move(original)));
  // An empty term matches nothing: nobody would have pinned it beside others.
  if (original.size() > 1) return std::nullopt;
  return std::make_optional<std::optional<model::NodeSelector>>(std::nullopt);
}

}  // namespace tutti::objects
