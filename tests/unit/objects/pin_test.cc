#include "objects/pin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {
namespace {

using model::NodeSelector;
using model::NodeSelectorRequirement;
using model::NodeSelectorTerm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

NodeSelectorRequirement In(std::string key, std::vector<std::string> values) {
  return {std::move(key), NodeSelectorRequirement::Operator::kIn, std::move(values)};
}
NodeSelectorTerm Zone(const std::string& zone) { return {{In("zone", {zone})}, {}}; }
NodeSelectorTerm Named(const std::string& node) { return {{}, {In("metadata.name", {node})}}; }

NodeSelectorTerm Pinned(NodeSelectorTerm term, const std::string& node) {
  term.match_fields.push_back(In("metadata.name", {node}));
  return term;
}

// As Tutti writes it: each term once per node, or one term per node where there were none.
NodeSelector Pin(const std::optional<NodeSelector>& original,
                 const std::vector<std::string>& nodes) {
  NodeSelector pinned;
  for (const NodeSelectorTerm& term : original.value_or(NodeSelector(1))) {
    for (const std::string& node : nodes) pinned.push_back(Pinned(term, node));
  }
  return pinned;
}

// How the result reads: "untouched", "none" or the terms.
std::string Strip(const NodeSelector& terms, const std::vector<std::string>& pins) {
  const auto stripped = WithoutPins(terms, pins);
  if (!stripped) return "untouched";
  return *stripped ? Describe(**stripped) : "none";
}

TEST(PinTest, ReadsTheAnnotation) {
  EXPECT_THAT(PinnedNodes(""), IsEmpty());
  EXPECT_THAT(PinnedNodes("a"), ElementsAre("a"));
  EXPECT_THAT(PinnedNodes("node-a,node-b"), ElementsAre("node-a", "node-b"));
  EXPECT_THAT(PinnedNodes(",a,,b,"), ElementsAre("a", "b"));
  EXPECT_EQ(PinnedNodes("1,2,3,4,5,6,7,8").size(), kMostPins);
  EXPECT_THAT(PinnedNodes("1,2,3,4,5,6,7,8,9"), IsEmpty());
}

TEST(PinTest, WhatWePinnedComesBackAsItWas) {
  struct Row {
    const char* name;
    std::optional<NodeSelector> original;
    std::vector<std::string> nodes;
  };
  const std::vector<Row> rows = {
      {"no terms, one node", std::nullopt, {"a"}},
      {"no terms, three nodes", std::nullopt, {"a", "b", "c"}},
      {"one term, one node", NodeSelector{Zone("x")}, {"a"}},
      {"one term, two nodes", NodeSelector{Zone("x")}, {"a", "b"}},
      {"two terms, one node", NodeSelector{Zone("x"), Zone("y")}, {"a"}},
      {"three terms, eight nodes",
       NodeSelector{Zone("x"), Zone("y"), Zone("z")},
       {"1", "2", "3", "4", "5", "6", "7", "8"}},
      {"the same term twice", NodeSelector{Zone("x"), Zone("x")}, {"a", "b"}},
      {"the pod's own matchFields", NodeSelector{Named("a")}, {"a", "b"}},
      {"own matchFields beside others", NodeSelector{Named("a"), Zone("x")}, {"b", "a"}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Strip(Pin(row.original, row.nodes), row.nodes),
              row.original ? Describe(*row.original) : "none")
        << row.name;
  }
}

TEST(PinTest, TheOrderOfTheNodesDoesNotMatter) {
  const NodeSelector by_node = {Pinned(Zone("x"), "a"), Pinned(Zone("y"), "a"),
                                Pinned(Zone("x"), "b"), Pinned(Zone("y"), "b")};
  EXPECT_EQ(Strip(by_node, {"b", "a"}), Describe(NodeSelector{Zone("x"), Zone("y")}));
}

TEST(PinTest, WhatNobodyPinnedStaysAsItIs) {
  struct Row {
    const char* name;
    NodeSelector terms;
    std::vector<std::string> pins;
  };
  NodeSelectorTerm not_in = Named("a");
  not_in.match_fields[0].op = NodeSelectorRequirement::Operator::kNotIn;
  NodeSelectorTerm other_key = Named("a");
  other_key.match_fields[0].key = "metadata.namespace";
  NodeSelectorTerm two_values = Named("a");
  two_values.match_fields[0].values.push_back("b");
  NodeSelectorTerm pin_first = Named("a");
  pin_first.match_fields.push_back(In("metadata.name", {"z"}));
  const std::vector<Row> rows = {
      {"no terms", {}, {"a"}},
      {"no pins", {Named("a")}, {}},
      {"an unpinned term", {Zone("x")}, {"a"}},
      {"one term of two unpinned", {Pinned(Zone("x"), "a"), Zone("y")}, {"a"}},
      {"pinned to a node that the annotation does not name", {Named("b")}, {"a"}},
      {"a node of the annotation has no term", {Named("a")}, {"a", "b"}},
      {"a node of the annotation lacks one of the terms",
       {Pinned(Zone("x"), "a"), Pinned(Zone("x"), "b"), Pinned(Zone("y"), "a")},
       {"a", "b"}},
      {"the nodes have different terms",
       {Pinned(Zone("x"), "a"), Pinned(Zone("y"), "b")},
       {"a", "b"}},
      {"a node twice in the annotation", {Named("a"), Named("a")}, {"a", "a"}},
      {"an empty term beside another", {Named("a"), Pinned(Zone("x"), "a")}, {"a"}},
      {"the same pin twice", {Named("a"), Named("a")}, {"a"}},
      {"another operator", {not_in}, {"a"}},
      {"another key", {other_key}, {"a"}},
      {"two values", {two_values}, {"a"}},
      {"the pin is not the last requirement", {pin_first}, {"a"}},
      {"an empty term", {NodeSelectorTerm()}, {"a"}},
  };
  for (const Row& row : rows) EXPECT_EQ(Strip(row.terms, row.pins), "untouched") << row.name;
}

TEST(PinTest, AnyPinnedSelectorComesBack) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t bound) { return random() % bound; };
    std::vector<std::string> nodes;
    for (uint32_t i = 0; i <= below(kMostPins); ++i) nodes.push_back(absl::StrFormat("n%d", i));
    NodeSelector original;
    for (uint32_t i = 0; i <= below(4); ++i) {
      NodeSelectorTerm term = Zone(absl::StrFormat("z%d", below(3)));
      if (below(3) == 0) term.match_fields.push_back(In("metadata.name", {nodes[0]}));
      if (below(3) == 0) term.match_expressions.clear();
      if (term == NodeSelectorTerm()) term = Zone("z");
      original.push_back(std::move(term));
    }
    EXPECT_EQ(Strip(Pin(original, nodes), nodes), Describe(original)) << "seed " << seed;
    EXPECT_EQ(Strip(Pin(std::nullopt, nodes), nodes), "none") << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::objects
