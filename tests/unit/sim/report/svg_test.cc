#include "sim/report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;

TEST(SvgTest, CoordinatesAreShortAndFinite) {
  EXPECT_EQ(Coordinate(12), "12");
  EXPECT_EQ(Coordinate(12.25), "12.2");
  EXPECT_EQ(Coordinate(-0.01), "0");
  EXPECT_EQ(Coordinate(std::nan("")), "0");
}

TEST(SvgTest, ClippingKeepsCharactersWhole) {
  EXPECT_EQ(Clipped("abcd", 4), "abcd");
  EXPECT_EQ(Clipped("abcde", 4), "abc\xe2\x80\xa6");
  EXPECT_EQ(Clipped("\xc3\xa4\xc3\xa4\xc3\xa4", 2), "\xc3\xa4\xe2\x80\xa6");
  EXPECT_EQ(Clipped("abc", 0), "\xe2\x80\xa6");
}

TEST(SvgTest, TextsAndTooltipsAreEscaped) {
  Svg svg(10, 20, "<t>");
  svg.Text(1, 2, "start", "label", "<b>");
  svg.Rect(1, 2, 3, 4, "box", {"a & b", "c\nd"});
  svg.Circle(1, 2, 3, "dot");
  const std::string text = svg.Take();
  EXPECT_THAT(text, HasSubstr("viewBox=\"0 0 10 20\""));
  EXPECT_THAT(text, HasSubstr("<title>&lt;t&gt;</title>"));
  EXPECT_THAT(text, HasSubstr(">&lt;b&gt;</text>"));
  EXPECT_THAT(text, HasSubstr("class=\"box\"><title>a &amp; b\nc\xef\xbf\xbd"
                              "d</title></rect>"));
  EXPECT_THAT(text, HasSubstr("class=\"dot\"/>"));
}

}  // namespace
}  // namespace tutti::sim
