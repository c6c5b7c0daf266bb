#include "queue_specs.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tutti::plugins {
namespace {

constexpr int64_t kMostWeight = 1'000'000;

// The keys of such a map are resources.
struct Resources {
  PluginHost& host;
  ResourceNames& names;
};

Amounts ReadAmounts(Config& config, const Resources& resources, const std::string& pointer) {
  Amounts amounts;
  for (const std::string& name : config.Keys(pointer)) {
    const std::string at = Config::Child(pointer, name);
    const ResourceId resource = resources.host.Resource(name);
    const int64_t amount = config.Amount(at, resource, 0);
    if (resource.valid()) {
      amounts.emplace_back(resource, amount);
      resources.names[resource] = name;
    } else {
      config.Fail(at, "there is no room for another resource: remove one that nobody uses");
    }
  }
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

RunTimeAction ReadRunTimeAction(Config& config, const std::string& at, bool bounded) {
  const std::string pointer = at + "/maxRunTimeAction";
  const std::string action = config.String(pointer, "None", {"None", "Evict", "EvictDeclared"});
  if (action == "Evict" && !bounded)
    config.Fail(pointer, "Evict needs maxRunTime, which says after how long");
  if (action == "EvictDeclared") return RunTimeAction::kEvictDeclared;
  return action == "Evict" ? RunTimeAction::kEvict : RunTimeAction::kNone;
}

QueueSpec::State ReadState(Config& config, const std::string& pointer) {
  const std::string state = config.String(pointer, "Open", {"Open", "Held", "Closed"});
  if (state == "Held") return QueueSpec::State::kHeld;
  return state == "Closed" ? QueueSpec::State::kClosed : QueueSpec::State::kOpen;
}

std::vector<FlavorSpec> ReadFlavors(Config& config, const Resources& resources,
                                    const NodeFlavors& known, const std::string& pointer) {
  std::vector<FlavorSpec> flavors;
  const size_t count = config.Size(pointer);
  for (size_t i = 0; i < count; ++i) {
    const std::string at = pointer + "/" + std::to_string(i);
    FlavorSpec flavor;
    flavor.name = config.String(at + "/name", "");
    const bool twice = std::any_of(flavors.begin(), flavors.end(), [&](const FlavorSpec& other) {
      return other.name == flavor.name;
    });
    if (flavor.name.empty()) {
      config.Fail(at + "/name", "expected the name of a flavor");
    } else if (twice) {
      config.Fail(at + "/name", "flavor " + flavor.name + " is there twice: names are unique");
    } else if (!known.Has(flavor.name)) {
      config.Fail(at + "/name", "there is no flavor " + flavor.name +
                                    ": name one of args.flavors of HierarchicalQueues");
    }
    flavor.limit = ReadAmounts(config, resources, at + "/limit");
    flavors.push_back(std::move(flavor));
  }
  return flavors;
}

}  // namespace

QueueSpec ReadQueueSpec(Config& config, PluginHost& host, const NodeFlavors& flavors,
                        ResourceNames& names, const std::string& at) {
  const Resources resources{host, names};
  QueueSpec spec;
  spec.parent = config.String(at + "/parent", "");
  spec.guaranteed = ReadAmounts(config, resources, at + "/guaranteed");
  spec.limit = ReadAmounts(config, resources, at + "/limit");
  spec.borrow_limit = ReadAmounts(config, resources, at + "/borrowLimit");
  spec.lend_limit = ReadAmounts(config, resources, at + "/lendLimit");
  spec.weight = config.Integer(at + "/weight", 1, 1, kMostWeight);
  spec.priority = config.Integer(at + "/priority", 0, INT32_MIN, INT32_MAX);
  spec.state = ReadState(config, at + "/state");
  spec.strict_fifo = config.String(at + "/queueingStrategy", "BestEffortFIFO",
                                   {"BestEffortFIFO", "StrictFIFO"}) == "StrictFIFO";
  spec.fifo_after = config.Duration(at + "/strictAfter", {});
  spec.max_gangs = config.Integer(at + "/maxRunningGangs", 0, 0);
  spec.user_limit = ReadAmounts(config, resources, at + "/userLimit");
  spec.max_gangs_of_user = config.Integer(at + "/maxRunningGangsPerUser", 0, 0);
  spec.flavors = ReadFlavors(config, resources, flavors, at + "/flavors");
  spec.reclaimable = config.Boolean(at + "/reclaimable", true);
  spec.min_runtime = config.Duration(at + "/minRuntime", {});
  spec.reclaim_delay = config.Duration(at + "/reclaimDelay", {});
  spec.max_run_time = config.Duration(at + "/maxRunTime", {});
  spec.run_time_action = ReadRunTimeAction(config, at, spec.max_run_time.count() > 0);
  for (size_t i = 0; i < config.Size(at + "/namespaces"); ++i)
    spec.namespaces.push_back(config.String(at + "/namespaces/" + std::to_string(i), ""));
  return spec;
}

std::vector<QueueSpec> ReadQueueSpecs(Config& config, PluginHost& host, const NodeFlavors& flavors,
                                      ResourceNames& names) {
  std::vector<QueueSpec> specs;
  const size_t count = config.Size("/queues");
  if (count >= QueueSelectPlugin::kMostQueues) {
    config.Fail("/queues", "expected fewer than " + std::to_string(QueueSelectPlugin::kMostQueues) +
                               " queues");
    return specs;
  }
  for (size_t i = 0; i < count; ++i) {
    const std::string at = "/queues/" + std::to_string(i);
    specs.push_back(ReadQueueSpec(config, host, flavors, names, at));
    specs.back().name = config.String(at + "/name", "");
    if (specs.back().name.empty()) config.Fail(at, "a queue has no name: give it one");
  }
  for (const QueueProblem& problem : ProblemsOf(specs))
    config.Fail("/queues/" + std::to_string(problem.queue) + "/name", problem.text);
  return specs;
}

}  // namespace tutti::plugins
