#include "sim/report/report_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tutti::sim {
namespace {

const std::string kThin = "\xe2\x80\xaf";
const std::string kReplaced = "\xef\xbf\xbd";

TEST(ReportTextTest, NumbersHaveOneForm) {
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(-0.0), "0");
  EXPECT_EQ(Number(-1e-9), "0");
  EXPECT_EQ(Number(1e15), "1000000000000000");
  EXPECT_EQ(Number(2.0 / 3), "0.666667");
  EXPECT_EQ(Number(std::nan("")), "");
  EXPECT_EQ(Number(std::numeric_limits<double>::infinity()), "");
}

TEST(ReportTextTest, NumbersForPeople) {
  EXPECT_EQ(ShortNumber(0), "0");
  EXPECT_EQ(ShortNumber(0.12345), "0.123");
  EXPECT_EQ(ShortNumber(1.5), "1.5");
  EXPECT_EQ(ShortNumber(92.65), "92.7");
  EXPECT_EQ(ShortNumber(353761.4), "353" + kThin + "761");
  EXPECT_EQ(ShortNumber(-1234), "-1" + kThin + "234");
  EXPECT_EQ(ShortNumber(std::nan("")), "-");
  EXPECT_EQ(Grouped(-1234567), "-1" + kThin + "234" + kThin + "567");
  EXPECT_EQ(Grouped(INT64_MIN).front(), '-');
}

TEST(ReportTextTest, SpansShowTwoUnits) {
  EXPECT_EQ(Span(0), "0 s");
  EXPECT_EQ(Span(250), "250 ms");
  EXPECT_EQ(Span(1'500), "1 s 500 ms");
  EXPECT_EQ(Span(10'500), "10 s");
  EXPECT_EQ(Span(245'000), "4 min 5 s");
  EXPECT_EQ(Span(97'200'000), "1 d 3 h");
  EXPECT_EQ(Span(-1), "-");
  EXPECT_EQ(SpanOfSeconds(1.5), "1 s 500 ms");
  EXPECT_EQ(SpanOfSeconds(std::nan("")), "-");
  EXPECT_EQ(SpanOfSeconds(1e300), "-");
}

TEST(ReportTextTest, TextsAreEscapedForTheirFormat) {
  EXPECT_EQ(HtmlText("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
  EXPECT_EQ(JsonString("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(CsvField("=1+1"), "'=1+1");
  EXPECT_EQ(HtmlText("m\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xbb"),
            "m\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xbb");
}

TEST(ReportTextTest, WhatIsNoTextIsReplaced) {
  EXPECT_EQ(HtmlText("a\xff z"), "a" + kReplaced + " z");
  EXPECT_EQ(HtmlText("\xe2\x82"), kReplaced + kReplaced) << "cut short";
  EXPECT_EQ(HtmlText("\xc0\xaf"), kReplaced + kReplaced) << "overlong";
  EXPECT_EQ(HtmlText("\xed\xa0\x80"), kReplaced + kReplaced + kReplaced) << "surrogate";
  EXPECT_EQ(HtmlText("\xf5\x80"), kReplaced + kReplaced);
  EXPECT_EQ(JsonString("\n"), "\"" + kReplaced + "\"");
  EXPECT_EQ(CsvField("\xe2\x80\xae"), kReplaced) << "right-to-left override";
}

}  // namespace
}  // namespace tutti::sim
