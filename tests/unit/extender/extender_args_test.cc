#include "extender/extender_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/door_world.h"

namespace tutti::extender {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExtenderArgsTest : public ::testing::Test {
 protected:
  std::string Decode(const std::string& text) {
    text_ = text;
    return std::string(DecodeExtenderArgs(text_, index_, args_).message());
  }

  std::string text_;
  objects::JsonIndex index_;
  ExtenderArgs args_;
};

TEST_F(ExtenderArgsTest, ReadsNamesAndThePodInEitherCasing) {
  for (const char* keys : {R"({"Pod":%,"Nodes":null,"NodeNames":["a","b","a"]})",
                           R"({"pod":%,"nodes":null,"nodenames":["a","b","a"]})",
                           R"({"NODENAMES":["a","b","a"],"Extra":{"x":[1]},"POD":%})"}) {
    std::string text = keys;
    text.replace(text.find('%'), 1, testing::PodJson(7));
    ASSERT_EQ(Decode(text), "");
    EXPECT_EQ(args_.form, ExtenderArgs::Form::kNames);
    EXPECT_THAT(args_.names, ElementsAre("a", "b", "a"));
    EXPECT_EQ(args_.offer, R"(["a","b","a"])");
    EXPECT_EQ(args_.pod.uid, testing::UidOf(7));
    EXPECT_EQ(args_.pod.name, "pod-7");
    EXPECT_EQ(args_.pod.namespace_name, "default");
    EXPECT_EQ(args_.pod.json, testing::PodJson(7));
  }
}

TEST_F(ExtenderArgsTest, ReadsWholeNodes) {
  ASSERT_EQ(Decode(R"({"Pod":{"metadata":{"annotations":{"tutti.dev/plan":"p/1"}}},"NodeNames":null,
      "Nodes":{"metadata":{},"items":[{"metadata":{"name":"a"},"spec":{}}, {"metadata":{"labels":
      null,"name":"b"}}]}})"),
            "");
  EXPECT_EQ(args_.form, ExtenderArgs::Form::kNodes);
  EXPECT_THAT(args_.names, ElementsAre("a", "b"));
  EXPECT_EQ(args_.nodes[0], R"({"metadata":{"name":"a"},"spec":{}})");
  EXPECT_EQ(args_.pod.plan_token, "p/1");
  EXPECT_FALSE(args_.pod.uid.valid());
}

TEST_F(ExtenderArgsTest, NothingOfAnEarlierRequestRemains) {
  ASSERT_EQ(Decode(R"({"Pod":)" + testing::PodJson(7) + R"(,"NodeNames":["\u0061","b"]})"), "");
  EXPECT_THAT(args_.names, ElementsAre("a", "b"));
  EXPECT_FALSE(args_.plain);
  ASSERT_EQ(Decode(R"({"Pod":{},"NodeNames":["c"]})"), "");
  EXPECT_THAT(args_.names, ElementsAre("c"));
  EXPECT_TRUE(args_.plain);
  EXPECT_FALSE(args_.pod.uid.valid());
  EXPECT_EQ(args_.pod.name, "");
}

// Bug 14 of the peers: one malformed request must not end the process. Each is refused with a text
// that says what was wrong.
TEST_F(ExtenderArgsTest, MalformedRequestsAreRefusedByName) {
  const std::string pod = R"("Pod":{"metadata":{}})";
  const std::string names = R"("NodeNames":["a"])";
  const std::string long_name(254, 'n');
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"null", "an object"},
      {"[]", "an object"},
      {"{}", "Pod is missing"},
      {R"({"Pod":null,)" + names + "}", "Pod is missing"},
      {R"({"Pod":[],)" + names + "}", "an object"},
      {R"({"Pod":"x",)" + names + "}", "an object"},
      {"{" + pod + "}", "no node is offered"},
      {"{" + pod + R"(,"NodeNames":null,"Nodes":null})", "no node is offered"},
      {"{" + pod + R"(,"NodeNames":[]})", "no node is offered"},
      {"{" + pod + R"(,"Nodes":{"items":[]}})", "no node is offered"},
      {"{" + pod + R"(,"Nodes":{"items":null}})", "no node is offered"},
      {"{" + pod + R"(,"Nodes":{}})", "no node is offered"},
      {"{" + pod + R"(,"Nodes":[]})", "an object"},
      {"{" + pod + R"(,"Nodes":{"items":[null]}})", "an object"},
      {"{" + pod + R"(,"NodeNames":{}})", "an array"},
      {"{" + pod + R"(,"NodeNames":["a",null]})", "a string"},
      {"{" + pod + R"(,"NodeNames":["a",1]})", "a string"},
      {"{" + pod + R"(,"NodeNames":[["a"]]})", "a string"},
      {"{" + pod + R"(,"NodeNames":["a\q"]})", "escape"},
      {"{" + pod + R"(,"NodeNames":[")" + long_name + R"("]})", "254 bytes"},
      {"{" + pod + "," + pod + "," + names + "}", "stands twice"},
      {"{" + pod + R"(,"pod":{},)" + names + "}", "stands twice"},
      {"{" + pod + "," + names + R"(,"nodeNames":["b"]})", "stands twice"},
      {"{" + pod + "," + names + R"(,"Nodes":{"items":[]}})", "both"},
      {"{" + pod + R"(,"Nodes":{"items":[{"metadata":{"name":"a"}}],"items":[]}})", "stands twice"},
      {"{" + pod + "," + names + "} {}", "the end"},
      {"{" + pod + "," + names + R"(,"x":)" + std::string(200, '[') + std::string(200, ']') + "}",
       "deeper than 64"},
      {R"({"Pod":{"metadata":{"uid":"\ud800)", "no JSON"},
      {"{" + pod + "," + names + ",}", "a string"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_THAT(Decode(text), HasSubstr(expected)) << text;
  }
}

TEST_F(ExtenderArgsTest, EveryTruncationIsRefused) {
  const std::string text =
      R"({"Pod":)" + testing::PodJson(1) + R"(,"Nodes":null,"NodeNames":["a","b"]})";
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_NE(Decode(text.substr(0, size)), "") << size;
  EXPECT_EQ(Decode(text), "");
}

TEST_F(ExtenderArgsTest, TheNumberOfNodesIsBounded) {
  std::string names = "[\"n\"";
  for (size_t i = 1; i < kMostNodes; ++i) names += ",\"n\"";
  EXPECT_EQ(Decode(R"({"Pod":{},"NodeNames":)" + names + "]}"), "");
  EXPECT_EQ(args_.names.size(), kMostNodes);
  EXPECT_THAT(Decode(R"({"Pod":{},"NodeNames":)" + names + ",\"n\"]}"), HasSubstr("50000"));
}

}  // namespace
}  // namespace tutti::extender
