#include "check/check_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace tutti::check {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

CheckReport Some() {
  CheckReport report;
  report.file = "/opt/gpu.so";
  report.name = "GpuModel";
  report.version = "1.0";
  report.build = "12.2.0";
  report.points = {"Filter", "Score"};
  report.reasons = {"OtherGpuModel"};
  report.probes = {"handshake", "configuration", "declarations", "contract", "scores"};
  report.findings = {{Severity::kWarning, "declarations", "counter \"X\": expected snake_case"},
                     {Severity::kFailure, "contract", "Score gave 101"},
                     {Severity::kFailure, "verdicts", "it crashed: signal 11"}};
  report.speeds = {{"Filter", 12.34, 5.5}};
  return report;
}

TEST(CheckReportTest, TextHasALineForEachProbeAndItsFindings) {
  EXPECT_EQ(ToText(Some()),
            R"(file      /opt/gpu.so
plugin    GpuModel, version 1.0, built with 12.2.0
points    Filter, Score
reasons   OtherGpuModel
counters  none

ok        handshake       is it a plugin that this version of Tutti takes?
ok        configuration   is its configuration accepted, and are mistakes in it refused?
warning   declarations    are its reasons, counters and fields declared as they should be?
          warning: counter "X": expected snake_case
FAILED    contract        does it keep to its points on empty, odd and huge clusters?
          failure: Score gave 101
FAILED    verdicts        does Filter refuse candidates only, for declared reasons, each alike?
          failure: it crashed: signal 11
ok        scores          are scores written for every candidate, and for nobody else?
not run   repeatable      does the same question get the same answer, also later and elsewhere?
not run   threads         does it answer several threads as it answers one?
not run   gangs           do its gang points keep to what they may answer?
not run   queue-order     is its QueueSort a strict weak order?
not run   post-filter     does PostFilter keep to what it may say of a gang without a place?
not run   victims         does SelectVictims propose only what may be evicted, always alike?
not run   reserve         does Unreserve give back all that Reserve has entered?
not run   bind            do Permit, PreBind and PostBind keep to what they may answer?
not run   events          does it survive the cluster events that it has subscribed to?
not run   devices         does DeviceSelect give devices that fit, always the same ones?
not run   queues          do its queues keep to what a round promises?
not run   objects         does it take every object of the kinds that it watches?
not run   state           is what it saves what it restores, and nothing else believed?
not run   speed           what does a node cost?

speed     Filter          12.3 ns per node (a trivial one: 5.5)

FAILED: 5 probes, 2 failures, 1 warnings
)");
}

TEST(CheckReportTest, JsonHasEverything) {
  const auto json = nlohmann::json::parse(ToJson(Some()));
  EXPECT_EQ(json["name"], "GpuModel");
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["findings"][1]["severity"], "failure");
  EXPECT_EQ(json["findings"][1]["probe"], "contract");
  EXPECT_EQ(json["speeds"][0]["nsPerNode"], 12.34);
  EXPECT_EQ(json["points"].size(), 2u);
}

TEST(CheckReportTest, WarningsAloneDoNotFail) {
  CheckReport report = Some();
  report.findings.resize(1);
  EXPECT_TRUE(report.passed());
  EXPECT_THAT(ToText(report), HasSubstr("\npassed: "));
}

TEST(CheckReportTest, WhatAPluginSaysIsMadeHarmless) {
  CheckReport report = Some();
  report.findings[1].message = "\x1b[31mred\nsecond line\xff";
  report.version = "\x07";
  const std::string text = ToText(report);
  EXPECT_THAT(text, AllOf(HasSubstr("\\x1b[31mred\n          second line"), HasSubstr("\\x07"),
                          Not(HasSubstr("\x1b"))));
  EXPECT_FALSE(nlohmann::json::parse(ToJson(report), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace tutti::check
