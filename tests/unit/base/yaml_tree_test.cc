#include "base/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tutti::base {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(YamlTreeTest, OneFileHoldsOneDocument) {
  YamlTree tree;
  Problem problem;
  EXPECT_TRUE(ParseYaml("a: 1\n", "f", tree, problem));
  EXPECT_EQ(tree.items[0].text, "1");
  EXPECT_FALSE(ParseYaml("a: 1\n---\nb: 2\n", "f", tree, problem));
  EXPECT_EQ(problem.ToString(), "f:3:1: a second YAML document: one file holds one");
}

TEST(YamlTreeTest, DocumentsKeepTheirPlaces) {
  std::vector<YamlTree> documents;
  Problem problem;
  ASSERT_TRUE(ParseYamlDocuments("a: 1\n---\n---\n- b\n", "f", {}, documents, problem));
  ASSERT_THAT(documents, SizeIs(3));
  EXPECT_EQ(documents[1].kind, YamlTree::Kind::kNull);
  EXPECT_EQ(documents[2].kind, YamlTree::Kind::kSequence);
  EXPECT_EQ(documents[2].line, 4);
}

TEST(YamlTreeTest, LimitsAreTheCallers) {
  std::vector<YamlTree> documents;
  Problem problem;
  const std::string deep = std::string(20, '[') + std::string(20, ']');
  EXPECT_FALSE(ParseYamlDocuments(deep, "f", {}, documents, problem));
  EXPECT_THAT(problem.text, HasSubstr("nested deeper than 16 levels"));
  EXPECT_TRUE(ParseYamlDocuments(deep, "f", {.bytes = 40, .depth = 20}, documents, problem));
  EXPECT_FALSE(ParseYamlDocuments(deep, "f", {.bytes = 39, .depth = 20}, documents, problem));
  EXPECT_EQ(problem.text, "the file has 40 bytes, at most 39 are read");
}

TEST(YamlTreeTest, WhatIsBrokenInALaterDocumentNamesItsLine) {
  std::vector<YamlTree> documents;
  Problem problem;
  EXPECT_FALSE(ParseYamlDocuments("a: 1\n---\nb: &x 2\n", "f", {}, documents, problem));
  EXPECT_EQ(problem.line, 3);
  EXPECT_THAT(problem.text, HasSubstr("anchors"));
}

}  // namespace
}  // namespace tutti::base
