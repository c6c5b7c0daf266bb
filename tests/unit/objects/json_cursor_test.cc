#include "objects/json_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

namespace tutti::objects {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool Accepts(std::string_view text) {
  JsonIndex index;
  if (!index.Build(text).ok()) return false;
  JsonCursor cursor(index);
  cursor.Skip();
  return cursor.Finish();
}

std::string Problem(std::string_view text) {
  JsonIndex index;
  if (absl::Status status = index.Build(text); !status.ok()) return std::string(status.message());
  JsonCursor cursor(index);
  cursor.Skip();
  cursor.Finish();
  return std::string(cursor.status().message());
}

TEST(JsonCursorTest, AcceptsExactlyTheGrammar) {
  for (const char* good :
       {"{}", "[]", "null", "true", "false", "0", "-0", "1.5e+3", "\"\"", " [ ] ", "[[],{}]",
        R"({"a":{"b":[1,2,{"c":null}]},"d":"e"})", R"("with \"escapes\" \\")", "\t[1 ,\n2]\r"}) {
    EXPECT_TRUE(Accepts(good)) << good << ": " << Problem(good);
  }
  for (const char* bad : {"",
                          " ",
                          "{",
                          "}",
                          "[",
                          "]",
                          "[1,]",
                          "[,1]",
                          "[1 2]",
                          "{\"a\"}",
                          "{\"a\":}",
                          "{\"a\":1,}",
                          "{,}",
                          "{1:2}",
                          "[1}",
                          "{\"a\":1]",
                          "nul",
                          "True",
                          "01",
                          "-",
                          "1.",
                          ".5",
                          "1e",
                          "+1",
                          "\"open",
                          "[\"a\"b]",
                          "[\"a\" \"b\"]",
                          "{} {}",
                          "1 2",
                          "[tru e]",
                          "{\"a\":1 \"b\":2}",
                          "{\"a\",1}",
                          "[1:2]",
                          "\"\x01\"",
                          "\"\xff\"",
                          "[\"a\\\"]"}) {
    EXPECT_FALSE(Accepts(bad)) << bad;
  }
}

// The same judgement as another parser, on text that is nearly JSON.
TEST(JsonCursorTest, AgreesWithAnotherParserOnMutatedText) {
  const std::string base =
      R"({"metadata":{"name":"a","n":-1.5e2,"list":[1,true,null,"x\"y",{}]},"e":[[]],"z":false})";
  const uint64_t seed = 20261124;
  SCOPED_TRACE("seed 20261124");
  std::mt19937_64 random(seed);
  static constexpr std::string_view kBytes = "{}[],:\"\\ \n0129-+.eEtrufalsn";
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = base;
    for (uint64_t i = 1 + random() % 3; i > 0; --i) {
      const size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text[at] = kBytes[random() % kBytes.size()];
      } else {
        text.erase(at, 1);
      }
    }
    const bool other = nlohmann::json::accept(text);
    const bool ours = Accepts(text);
    accepted += ours ? 1 : 0;
    // Escapes are not looked into, so ours may take a string that the other does not.
    if (text.find('\\') != std::string::npos && ours && !other) continue;
    ASSERT_EQ(ours, other) << text;
  }
  EXPECT_GT(accepted, 500);
}

TEST(JsonCursorTest, DepthIsBoundedAndNoStackIsUsed) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Accepts(nested(64)));
  EXPECT_THAT(Problem(nested(65)), HasSubstr("deeper than 64"));
  EXPECT_THAT(Problem(nested(1'000'000)), HasSubstr("deeper than 64"));
}

