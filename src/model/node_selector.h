// Node selectors as Kubernetes defines them: terms are alternatives, requirements of a term all
// hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/interner.h"

namespace tutti::model {

struct NodeInfo;

struct NodeSelectorRequirement {
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist, kGt, kLt, kUnknown };

  std::string key;
  Operator op = Operator::kUnknown;  // kUnknown matches nothing
  std::vector<std::string> values;

  bool operator==(const NodeSelectorRequirement&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const NodeSelectorRequirement& r) {
    return H::combine(std::move(h), r.key, r.op, r.values);
  }
};

struct NodeSelectorTerm {
  std::vector<NodeSelectorRequirement> match_expressions;
  std::vector<NodeSelectorRequirement> match_fields;  // metadata.name is the only field there is

  bool operator==(const NodeSelectorTerm&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const NodeSelectorTerm& t) {
    return H::combine(std::move(h), t.match_expressions, t.match_fields);
  }
};

using NodeSelector = std::vector<NodeSelectorTerm>;

// True where any term matches. An empty term, and an empty selector, match nothing.
bool Matches(const NodeSelector& selector, const NodeInfo& node, const base::Interner& labels);

}  // namespace tutti::model
