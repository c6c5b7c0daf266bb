#include "cli/yaml_text.h"

#include <gtest/gtest.h>

#include <random>

#include "nlohmann/json.hpp"
#include "yaml-cpp/yaml.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

TEST(YamlTextTest, AsKubectlWritesIt) {
  EXPECT_EQ(*YamlText(R"({"a": {"b": [1, {"c": "x", "d": []}], "e": ""}, "f": [[true]], "g": {}})"),
            "a:\n"
            "  b:\n"
            "  - 1\n"
            "  - c: x\n"
            "    d: []\n"
            "  e: \"\"\n"
            "f:\n"
            "- - true\n"
            "g: {}\n");
  EXPECT_FALSE(YamlText("{").ok());
}

// Everything as yaml-cpp reads it back, texts as texts.
void ExpectSame(const Json& json, const YAML::Node& yaml) {
  if (json.is_object()) {
    ASSERT_TRUE(yaml.IsMap() && yaml.size() == json.size()) << json;
    for (const auto& [key, value] : json.items()) ExpectSame(value, yaml[key]);
  } else if (json.is_array()) {
    ASSERT_TRUE(yaml.IsSequence() && yaml.size() == json.size()) << json;
    for (size_t i = 0; i < json.size(); ++i) ExpectSame(json[i], yaml[i]);
  } else if (json.is_string()) {
    EXPECT_EQ(yaml.Scalar(), json.get<std::string>());
  } else {
    EXPECT_EQ(yaml.Scalar(), json.dump());
  }
}

Json Random(std::mt19937_64& random, int depth) {
  static const std::vector<std::string> texts = {
      "",    "true", "no",  "~",          "null", "12",   "0x1f", "1e3",       "-",
      "- a", "a: b", "#x",  "a #b",       "x\ny", "\"q",  "'q",   "*a",        "&a",
      "!t",  "%",    "@",   "2001-01-01", "{",    "a b ", " a",   "e\xc3\xa9", "n1",
      "cpu", "a,b",  "[x]", "y",          ".5",   "1:20", "off"};
  switch (random() % (depth > 3 ? 3 : 5)) {
    case 0:
      return texts[random() % texts.size()];
    case 1:
      return static_cast<int64_t>(random() % 2000) - 1000;
    case 2:
      return random() % 2 == 0;
    case 3: {
      Json list = Json::array();
      for (size_t i = random() % 4; i > 0; --i) list.push_back(Random(random, depth + 1));
      return list;
    }
    default: {
      Json map = Json::object();
      for (size_t i = random() % 4; i > 0; --i)
        map[texts[random() % texts.size()]] = Random(random, depth + 1);
      return map;
    }
  }
}

TEST(YamlTextTest, RandomDocumentsAreReadBackAsTheyWere) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const Json json = {{"root", Random(random, 0)}};
    const auto text = YamlText(json.dump());
    ASSERT_TRUE(text.ok());
    ASSERT_NO_THROW(ExpectSame(json, YAML::Load(*text))) << *text;
  }
}

}  // namespace
}  // namespace tutti::cli
