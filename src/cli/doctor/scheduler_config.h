// SchedulerConfig: what doctor needs to know of kube-scheduler's own configuration file
// (KubeSchedulerConfiguration, kubescheduler.config.k8s.io/v1). Names are its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::cli {

struct ManagedResource {
  std::string name;
  bool ignored_by_scheduler = false;
};

struct ExtenderTlsConfig {
  bool insecure = false;
  std::string cert_file;
  std::string key_file;
  std::string ca_file;
  bool has_data = false;  // certData, keyData or caData
};

struct ExtenderConfig {
  int line = 0;
  std::string url_prefix;
  std::string filter_verb;
  std::string prioritize_verb;
  std::string preempt_verb;
  std::string bind_verb;
  int64_t weight = 0;
  bool enable_https = false;
  bool node_cache_capable = false;
  bool ignorable = false;
  std::optional<base::Duration> http_timeout;
  std::optional<ExtenderTlsConfig> tls;
  std::vector<ManagedResource> managed_resources;
  std::vector<std::string> unknown_keys;
};

struct SchedulerProfile {
  std::string scheduler_name = "default-scheduler";
  std::vector<std::string> disabled_plugins;  // at any point
  std::optional<int64_t> percentage_of_nodes_to_score;
};

struct SchedulerConfig {
  std::string api_version;
  std::string kind;
  std::vector<ExtenderConfig> extenders;
  std::vector<SchedulerProfile> profiles;
  std::optional<int64_t> percentage_of_nodes_to_score;
  bool leader_elect = true;
  std::string lease_name = "kube-scheduler";
  std::string lease_namespace = "kube-system";
};

// InvalidArgument with file:line:column for what is no YAML, or has another type than expected.
absl::StatusOr<SchedulerConfig> ParseSchedulerConfig(std::string_view text,
                                                     const std::string& file);

}  // namespace tutti::cli
