#include "model/node_selector.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/node_info.h"

namespace tutti::model {
namespace {

using Operator = NodeSelectorRequirement::Operator;

class NodeSelectorTest : public ::testing::Test {
 protected:
  NodeSelectorTest() {
    node_.name = "node-a";
    for (const auto& [key, value] : {std::pair{"zone", "z1"}, {"cores", "64"}, {"empty", ""}})
      node_.labels.emplace_back(labels_.Intern(key), labels_.Intern(value));
    std::sort(node_.labels.begin(), node_.labels.end());
  }
  bool Match(const NodeSelector& selector) const { return Matches(selector, node_, labels_); }
  bool Expression(const std::string& key, Operator op, std::vector<std::string> values = {}) const {
    return Match({{{{key, op, std::move(values)}}, {}}});
  }
  bool Field(const std::string& key, Operator op, std::vector<std::string> values) const {
    return Match({{{}, {{key, op, std::move(values)}}}});
  }

  base::Interner labels_;
  NodeInfo node_;
};

TEST_F(NodeSelectorTest, InAndNotIn) {
  EXPECT_TRUE(Expression("zone", Operator::kIn, {"z0", "z1"}));
  EXPECT_FALSE(Expression("zone", Operator::kIn, {"z0"}));
  EXPECT_FALSE(Expression("zone", Operator::kIn, {}));
  EXPECT_FALSE(Expression("absent", Operator::kIn, {"z1"}));
  EXPECT_FALSE(Expression("absent", Operator::kIn, {""}));
  EXPECT_TRUE(Expression("empty", Operator::kIn, {""}));
  EXPECT_FALSE(Expression("zone", Operator::kNotIn, {"z0", "z1"}));
  EXPECT_TRUE(Expression("zone", Operator::kNotIn, {"z0"}));
  EXPECT_TRUE(Expression("absent", Operator::kNotIn, {"z1"})) << "a node without the label counts";
}

TEST_F(NodeSelectorTest, ExistsAndDoesNotExist) {
  EXPECT_TRUE(Expression("zone", Operator::kExists));
  EXPECT_TRUE(Expression("empty", Operator::kExists));
  EXPECT_FALSE(Expression("absent", Operator::kExists));
  EXPECT_FALSE(Expression("zone", Operator::kDoesNotExist));
  EXPECT_TRUE(Expression("absent", Operator::kDoesNotExist));
}

TEST_F(NodeSelectorTest, GtAndLtCompareWholeNumbers) {
  EXPECT_TRUE(Expression("cores", Operator::kGt, {"63"}));
  EXPECT_FALSE(Expression("cores", Operator::kGt, {"64"}));
  EXPECT_TRUE(Expression("cores", Operator::kGt, {"9"})) << "as numbers, not as texts";
  EXPECT_TRUE(Expression("cores", Operator::kGt, {"-1"}));
  EXPECT_TRUE(Expression("cores", Operator::kLt, {"65"}));
  EXPECT_FALSE(Expression("cores", Operator::kLt, {"64"}));
  for (const Operator op : {Operator::kGt, Operator::kLt}) {
    EXPECT_FALSE(Expression("zone", op, {"5"})) << "the label is no number";
    EXPECT_FALSE(Expression("absent", op, {"5"}));
    EXPECT_FALSE(Expression("cores", op, {"many"}));
    EXPECT_FALSE(Expression("cores", op, {}));
    EXPECT_FALSE(Expression("cores", op, {"1", "100"}));
  }
}

TEST_F(NodeSelectorTest, AnOperatorWeDoNotKnowMatchesNothing) {
  EXPECT_FALSE(Expression("zone", Operator::kUnknown, {"z1"}));
}

TEST_F(NodeSelectorTest, TermsAreAlternativesAndRequirementsHoldTogether) {
  const NodeSelectorRequirement yes{"zone", Operator::kExists, {}};
  const NodeSelectorRequirement no{"absent", Operator::kExists, {}};
  EXPECT_TRUE(Match({{{no}, {}}, {{yes}, {}}}));
  EXPECT_FALSE(Match({{{no}, {}}, {{yes, no}, {}}}));
  EXPECT_TRUE(Match({{{yes, yes}, {}}}));
}

TEST_F(NodeSelectorTest, AnEmptyTermAndAnEmptySelectorMatchNothing) {
  EXPECT_FALSE(Match({}));
  EXPECT_FALSE(Match({{{}, {}}}));
  EXPECT_TRUE(Match({{{}, {}}, {{{"zone", Operator::kExists, {}}}, {}}}));
}

TEST_F(NodeSelectorTest, FieldsKnowTheNodesNameAlone) {
  EXPECT_TRUE(Field("metadata.name", Operator::kIn, {"node-a"}));
  EXPECT_FALSE(Field("metadata.name", Operator::kIn, {"node-b"}));
  EXPECT_TRUE(Field("metadata.name", Operator::kNotIn, {"node-b"}));
  EXPECT_FALSE(Field("metadata.uid", Operator::kNotIn, {"node-b"}));
  EXPECT_FALSE(Match(
      {{{{"absent", Operator::kExists, {}}}, {{"metadata.name", Operator::kIn, {"node-a"}}}}}))
      << "fields and expressions of a term hold together";
}

}  // namespace
}  // namespace tutti::model
