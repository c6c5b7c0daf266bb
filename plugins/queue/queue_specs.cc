#include "queue_specs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "part_limits.h"
#include "queue_problems.h"
#include "tutti/plugin/queue_select.h"

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
    flavor.guaranteed = ReadAmounts(config, resources, at + "/guaranteed");
    flavor.limit = ReadAmounts(config, resources, at + "/limit");
    flavor.borrow_limit = ReadAmounts(config, resources, at + "/borrowLimit");
    flavor.lend_limit = ReadAmounts(config, resources, at + "/lendLimit");
    flavors.push_back(std::move(flavor));
  }
  return flavors;
}

// As of Kueue's ClusterQueue.
void ReadFungibility(Config& config, const std::string& pointer, QueueSpec& spec) {
  const std::string borrow =
      config.String(pointer + "/whenCanBorrow", "Borrow", {"Borrow", "TryNextFlavor"});
  const std::string preempt =
      config.String(pointer + "/whenCanPreempt", "TryNextFlavor", {"Preempt", "TryNextFlavor"});
  spec.next_before_borrowing = borrow == "TryNextFlavor";
  spec.reclaims_before_next = preempt == "Preempt";
  if (spec.flavors.empty() && (spec.next_before_borrowing || spec.reclaims_before_next))
    config.Fail(pointer,
                "it is about the flavors of the queue, which lists none: list some, or "
                "leave it out to have that of the queue above it");
}

// Those that are named in the list, with their bound. Each once in all of `limits`.
void ReadNames(Config& config, PartKind kind, const std::string& pointer, const PartBound& bound,
               NamedBounds& named) {
  for (size_t i = 0; i < config.Size(pointer); ++i) {
    const std::string at = pointer + "/" + std::to_string(i);
    const std::string name = config.String(at, "");
    if (name.empty() || name == "*") {
      config.Fail(at, kind == PartKind::kUser
                          ? "expected the name of a user: for all others there is userLimit"
                          : "expected the name of a group: for all others there is groupLimit");
    } else if (!named.emplace(AccountOf(kind, name, ""), bound).second) {
      config.Fail(at, AccountOf(kind, name, "") + " is in limits twice: name it once");
    }
  }
}

void ReadLimits(Config& config, const Resources& resources, const std::string& pointer,
                QueueSpec& spec) {
  for (size_t i = 0; i < config.Size(pointer); ++i) {
    const std::string at = pointer + "/" + std::to_string(i);
    const PartBound bound{ReadAmounts(config, resources, at + "/limit"),
                          config.Integer(at + "/maxRunningGangs", 0, 0)};
    ReadNames(config, PartKind::kUser, at + "/users", bound, spec.users);
    ReadNames(config, PartKind::kGroup, at + "/groups", bound, spec.groups);
    if (config.Size(at + "/users") + config.Size(at + "/groups") == 0)
      config.Fail(at, "expected whom it is for: users, groups, or both");
  }
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
  spec.of_user = {ReadAmounts(config, resources, at + "/userLimit"),
                  config.Integer(at + "/maxRunningGangsPerUser", 0, 0)};
  spec.of_group = {ReadAmounts(config, resources, at + "/groupLimit"),
                   config.Integer(at + "/maxRunningGangsPerGroup", 0, 0)};
  ReadLimits(config, resources, at + "/limits", spec);
  spec.flavors = ReadFlavors(config, resources, flavors, at + "/flavors");
  ReadFungibility(config, at + "/flavorFungibility", spec);
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
