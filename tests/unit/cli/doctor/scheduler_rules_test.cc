#include "cli/doctor/scheduler_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

namespace tutti::cli {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::vector<std::string> ChecksThatAre(Verdict verdict, const Findings& findings) {
  std::vector<std::string> checks;
  for (const Finding& finding : findings) {
    if (finding.verdict != verdict) continue;
    checks.push_back(finding.check);
    EXPECT_FALSE(verdict == Verdict::kProblem && finding.remedy.empty()) << finding.check;
  }
  return checks;
}

SchedulerConfig Shipped(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(TUTTI_SOURCE_DIR "/deploy/kube-scheduler/" + name).rdbuf();
  const auto config = ParseSchedulerConfig(text.str(), name);
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

TEST(SchedulerRulesTest, TheFilesThatWeShipAreRight) {
  config::Configuration tutti;
  for (const char* name : {"loopback.yaml", "mtls.yaml"}) {
    const Findings findings = CheckScheduler(Shipped(name), &tutti);
    EXPECT_THAT(ChecksThatAre(Verdict::kProblem, findings), IsEmpty()) << name;
    EXPECT_THAT(ChecksThatAre(Verdict::kWarning, findings), IsEmpty()) << name;
    EXPECT_THAT(ChecksThatAre(Verdict::kSkipped, findings), IsEmpty()) << name;
  }
}

TEST(SchedulerRulesTest, EachMistakeIsFoundByItsOwnCheck) {
  struct Mistake {
    const char* check;
    std::function<void(SchedulerConfig&, ExtenderConfig&)> make;
  };
  const Mistake mistakes[] = {
      {"document", [](auto& s, auto&) { s.api_version = "kubescheduler.config.k8s.io/v1beta3"; }},
      {"extender", [](auto& s, auto&) { s.extenders.clear(); }},
      {"keys", [](auto&, auto& e) { e.unknown_keys = {"bindVrb"}; }},
      {"filterVerb", [](auto&, auto& e) { e.filter_verb = "predicate"; }},
      {"bindVerb", [](auto&, auto& e) { e.bind_verb.clear(); }},
      {"preemptVerb", [](auto&, auto& e) { e.preempt_verb.clear(); }},
      {"weight", [](auto&, auto& e) { e.prioritize_verb = "prioritize"; }},
      {"bind-once", [](auto& s, auto&) { s.extenders.push_back(s.extenders[0]); }},
      {"nodeCacheCapable", [](auto&, auto& e) { e.node_cache_capable = false; }},
      {"ignorable", [](auto&, auto& e) { e.ignorable = true; }},
      {"httpTimeout", [](auto&, auto& e) { e.http_timeout = std::chrono::seconds(5); }},
      {"transport", [](auto&, auto& e) { e.url_prefix = "http://10.0.0.1:8888"; }},
      {"transport", [](auto&, auto& e) { e.url_prefix = "https://10.0.0.1:8888"; }},
      {"urlPrefix", [](auto&, auto& e) { e.url_prefix = "127.0.0.1:8888"; }},
      {"managedResources",
       [](auto&, auto& e) {
         e.managed_resources = {{"example.com/gpu", false}};
       }},
      {"managedResources",
       [](auto&, auto& e) {
         e.managed_resources = {{"tutti.dev/gang-member", false}};
       }},
      {"profiles",
       [](auto& s, auto&) {
         s.profiles = {{"default-scheduler", {"SchedulingGates"}, {}}};
       }},
      {"leaderElection", [](auto& s, auto&) { s.leader_elect = false; }},
      {"leaderElection", [](auto& s, auto&) { s.lease_name = "other"; }},
  };
  config::Configuration tutti;
  tutti.leader_election.mode = config::LeaderElectionMode::kFollow;
  for (const Mistake& mistake : mistakes) {
    SchedulerConfig scheduler = Shipped("loopback.yaml");
    mistake.make(scheduler, scheduler.extenders[0]);
    EXPECT_THAT(ChecksThatAre(Verdict::kProblem, CheckScheduler(scheduler, &tutti)),
                Contains(std::string("scheduler/") + mistake.check));
  }
}

TEST(SchedulerRulesTest, WhatOnlyCostsIsAWarning) {
  config::Configuration tutti;
  SchedulerConfig scheduler = Shipped("loopback.yaml");
  scheduler.percentage_of_nodes_to_score = 30;
  scheduler.extenders[0].prioritize_verb = "prioritize";
  scheduler.extenders[0].weight = 1;
  tutti.webhook.enabled = true;
  tutti.webhook.mark_pods = true;
  const Findings findings = CheckScheduler(scheduler, &tutti);
  EXPECT_THAT(ChecksThatAre(Verdict::kProblem, findings), IsEmpty());
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning, findings),
              ::testing::ElementsAre("scheduler/weight", "scheduler/managedResources",
                                     "scheduler/percentageOfNodesToScore"));
}

TEST(SchedulerRulesTest, AnotherPortThanTuttisIsShown) {
  config::Configuration tutti;
  tutti.extender.listen = "127.0.0.1:9999";
  EXPECT_THAT(ChecksThatAre(Verdict::kWarning, CheckScheduler(Shipped("loopback.yaml"), &tutti)),
              Contains("scheduler/urlPrefix"));
}

TEST(SchedulerRulesTest, WithoutTuttisFileWhatDependsOnItIsSkipped) {
  EXPECT_THAT(ChecksThatAre(Verdict::kSkipped, CheckScheduler(Shipped("loopback.yaml"), nullptr)),
              ::testing::ElementsAre("scheduler/leaderElection"));
}

}  // namespace
}  // namespace tutti::cli
