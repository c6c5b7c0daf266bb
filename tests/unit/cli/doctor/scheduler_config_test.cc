#include "cli/doctor/scheduler_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SchedulerConfigTest, ReadsWhatItIsAskedFor) {
  const auto config = ParseSchedulerConfig(R"(apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
percentageOfNodesToScore: 50
leaderElection: {leaderElect: false, resourceName: mine}
profiles:
- schedulerName: batch
  plugins:
    preEnqueue:
      disabled: [{name: SchedulingGates}]
extenders:
- urlPrefix: https://tutti:8888
  filterVerb: filter
  weight: 20
  httpTimeout: 30s
  nodeCacheCapable: true
  enableHTTPS: true
  tlsConfig: {caFile: ca, certFile: c, keyFile: k}
  managedResources: [{name: tutti.dev/gang-member, ignoredByScheduler: true}]
  bindVrb: bind
)",
                                           "f");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->percentage_of_nodes_to_score, 50);
  EXPECT_FALSE(config->leader_elect);
  EXPECT_EQ(config->lease_name, "mine");
  EXPECT_EQ(config->profiles.at(0).scheduler_name, "batch");
  EXPECT_THAT(config->profiles[0].disabled_plugins, ElementsAre("SchedulingGates"));
  const ExtenderConfig& extender = config->extenders.at(0);
  EXPECT_EQ(extender.line, 11);
  EXPECT_EQ(extender.weight, 20);
  EXPECT_EQ(extender.http_timeout, std::chrono::seconds(30));
  EXPECT_TRUE(extender.node_cache_capable);
  EXPECT_FALSE(extender.ignorable);
  EXPECT_EQ(extender.tls->key_file, "k");
  EXPECT_TRUE(extender.managed_resources.at(0).ignored_by_scheduler);
  EXPECT_THAT(extender.unknown_keys, ElementsAre("bindVrb"));
}

TEST(SchedulerConfigTest, WhatHasAnotherTypeIsNamedWithItsPlace) {
  const auto error = [](const char* text) {
    return std::string(ParseSchedulerConfig(text, "f").status().message());
  };
  EXPECT_THAT(error("extenders: [{weight: ten}]"), HasSubstr("f:1:22: weight: got"));
  EXPECT_THAT(error("extenders: [{ignorable: \"true\"}]"), HasSubstr("expected true or false"));
  EXPECT_THAT(error("extenders: {}"), HasSubstr("extenders: got"));
  EXPECT_THAT(error("extenders: [1]"), HasSubstr("expected a map in each item"));
  EXPECT_THAT(error("- a"), HasSubstr("expected a KubeSchedulerConfiguration"));
  EXPECT_THAT(error("a: [\n"), HasSubstr("f:"));
}

}  // namespace
}  // namespace tutti::cli
