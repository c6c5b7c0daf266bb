#include "model/node_selector.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "model/node_info.h"

namespace tutti::model {
namespace {

using Operator = NodeSelectorRequirement::Operator;

std::optional<int64_t> Integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool Compare(const NodeSelectorRequirement& requirement, std::string_view actual) {
  if (requirement.values.size() != 1) return false;
  const std::optional<int64_t> left = Integer(actual);
  const std::optional<int64_t> right = Integer(requirement.values[0]);
  if (!left || !right) return false;
  return requirement.op == Operator::kGt ? *left > *right : *left < *right;
}

bool Holds(const NodeSelectorRequirement& requirement, std::optional<std::string_view> actual) {
  const auto among_values = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *actual) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case Operator::kIn:
      return actual && among_values();
    case Operator::kNotIn:
      return !actual || !among_values();
    case Operator::kExists:
      return actual.has_value();
    case Operator::kDoesNotExist:
      return !actual.has_value();
    case Operator::kGt:
    case Operator::kLt:
      return actual && Compare(requirement, *actual);
    case Operator::kUnknown:
      return false;
  }
  return false;
}

bool Matches(const NodeSelectorTerm& term, const NodeInfo& node, const base::Interner& labels) {
  if (term.match_expressions.empty() && term.match_fields.empty()) return false;
  for (const NodeSelectorRequirement& requirement : term.match_fields) {
    if (requirement.key != "metadata.name" || !Holds(requirement, node.name)) return false;
  }
  for (const NodeSelectorRequirement& requirement : term.match_expressions) {
    const base::StringId value = node.Label(labels.Find(requirement.key));
    std::optional<std::string_view> actual;
    if (value.valid()) actual = labels.Text(value);
    if (!Holds(requirement, actual)) return false;
  }
  return true;
}

}  // namespace

bool Matches(const NodeSelector& selector, const NodeInfo& node, const base::Interner& labels) {
  return std::any_of(selector.begin(), selector.end(),
                     [&](const NodeSelectorTerm& term) { return Matches(term, node, labels); });
}

}  // namespace tutti::model
