#include "kube/escape.h"

#include <gtest/gtest.h>

#include <random>

#include "nlohmann/json.hpp"

namespace tutti::kube {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(EscapeTest, JsonStringsOfEveryKind) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted("\n\t\x01"), R"("\u000a\u0009\u0001")");
  EXPECT_EQ(Quoted("Grüße 𝄞"), "\"Grüße 𝄞\"");
  EXPECT_EQ(Quoted(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(EscapeTest, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(Quoted("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(Quoted("\xC3"), "\"\uFFFD\"");                      // cut in the middle
  EXPECT_EQ(Quoted("\xC0\xAF"), "\"\uFFFD\uFFFD\"");            // overlong
  EXPECT_EQ(Quoted("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");  // surrogate
}

TEST(EscapeTest, AnyBytesBecomeJsonAndValidTextComesBack) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random());
    const auto parsed = nlohmann::json::parse(Quoted(text), nullptr, false);
    ASSERT_TRUE(parsed.is_string()) << Quoted(text);
    for (char& c : text) c = static_cast<char>(c & 0x7F);
    ASSERT_EQ(nlohmann::json::parse(Quoted(text)).get<std::string>(), text);
  }
}

TEST(EscapeTest, QueryKeepsOnlyWhatIsSafe) {
  EXPECT_EQ(EscapeQuery("spec.nodeName!=,a b/ü&x=1"),
            "spec.nodeName%21%3D%2Ca%20b%2F%C3%BC%26x%3D1");
  EXPECT_EQ(EscapeQuery("AZaz09-._~"), "AZaz09-._~");
}

}  // namespace
}  // namespace tutti::kube
