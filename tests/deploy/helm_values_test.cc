// The chart's values (deploy/helm/tutti) know every key of the configuration but those that the
// chart sets by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <set>
#include <string>

#include "config/reference.h"
#include "nlohmann/json.hpp"

namespace tutti::config {
namespace {

using nlohmann::json;
using ::testing::ContainerEq;

constexpr char kSchema[] = TUTTI_SOURCE_DIR "/deploy/helm/tutti/values.schema.json";

// Addresses, certificates and who leads follow from how the chart runs Tutti.
const std::set<std::string> kOfTheChart = {"apiVersion",
                                           "kind",
                                           "clientConnection.kubeconfig",
                                           "clientConnection.context",
                                           "extender.listen",
                                           "extender.allowInsecure",
                                           "extender.tls.certFile",
                                           "extender.tls.keyFile",
                                           "extender.tls.clientCAFile",
                                           "webhook.enabled",
                                           "webhook.listen",
                                           "webhook.certFile",
                                           "webhook.keyFile",
                                           "webhook.dnsNames",
                                           "webhook.secretName",
                                           "webhook.secretNamespace",
                                           "webhook.register.name",
                                           "webhook.register.url",
                                           "webhook.register.serviceName",
                                           "webhook.register.serviceNamespace",
                                           "webhook.register.validatingServiceName",
                                           "webhook.register.servicePort",
                                           "webhook.register.caFile",
                                           "metrics.listen",
                                           "leaderElection.mode",
                                           "leaderElection.leaseName",
                                           "leaderElection.leaseNamespace",
                                           "leaderElection.identity",
                                           "leaderElection.labelPod"};

std::string Below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

void AddLeaves(const YAML::Node& node, const std::string& path, std::set<std::string>& leaves) {
  if (!node.IsMap() || node.size() == 0) {
    leaves.insert(path);
    return;
  }
  for (const auto& entry : node) AddLeaves(entry.second, Below(path, entry.first.Scalar()), leaves);
}

void AddLeaves(const json& schema, const std::string& path, std::set<std::string>& leaves) {
  if (!schema.contains("properties")) {
    leaves.insert(path);
    return;
  }
  EXPECT_EQ(schema.value("additionalProperties", true), false) << path << " takes unknown keys";
  for (const auto& [key, value] : schema["properties"].items())
    AddLeaves(value, Below(path, key), leaves);
}

TEST(HelmValuesTest, EveryKeyIsInTheSchemaOrSetByTheChart) {
  std::set<std::string> ours;
  AddLeaves(YAML::Load(DefaultsYaml()), "", ours);
  std::ifstream file(kSchema);
  std::set<std::string> known = kOfTheChart;
  AddLeaves(json::parse(file).at("properties").at("configuration"), "", known);
  EXPECT_THAT(known, ContainerEq(ours)) << "mend " << kSchema;
}

}  // namespace
}  // namespace tutti::config
