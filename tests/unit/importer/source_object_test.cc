#include "importer/source_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::importer {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SourceObjectTest, DocumentsWithTheirPlaces) {
  std::vector<SourceObject> objects;
  ASSERT_TRUE(ReadSourceObjects("---\nkind: A\nmetadata: {name: x}\n---\n---\n# nothing\n---\n"
                                "apiVersion: g/v1\nkind: B\nmetadata: {name: y, namespace: n}\n",
                                "f", objects)
                  .ok());
  ASSERT_THAT(objects, SizeIs(2));
  EXPECT_EQ(objects[0].kind, "A");
  EXPECT_EQ(objects[0].where, "f:2");
  EXPECT_EQ(objects[1].group, "g");
  EXPECT_EQ(objects[1].ns, "n");
  EXPECT_EQ(objects[1].name, "y");
  EXPECT_EQ(objects[1].where, "f:8");
}

TEST(SourceObjectTest, ListsAreTakenApart) {
  std::vector<SourceObject> objects;
  const auto next = ReadSourcePage(
      R"({"apiVersion": "g/v1", "kind": "QueueList", "metadata": {"continue": "abc"},
          "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b\u0041"}}]})",
      objects);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(*next, "abc");
  ASSERT_THAT(objects, SizeIs(2));
  EXPECT_EQ(objects[0].kind, "Queue");
  EXPECT_EQ(objects[0].group, "g");
  EXPECT_EQ(objects[1].name, "bA");
  EXPECT_EQ(objects[1].where, "");
}

TEST(SourceObjectTest, NumbersKeepTheirDigits) {
  std::vector<SourceObject> objects;
  ASSERT_TRUE(
      ReadSourceObjects(R"({"kind": "A", "spec": {"x": 12345678901234567.25}})", "f", objects)
          .ok());
  EXPECT_EQ(TextOf(*FindKey(objects[0].tree, "spec"), "x"), "12345678901234567.25");
}

TEST(SourceObjectTest, WhatIsBrokenNamesThePlace) {
  const auto error = [](const std::string& text) {
    std::vector<SourceObject> objects;
    const absl::Status status = ReadSourceObjects(text, "f.yaml", objects);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    return std::string(status.message());
  };
  EXPECT_THAT(error("kind: A\n---\nkind: [\n"), HasSubstr("f.yaml:4:"));
  EXPECT_THAT(error("{\"kind\": "), HasSubstr("f.yaml: not valid JSON: "));
  EXPECT_THAT(error("- a\n"), HasSubstr("f.yaml:1: is no object, it is a list"));
  EXPECT_THAT(error("kind: QueueList\nitems: 7\n"),
              HasSubstr("f.yaml:2: QueueList: items: expected a list, got 7"));
  EXPECT_THAT(error("kind: List\nitems: [a]\n"), HasSubstr("expected an object, got a"));
  EXPECT_THAT(error(std::string(200, '[')), HasSubstr("f.yaml:"));
  EXPECT_THAT(error("{\"a\":" + std::string(200, '[')), HasSubstr("not valid JSON"));
  EXPECT_THAT(error("a: &x 1\nb: *x\n"), HasSubstr("anchors"));
}

TEST(SourceObjectTest, DeepTreesAreRead) {
  std::string text = "partitions:\n";
  for (int i = 0; i < 20; ++i) {
    const std::string indent(static_cast<size_t>(i) * 2, ' ');
    text += indent + "- name: q\n" + indent + "  queues:\n";
  }
  std::vector<SourceObject> objects;
  EXPECT_TRUE(ReadSourceObjects(text, "f", objects).ok());
}

}  // namespace
}  // namespace tutti::importer
