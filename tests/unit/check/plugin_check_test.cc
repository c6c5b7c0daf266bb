// Good plugins pass; each way of breaking the contract is found, named, and survived.
#include "check/plugin_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/temp_folder.h"

namespace tutti::check {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tutti::testing::TempFolder;

constexpr char kHead[] = "apiVersion: tutti.dev/v1alpha1\nkind: TuttiConfiguration\nplugins:\n";

std::string Broken(const std::string& name) {
  return std::string(TUTTI_CHECK_OBJECTS) + "/" + name + "_so.so";
}
std::string Good(const std::string& name) {
  return std::string(TUTTI_TEST_OBJECTS) + "/" + name + "_so.so";
}

// `entry`: "name: X, args: {...}"; empty: no configuration.
CheckReport Check(const std::string& file, const std::string& entry = "",
                  std::chrono::milliseconds limit = std::chrono::seconds(120)) {
  const TempFolder folder;
  CheckOptions options{file, "", limit};
  if (!entry.empty())
    options.config = folder.Write("tutti.yaml", std::string(kHead) + "- {" + entry + "}\n");
  const auto report = CheckPlugin(options);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : CheckReport();
}

auto Failure(const char* probe, const char* message) {
  return AllOf(Field(&Finding::severity, Severity::kFailure), Field(&Finding::probe, probe),
               Field(&Finding::message, HasSubstr(message)));
}

struct GoodPlugin {
  const char* file;
  const char* entry;
};

class GoodPluginTest : public ::testing::TestWithParam<GoodPlugin> {};

TEST_P(GoodPluginTest, Passes) {
  const CheckReport report = Check(Good(GetParam().file), GetParam().entry);
  EXPECT_TRUE(report.passed()) << ToText(report);
  EXPECT_EQ(report.probes.size(), 20u);
  EXPECT_THAT(report.points, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(
    PluginCheck, GoodPluginTest,
    ::testing::Values(
        GoodPlugin{"fragmentation_gradient",
                   "name: FragmentationGradient, args: {typicalPods: [{cpuMilli: 1000, gpuMilli: "
                   "500, weight: 1}]}"},
        GoodPlugin{"gang_limits", "name: GangLimits, args: {maxMembers: 8}"},
        GoodPlugin{"gang_preemption", "name: GangPreemption"},
        GoodPlugin{"namespace_limits",
                   "name: NamespaceLimits, args: {limits: [{namespace: default, resource: cpu, "
                   "amount: 100000}]}"},
        GoodPlugin{"keep_free", "name: KeepFree, args: {resource: cpu, amount: 1000}"},
        GoodPlugin{
            "hierarchical_queues",
            "name: HierarchicalQueues, args: {halfLife: 1h, defaultQueue: a, queues: [{name: "
            "a}, {name: b, parent: a}, {name: c, limit: {cpu: 4}}]}"},
        GoodPlugin{"node_headroom", "name: NodeHeadroom, args: {percent: 90}"},
        GoodPlugin{"node_resources_fit",
                   "name: NodeResourcesFit, args: {scoringStrategy: {type: LeastAllocated}}"},
        GoodPlugin{"random_node", ""}, GoodPlugin{"smallest_first", ""},
        GoodPlugin{"topology_domains", "name: TopologyDomains, args: {levels: [rack, zone]}"}),
    [](const auto& param) { return std::string(param.param.file); });

TEST(PluginCheckTest, AReportSaysWhoItIs) {
  const CheckReport report =
      Check(Good("keep_free"), "name: KeepFree, args: {resource: cpu, amount: 1000}");
  EXPECT_EQ(report.name, "KeepFree");
  EXPECT_EQ(report.version, "1");
  EXPECT_THAT(report.points, ElementsAre("Filter"));
  EXPECT_THAT(report.reasons, ElementsAre("KeepFree"));
  ASSERT_EQ(report.speeds.size(), 1u);
  EXPECT_EQ(report.speeds[0].point, "Filter");
  EXPECT_GT(report.speeds[0].ns_per_node, 0);
}

struct Fault {
  const char* fault;
  const char* probe;
  const char* says;
};

class FaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultTest, IsFoundAndNamed) {
  const CheckReport report =
      Check(Broken("misfit"), std::string("name: Misfit, args: {fault: ") + GetParam().fault + "}");
  EXPECT_THAT(report.findings, Contains(Failure(GetParam().probe, GetParam().says)))
      << ToText(report);
  EXPECT_FALSE(report.passed());
}

INSTANTIATE_TEST_SUITE_P(
    PluginCheck, FaultTest,
    ::testing::Values(
        Fault{"crash while made", "configuration", "it crashed: signal 6"},
        Fault{"know every key", "configuration", "claims to know the key"},
        Fault{"declare anew", "declarations", "made twice, it declares"},
        Fault{"crash", "contract", "it crashed: signal 6"},
        Fault{"exit", "contract", "ended the process with status 7"},
        Fault{"write into every file", "contract", "files that it has not opened"},
        Fault{"throw", "contract", "Filter threw: a tantrum"},
        Fault{"PreFilter waits", "contract", "PreFilter answered Wait"},
        Fault{"PreScore refuses", "contract", "PreScore answered Unschedulable"},
        Fault{"pass others", "contract", "Filter passed a node that is no candidate"},
        Fault{"score 101", "contract", "Score gave 101 for node"},
        Fault{"overflow", "contract", "expected 0 to 100 (asked about nodes with huge amounts)"},
        Fault{"refuse all without a reason", "verdicts", "the undeclared reason 77"},
        Fault{"judge others", "verdicts", "which was no candidate"},
        Fault{"undeclared reason", "verdicts", "the undeclared reason 99"},
        Fault{"no reason", "verdicts", "for no reason"},
        Fault{"diagnose nothing", "verdicts", "and diagnosed 0"},
        Fault{"look at the neighbours", "verdicts", "alone otherwise than among the others"},
        Fault{"score nobody", "scores", "no score"},
        Fault{"score everybody", "scores", "which is no candidate"},
        Fault{"normalize one to 200", "scores", "NormalizeScore of 1 scores gave 200"},
        Fault{"count questions", "repeatable", "asked the same again"},
        Fault{"look at the clock", "repeatable", "a day later"},
        Fault{"tell instances apart", "repeatable", "a second instance"},
        Fault{"tell threads apart", "threads", "4 cycles ran at once"},
        Fault{"PreEnqueue skips", "gangs", "PreEnqueue answered Skip"},
        Fault{"hold without a reason", "gangs", "Pending (no reason"},
        Fault{"PlacementGenerate waits", "gangs", "PlacementGenerate answered Wait"},
        Fault{"place on nothing", "gangs", "that hold no node"},
        Fault{"generate anew", "gangs", "twice, and not alike"},
        Fault{"too many domains", "gangs", "4097 domains"},
        Fault{"placement scores -1", "gangs", "PlacementScore gave -1"},
        Fault{"claim to be node-local", "scores", "calls itself node-local and gave"},
        Fault{"select what does not fit", "devices", "that does not fit"},
        Fault{"select too few", "devices", "gave 1 devices of node"},
        Fault{"select anew", "devices", "when asked the same again"},
        Fault{"PostFilter waits", "post-filter",
              "PostFilter answered Wait: expected Success, Skip"},
        Fault{"PostFilter throws", "post-filter", "PostFilter threw: a tantrum"},
        Fault{"PostFilter fails", "post-filter", "PostFilter answered Error: no luck"},
        Fault{"PostFilter refuses for nothing", "post-filter", "the undeclared reason 66"},
        Fault{"PostFilter forgets", "post-filter", "PostFilter answered"},
        Fault{"nominate nothing", "post-filter", "nominated rows that hold no node"},
        Fault{"SelectVictims refuses", "victims", "expected Success, Skip or Error"},
        Fault{"SelectVictims throws", "victims", "SelectVictims threw: a tantrum"},
        Fault{"propose strangers", "victims", "a pod that is on none of the nodes"},
        Fault{"propose too many", "victims", "gave 16385 pods: expected at most 16384"},
        Fault{"propose the protected", "victims", "which is not evictable"},
        Fault{"propose its own", "victims", "which is of the gang itself"},
        Fault{"propose twice", "victims", "gave a pod twice"},
        Fault{"propose anew", "victims", "twice, and not alike"},
        Fault{"Reserve waits", "reserve", "Reserve answered Wait: expected Success, Pending"},
        Fault{"Reserve throws", "reserve", "Reserve threw: a tantrum"},
        Fault{"Reserve refuses for nothing", "reserve", "Pending (no reason"},
        Fault{"enter what is refused", "reserve", "times this refusal"},
        Fault{"Unreserve throws", "reserve", "Unreserve threw: a tantrum"},
        Fault{"forget to unreserve", "reserve", "Unreserve of all that Reserve has entered"},
        Fault{"unreserve all but one", "reserve", "nothing of them may be left"},
        Fault{"unreserve by the call", "reserve", "nothing of them may be left"},
        Fault{"miss what was bound", "reserve", "its pods were bound (was_reserved) and removed"},
        Fault{"Permit skips", "bind", "Permit answered Skip: expected Success, Wait"},
        Fault{"Permit throws", "bind", "Permit threw: a tantrum"},
        Fault{"Permit refuses for nothing", "bind", "the undeclared reason 55"},
        Fault{"wait without end", "bind", "Wait with a timeout of 0 ns: expected more than zero"},
        Fault{"wait back in time", "bind", "Wait with a timeout of -1000000000 ns"},
        Fault{"PreBind waits", "bind", "PreBind answered Wait: expected Success"},
        Fault{"PreBind throws", "bind", "PreBind threw: a tantrum"},
        Fault{"PreBind refuses for nothing", "bind", "the undeclared reason 44"},
        Fault{"annotate for Tutti", "bind", "annotations of tutti.dev are Tutti's own"},
        Fault{"annotate nonsense", "bind", "expected a key like example.com/rank"},
        Fault{"annotate too much", "bind", "expected at most 16384"},
        Fault{"annotate twice", "bind", "example.com/node, which is there already"},
        Fault{"PostBind throws", "bind", "PostBind threw: a tantrum"},
        Fault{"PostBind crashes", "bind", "it crashed: signal 6"},
        Fault{"subscribe to nothing", "events", "gave the kinds 0x0"},
        Fault{"subscribe to what there is not", "events", "gave the kinds 0x100000"},
        Fault{"subscribe anew", "events", "EventsToRegister gave the kinds 0x"},
        Fault{"throw at a node", "events", "ClusterEvent threw: a tantrum"},
        Fault{"throw at a gang", "events", "ClusterEvent threw: a tantrum"},
        Fault{"always less", "queue-order", "before itself"},
        Fault{"less than many", "queue-order", "Less "}),
    [](const auto& param) {
      std::string name = param.param.fault;
      std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
      return name;
    });

TEST(PluginCheckTest, AMisfitThatBehavesPasses) {
  const CheckReport report = Check(Broken("misfit"), "name: Misfit");
  EXPECT_TRUE(report.passed()) << ToText(report);
  // Built for debugging, it may be called slow.
  for (const Finding& finding : report.findings)
    EXPECT_EQ(finding.probe, "speed") << finding.message;
}

struct Hang {
  const char* fault;
  const char* probe;
};

class HangTest : public ::testing::TestWithParam<Hang> {};

TEST_P(HangTest, IsStoppedAndNamed) {
  // The probes before it must have ended by then, on a slow machine as well.
  const CheckReport report =
      Check(Broken("misfit"), std::string("name: Misfit, args: {fault: ") + GetParam().fault + "}",
            std::chrono::seconds(10));
  EXPECT_THAT(report.findings, Contains(Failure(GetParam().probe, "did not return within 10.0 s")));
  EXPECT_THAT(report.probes, Contains("declarations"));
  EXPECT_THAT(report.probes, Not(Contains(GetParam().probe)));
}

INSTANTIATE_TEST_SUITE_P(
    PluginCheck, HangTest,
    ::testing::Values(Hang{"hang", "contract"}, Hang{"PostFilter hangs", "post-filter"},
                      Hang{"SelectVictims hangs", "victims"}, Hang{"Reserve hangs", "reserve"},
                      Hang{"Permit hangs", "bind"}, Hang{"event hangs", "post-filter"}),
    [](const auto& param) {
      std::string name = param.param.fault;
      std::erase(name, ' ');
      return name;
    });

TEST(PluginCheckTest, AWaitThatIsCutIsAWarning) {
  const CheckReport report =
      Check(Broken("misfit"), "name: Misfit, args: {fault: wait for an hour}");
  EXPECT_TRUE(report.passed()) << ToText(report);
  EXPECT_THAT(ToText(report), HasSubstr("warning: Permit waits for 1h: it is cut to 15m"));
}

TEST(PluginCheckTest, AfterACrashTheOtherQuestionsAreStillAsked) {
  const CheckReport report = Check(Broken("misfit"), "name: Misfit, args: {fault: crash}");
  EXPECT_THAT(report.probes, Contains("gangs"));
  EXPECT_THAT(report.probes, Not(Contains("contract")));
}

TEST(PluginCheckTest, NamesThatAreNoneAreWarnings) {
  const CheckReport report = Check(Broken("misfit"), "name: Misfit, args: {fault: bad names}");
  EXPECT_TRUE(report.passed());
  EXPECT_THAT(ToText(report),
              AllOf(HasSubstr("warning: reason \"refused\": expected UpperCamelCase"),
                    HasSubstr("counter \"Nodes-Seen\": expected snake_case")));
}

TEST(PluginCheckTest, AFactoryThatThrowsAtAHugeNumberIsAWarning) {
  const CheckReport report =
      Check(Broken("misfit"), "name: Misfit, args: {fault: throw where a number is huge, size: 2}");
  EXPECT_TRUE(report.passed());
  EXPECT_THAT(ToText(report), HasSubstr("throws where /size is 9223372036854775807"));
}

TEST(PluginCheckTest, WhatAPluginPrintsIsNoPartOfTheAnswer) {
  ::testing::internal::CaptureStdout();
  const CheckReport report = Check(Broken("misfit"), "name: Misfit, args: {fault: print}");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_TRUE(report.passed());
}

TEST(PluginCheckTest, ArgsThatAreWrongAreToldWithTheirPlace) {
  const CheckReport report =
      Check(Good("node_headroom"), "name: NodeHeadroom, args: {percent: 99, percentt: 1}");
  EXPECT_THAT(report.findings, Contains(Failure("configuration", "tutti.yaml:4:")));
  EXPECT_THAT(report.findings, Contains(Failure("configuration", "did you mean \"/percent\"")));
}

TEST(PluginCheckTest, ArgsThatAreMissingAreAskedFor) {
  const CheckReport report = Check(Good("keep_free"));
  EXPECT_THAT(report.findings, Contains(Failure("configuration", "with --config")));
}

TEST(PluginCheckTest, AConfigurationOfOtherPluginsSaysWhichItHas) {
  const CheckReport report = Check(Good("keep_free"), "name: NodeHeadroom");
  EXPECT_THAT(report.findings,
              ElementsAre(Failure("handshake", "no plugin KeepFree (it has: NodeHeadroom)")));
}

TEST(PluginCheckTest, AConfigurationThatIsNoneIsNoReport) {
  const TempFolder folder;
  const auto report = CheckPlugin(
      {Good("keep_free"), folder.Write("t.yaml", "plugins: 7\n"), std::chrono::seconds(9)});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      CheckPlugin({Good("keep_free"), "/nowhere.yaml", std::chrono::seconds(9)}).status().code(),
      absl::StatusCode::kNotFound);
}

struct Refused {
  const char* file;
  const char* says;
};

class RefusedTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedTest, SaysWhyAndAsksNothingElse) {
  const CheckReport report = Check(Broken(GetParam().file));
  EXPECT_THAT(report.findings, ElementsAre(Failure("handshake", GetParam().says)))
      << ToText(report);
  EXPECT_EQ(report.name, "");
}

INSTANTIATE_TEST_SUITE_P(
    PluginCheck, RefusedTest,
    ::testing::Values(Refused{"old_major", "ABI major version: host 1, plugin 0"},
                      Refused{"crashes_while_loaded", "it crashed: signal 6"},
                      Refused{"crashes_when_asked", "it crashed: signal 6"},
                      Refused{"not_all_null", "create is null; destroy is null"},
                      Refused{"nowhere", "there is no such file"}),
    [](const auto& param) { return std::string(param.param.file); });

}  // namespace
}  // namespace tutti::check
