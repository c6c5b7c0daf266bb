#include "objects/json_object_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace tutti::objects {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(JsonObjectViewTest, ReadsFieldsByPointer) {
  const auto view = JsonObjectView::Parse(R"({
    "metadata": {"name": "ring", "namespace": "ml", "uid": "7d3a6f0e-0f5b-4f6a-8d2c-3b1f5a6c7d8e",
                 "annotations": {"example.com/a~b": "slash"}},
    "spec": {"minMember": 4, "suspend": false, "limit": 18446744073709551615, "ratio": 1.5,
             "roles": [{"name": "driver"}, {"name": "worker"}], "nothing": null}})");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->name(), "ring");
  EXPECT_EQ(view->namespace_name(), "ml");
  EXPECT_EQ(view->uid().ToString(), "7d3a6f0e-0f5b-4f6a-8d2c-3b1f5a6c7d8e");
  EXPECT_EQ(view->Integer("/spec/minMember"), 4);
  EXPECT_EQ(view->Boolean("/spec/suspend"), false);
  EXPECT_EQ(view->String("/spec/roles/1/name"), "worker");
  EXPECT_EQ(view->String("/metadata/annotations/example.com~1a~0b"), "slash");
  EXPECT_TRUE(view->Has("/spec/roles"));
  EXPECT_FALSE(view->Has("/spec/nothing"));
  EXPECT_EQ(view->JsonText("/spec/roles/0"), R"({"name":"driver"})");
  EXPECT_EQ(view->JsonText("/spec/nothing"), "");
}

TEST(JsonObjectViewTest, ListsTheEntriesOfAnObjectAsPointersNameThem) {
  const auto view =
      JsonObjectView::Parse(R"({"m": {"b": 1, "a/~": 2, "": 3}, "l": [1], "n": null})");
  ASSERT_TRUE(view.ok());
  EXPECT_THAT(view->Keys("/m"), ElementsAre("", "a~1~0", "b"));
  for (const std::string& key : view->Keys("/m")) EXPECT_TRUE(view->Has("/m/" + key)) << key;
  for (const char* pointer : {"/l", "/n", "/m/b", "/missing", "m", "/~2"})
    EXPECT_THAT(view->Keys(pointer), IsEmpty()) << pointer;
}

TEST(JsonObjectViewTest, AnswersNothingWhereThePointerOrTheTypeIsWrong) {
  const auto view =
      JsonObjectView::Parse(R"({"n": 18446744073709551615, "d": 1.5, "s": "x", "l": [1]})");
  ASSERT_TRUE(view.ok());
  for (const char* pointer : {"/n", "/d", "/s", "/l", "/missing", "/l/1", "/l/-", "/l/x",
                              "/s/deeper", "n", "/~2", "/l/99999999999999999999"}) {
    EXPECT_EQ(view->Integer(pointer), std::nullopt) << pointer;
    EXPECT_EQ(view->Boolean(pointer), std::nullopt) << pointer;
  }
  EXPECT_EQ(view->String("/n"), std::nullopt);
  EXPECT_EQ(view->name(), "");
  EXPECT_FALSE(view->uid().valid());
}

TEST(JsonObjectViewTest, RefusesWhatIsNoObjectOrTooDeep) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":)";
  for (const std::string& json : {std::string(), std::string("[]"), std::string("7"),
                                  std::string("{"), std::string("{\"a\":1}x"), deep}) {
    EXPECT_EQ(JsonObjectView::Parse(json).status().code(), absl::StatusCode::kInvalidArgument)
        << json.substr(0, 40);
  }
  std::string nested = "1";
  for (int i = 0; i < 60; ++i) nested = R"({"a":)" + nested + "}";
  EXPECT_TRUE(JsonObjectView::Parse(nested).ok());
}

TEST(JsonObjectViewTest, WalksAList) {
  std::vector<std::string> names;
  const auto collect = [&](const JsonObjectView& view) { names.push_back(view.name()); };
  EXPECT_TRUE(JsonObjectView::ParseList(
                  R"({"items":[{"metadata":{"name":"a"}},7,{"metadata":{"name":"b"}}]})", collect)
                  .ok());
  EXPECT_THAT(names, ElementsAre("a", "b"));
  names.clear();
  std::vector<std::string> kinds;
  EXPECT_TRUE(JsonObjectView::ParseList(R"({"kind":"PodGroupList","items":[{},{"kind":"Other"}]})",
                                        [&](const JsonObjectView& object) {
                                          kinds.push_back(object.String("/kind").value_or(""));
                                        })
                  .ok());
  EXPECT_THAT(kinds, ElementsAre("PodGroup", "Other")) << "built-in items say no kind";
  EXPECT_TRUE(JsonObjectView::ParseList(R"({"items":null})", collect).ok());
  EXPECT_THAT(names, IsEmpty());
  // Taken for an empty list, these would delete everything.
  for (const char* json :
       {R"({})", R"({"items":{}})", R"({"kind":"Status","code":500})", "[]", ""}) {
    EXPECT_FALSE(JsonObjectView::ParseList(json, collect).ok()) << json;
  }
}

TEST(JsonObjectViewTest, ItemsOfAListHaveItsKindWhereTheySayNone) {
  std::vector<std::string> kinds;
  const auto collect = [&](const JsonObjectView& view) {
    kinds.push_back(view.String("/apiVersion").value_or("") + " " +
                    view.String("/kind").value_or(""));
  };
  EXPECT_TRUE(
      JsonObjectView::ParseList(
          R"({"apiVersion":"batch/v1","kind":"JobList","items":[{},{"apiVersion":"v1","kind":"Pod"}]})",
          collect)
          .ok());
  EXPECT_TRUE(
      JsonObjectView::ParseList(R"({"apiVersion":"v1","kind":"List","items":[{}]})", collect).ok());
  EXPECT_THAT(kinds, ElementsAre("batch/v1 Job", "v1 Pod", " "));
}

}  // namespace
}  // namespace tutti::objects
