#include "sim/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "tests/unit/sim/report/sample_report.h"

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Elements that are open at the end, or closed in the wrong order.
std::vector<std::string> Unbalanced(const std::string& page) {
  std::vector<std::string> open;
  for (size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const size_t end = page.find('>', at);
    if (end == std::string::npos) return {"unfinished tag"};
    if (page[at + 1] == '!' || page[end - 1] == '/') continue;
    const bool closing = page[at + 1] == '/';
    const size_t start = at + (closing ? 2 : 1);
    const std::string name = page.substr(start, page.find_first_of(" >", start) - start);
    if (name == "meta") continue;
    if (!closing) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return {"</" + name + "> at " + std::to_string(at)};
    } else {
      open.pop_back();
    }
  }
  return open;
}

TEST(HtmlReportTest, IsOneWellFormedPageThatFetchesNothing) {
  const std::string page = HtmlReport(SampleReport());
  EXPECT_THAT(Unbalanced(page), IsEmpty());
  EXPECT_THAT(page, HasSubstr("<h1>two racks</h1>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* fetching : {"<script", "src=", "href=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(fetching)));
  }
  if (const char* path = std::getenv("TUTTI_SAMPLE_REPORT")) std::ofstream(path) << page;
}

TEST(HtmlReportTest, HostileNamesStayTexts) {
  const std::string page = HtmlReport(HostileReport());
  EXPECT_THAT(Unbalanced(page), IsEmpty());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\xff")));
  EXPECT_THAT(page, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

TEST(HtmlReportTest, AnEmptyReportSaysSo) {
  const std::string page = HtmlReport(Report{});
  EXPECT_THAT(Unbalanced(page), IsEmpty());
  EXPECT_THAT(page, HasSubstr("No data."));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(HtmlReportTest, SameInputSameBytes) {
  EXPECT_EQ(HtmlReport(SampleReport()), HtmlReport(SampleReport()));
}

}  // namespace
}  // namespace tutti::sim
