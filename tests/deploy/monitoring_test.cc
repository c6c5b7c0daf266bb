// The alerts and the dashboard of deploy/ name metrics, labels and values that exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "obs/metrics.h"

namespace tutti::obs {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAlerts[] = TUTTI_SOURCE_DIR "/deploy/alerts/tutti-alerts.yaml";
constexpr char kDashboard[] = TUTTI_SOURCE_DIR "/deploy/dashboards/tutti.json";

// Series by name, with their labels; those of Prometheus itself are everywhere.
std::map<std::string, std::set<std::string>> Series() {
  static const std::regex kRow(R"(\| `(tutti_\w+)` \| (counter|gauge|histogram) \|([^|]*)\|)");
  static const std::regex kLabel("`(\\w+)`");
  std::map<std::string, std::set<std::string>> series;
  const std::string reference = MetricsReferenceMarkdown();
  for (std::sregex_iterator row(reference.begin(), reference.end(), kRow), end; row != end; ++row) {
    std::set<std::string> labels = {"namespace", "pod"};
    const std::string cell = (*row)[3];
    for (std::sregex_iterator at(cell.begin(), cell.end(), kLabel); at != end; ++at)
      labels.insert((*at)[1]);
    const std::string name = (*row)[1];
    if ((*row)[2] != "histogram") {
      series[name] = labels;
      continue;
    }
    series[name + "_sum"] = series[name + "_count"] = labels;
    labels.insert("le");
    series[name + "_bucket"] = labels;
  }
  return series;
}

// What is wrong with an expression of PromQL, as far as we know.
std::vector<std::string> Problems(const std::string& expression) {
  static const std::map<std::string, std::set<std::string>> kSeries = Series();
  static const std::regex kSelector(R"((tutti_\w+)(?:\{([^}]*)\})?)");
  static const std::regex kMatcher(R"((\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*")");
  static const std::regex kGrouping(R"(\bby \(([^)]*)\))");
  static const std::regex kWord("\\w+");
  const std::sregex_iterator end;
  std::vector<std::string> problems;
  std::set<std::string> known;
  for (std::sregex_iterator at(expression.begin(), expression.end(), kSelector); at != end; ++at) {
    const auto found = kSeries.find((*at)[1]);
    if (found == kSeries.end()) {
      problems.push_back("no such series: " + (*at)[1].str());
      continue;
    }
    known.insert(found->second.begin(), found->second.end());
    const std::string matchers = (*at)[2];
    for (std::sregex_iterator m(matchers.begin(), matchers.end(), kMatcher); m != end; ++m) {
      if (!found->second.contains((*m)[1]))
        problems.push_back(absl::StrFormat("%s has no label %s", found->first, (*m)[1].str()));
    }
  }
  if (known.empty()) problems.push_back("names no metric of ours");
  for (std::sregex_iterator at(expression.begin(), expression.end(), kGrouping); at != end; ++at) {
    const std::string labels = (*at)[1];
    for (std::sregex_iterator word(labels.begin(), labels.end(), kWord); word != end; ++word)
      if (!known.contains(word->str())) problems.push_back("grouped by " + word->str());
  }
  return problems;
}

TEST(MonitoringTest, MistakesInExpressionsAreSeen) {
  EXPECT_THAT(Problems("sum(tutti_leader) > 1"), IsEmpty());
  EXPECT_THAT(Problems("sum by (le) (rate(tutti_plan_duration_seconds_bucket[5m]))"), IsEmpty());
  for (const char* wrong :
       {"up", "tutti_leaders", "tutti_plan_duration_seconds", "tutti_leader_count",
        "tutti_api_requests_total{status=~\"5..\"}", "sum by (verb) (tutti_leader)"})
    EXPECT_THAT(Problems(wrong), Not(IsEmpty())) << wrong;
}

TEST(MonitoringTest, AlertsNameWhatExistsAndSayWhatToDo) {
  std::set<std::string> names;
  for (const YAML::Node& group : YAML::LoadFile(kAlerts)["spec"]["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      const std::string name = rule["alert"].as<std::string>("");
      EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
      EXPECT_THAT(Problems(rule["expr"].as<std::string>("")), IsEmpty()) << name;
      EXPECT_NE(rule["labels"]["severity"].as<std::string>(""), "") << name;
      for (const char* text : {"summary", "description"})
        EXPECT_NE(rule["annotations"][text].as<std::string>(""), "") << name;
    }
  }
  EXPECT_THAT(names, Not(IsEmpty()));
}

TEST(MonitoringTest, TheDashboardShowsWhatExists) {
  std::ifstream file(kDashboard);
  const json dashboard = json::parse(file);
  std::set<int> ids;
  for (const json& panel : dashboard.at("panels")) {
    EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << panel["id"];
    EXPECT_THAT(panel.at("targets"), Not(IsEmpty())) << panel["title"];
    for (const json& target : panel["targets"])
      EXPECT_THAT(Problems(target.at("expr").get<std::string>()), IsEmpty()) << panel["title"];
  }
  EXPECT_THAT(ids, Not(IsEmpty()));
}

}  // namespace
}  // namespace tutti::obs
