#include "sim/report/json_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/unit/sim/report/sample_report.h"

namespace tutti::sim {
namespace {

TEST(JsonReportTest, EverythingArrives) {
  const Report report = SampleReport();
  const auto json = nlohmann::json::parse(JsonReport(report));
  EXPECT_EQ(json["kind"], "SimulationReport");
  EXPECT_EQ(json["meta"]["seed"], "42");
  EXPECT_EQ(json["meta"]["firstRefused"].size(), 2u);
  EXPECT_EQ(json["scalars"]["utilisation"]["gpu"], 0.8712);
  EXPECT_EQ(json["scalars"]["placed"], 1230);
  EXPECT_EQ(json["utilisation"]["series"].size(), 3u);
  const auto& points = json["queueLength"]["series"][0]["points"];
  EXPECT_EQ(points.size(), report.queue_length.series[0].points.size());
  EXPECT_EQ(json["waits"][1]["class"], "2 to 8 GPUs");
  EXPECT_EQ(json["timeline"]["intervals"].size(), report.timeline.intervals.size());
}

TEST(JsonReportTest, AnEmptyReportIsJson) {
  Report report;
  report.scalars.ave_bsld = std::nan("");
  const auto json = nlohmann::json::parse(JsonReport(report));
  EXPECT_TRUE(json["scalars"]["aveBsld"].is_null());
  EXPECT_TRUE(json["waits"].empty());
}

TEST(JsonReportTest, HostileNamesStayTexts) {
  const auto json = nlohmann::json::parse(JsonReport(HostileReport()));
  EXPECT_EQ(json["meta"]["seed"], "42") << "nothing was overwritten";
  EXPECT_NE(json["meta"]["name"].get<std::string>().find("<script>"), std::string::npos);
}

TEST(JsonReportTest, SameInputSameBytes) {
  EXPECT_EQ(JsonReport(SampleReport()), JsonReport(SampleReport()));
}

}  // namespace
}  // namespace tutti::sim
