#include "apps/dialect_names.h"

namespace tutti::apps {
namespace {

std::string DialectName(config::GangDialect dialect) {
  switch (dialect) {
    case config::GangDialect::kAnnotations:
      return "annotations";
    case config::GangDialect::kPodGroup:
      return "podgroup";
    case config::GangDialect::kSchedulerPlugins:
      return "scheduling-x-k8s-io";
    case config::GangDialect::kVolcano:
      return "volcano";
    case config::GangDialect::kYunikorn:
      return "yunikorn";
    case config::GangDialect::kKueue:
      return "kueue";
    case config::GangDialect::kKai:
      return "kai";
    case config::GangDialect::kKoordinator:
      return "koordinator";
    case config::GangDialect::kArmada:
      return "armada";
    case config::GangDialect::kGodel:
      return "godel";
    case config::GangDialect::kSpark:
      return "spark";
    case config::GangDialect::kOwner:
      return "owner";
    case config::GangDialect::kJob:
      return "job";
  }
  return {};
}

}  // namespace

std::vector<std::string> DialectNames(const config::Gang& gang) {
  std::vector<std::string> names;
  for (const config::GangDialect dialect : gang.dialects) names.push_back(DialectName(dialect));
  return names;
}

}  // namespace tutti::apps