TEST(JsonCursorTest, ReadsFieldsAndGivesTheTextOfValues) {
  const std::string text = R"( {"a" : "x" , "b":[ {"k":1} , 2 ], "c": null,"d":-7,"e":true} )";
  JsonIndex index;
  ASSERT_TRUE(index.Build(text).ok());
  JsonCursor cursor(index);
  ASSERT_TRUE(cursor.BeginObject());
  std::string_view key;
  std::string_view value;
  ASSERT_TRUE(cursor.NextField(key));
  EXPECT_EQ(key, "a");
  ASSERT_TRUE(cursor.TakeString(value));
  EXPECT_EQ(value, "x");
  ASSERT_TRUE(cursor.NextField(key));
  const size_t mark = cursor.Mark();
  ASSERT_TRUE(cursor.BeginArray());
  ASSERT_TRUE(cursor.NextItem());
  EXPECT_EQ(cursor.Skip(), R"({"k":1})");
  ASSERT_TRUE(cursor.NextItem());
  EXPECT_EQ(cursor.Skip(), "2");
  EXPECT_FALSE(cursor.NextItem());
  EXPECT_EQ(cursor.Since(mark), R"([ {"k":1} , 2 ])");
  ASSERT_TRUE(cursor.NextField(key));
  EXPECT_TRUE(cursor.TakeNull());
  int64_t number = 0;
  ASSERT_TRUE(cursor.NextField(key));
  EXPECT_TRUE(cursor.TakeInteger(number));
  EXPECT_EQ(number, -7);
  bool flag = false;
  ASSERT_TRUE(cursor.NextField(key));
  EXPECT_TRUE(cursor.TakeBool(flag));
  EXPECT_TRUE(flag);
  EXPECT_FALSE(cursor.NextField(key));
  EXPECT_TRUE(cursor.Finish());
}

// nullopt: an error.
std::optional<std::vector<std::string>> Strings(std::string_view text, bool at_once) {
  JsonIndex index;
  if (!index.Build(text).ok()) return std::nullopt;
  JsonCursor cursor(index);
  std::vector<std::string_view> raw;
  cursor.BeginArray();
  if (at_once) cursor.TakeStrings(3, 4, raw);
  for (std::string_view one; cursor.NextItem() && cursor.TakeString(one);) raw.push_back(one);
  if (!cursor.Finish()) return std::nullopt;
  return std::vector<std::string>(raw.begin(), raw.end());
}

TEST(JsonCursorTest, StringsTakenAtOnceAreThoseTakenOneByOne) {
  for (const char* text :
       {"[]", "[ ]", R"(["a"])", R"(["a","b"])", R"(["a","b","c","d","e"])", R"(["a" ,"b"])",
        R"(["a", "b"])", R"(["",""])", R"(["a","longer","b"])", R"(["a\"","b\\","c"])", R"(["a",])",
        R"(["a",1,"b"])", R"(["a","b",{}])", R"(["a","b")", R"(["a":"b"])", R"([["a"],"b"])",
        R"({"a":"b"})", R"(["a","b"],"c")"}) {
    EXPECT_EQ(Strings(text, true), Strings(text, false)) << text;
  }
}

TEST(JsonCursorTest, TheFirstErrorSticksAndNamesItsPlace) {
  const std::string text = R"({"a":1.5,"b":})";
  JsonIndex index;
  ASSERT_TRUE(index.Build(text).ok());
  JsonCursor cursor(index);
  std::string_view key;
  int64_t number = 0;
  ASSERT_TRUE(cursor.BeginObject() && cursor.NextField(key));
  EXPECT_FALSE(cursor.TakeInteger(number));
  EXPECT_FALSE(cursor.NextField(key));
  EXPECT_EQ(cursor.Skip(), "");
  EXPECT_THAT(std::string(cursor.status().message()),
              ::testing::AllOf(HasSubstr("at byte 5"), HasSubstr("an integer")));
}

TEST(JsonCursorTest, StringsAreEscapedAndUnescaped) {
  std::string plain;
  ASSERT_TRUE(UnescapeJson(R"(a\u002db\"\\\ud83d\ude00)", plain));
  EXPECT_EQ(plain, "a-b\"\\\xF0\x9F\x98\x80");
  EXPECT_FALSE(UnescapeJson(R"(\x)", plain));
  EXPECT_FALSE(UnescapeJson(R"(\ud83d)", plain));
  for (const char* text : {"", "node-1", "quote\" back\\ tab\t", "\xC3\xA4", "bad \xFF byte"}) {
    std::string json;
    AppendJsonString(json, text);
    EXPECT_TRUE(nlohmann::json::accept(json)) << json;
  }
}

}  // namespace
}  // namespace tutti::objects
