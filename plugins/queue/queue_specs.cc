#include "queue_specs.h"

#include <algorithm>
#include <charconv>
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

QueueSpec::State ReadState(Config& config, const std::string& pointer) {
  const std::string state = config.String(pointer, "Open", {"Open", "Held", "Closed"});
  if (state == "Held") return QueueSpec::State::kHeld;
  return state == "Closed" ? QueueSpec::State::kClosed : QueueSpec::State::kOpen;
}

QueueSpec ReadQueue(Config& config, const Resources& resources, const std::string& at) {
  QueueSpec spec;
  spec.name = config.String(at + "/name", "");
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
  spec.fifo_after = ReadDuration(config, at + "/strictAfter");
  spec.max_gangs = config.Integer(at + "/maxRunningGangs", 0, 0);
  spec.reclaimable = config.Boolean(at + "/reclaimable", true);
  spec.min_runtime = ReadDuration(config, at + "/minRuntime");
  spec.reclaim_delay = ReadDuration(config, at + "/reclaimDelay");
  for (size_t i = 0; i < config.Size(at + "/namespaces"); ++i)
    spec.namespaces.push_back(config.String(at + "/namespaces/" + std::to_string(i), ""));
  return spec;
}

}  // namespace

std::chrono::nanoseconds ReadDuration(Config& config, std::string_view pointer) {
  const std::string text = config.String(pointer, "0");
  if (text == "0") return {};
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  const int64_t seconds = unit == "s"   ? 1
                          : unit == "m" ? 60
                          : unit == "h" ? 3600
                          : unit == "d" ? 86'400
                                        : 0;
  constexpr int64_t kMost = int64_t{10} * 366 * 86'400;
  if (error != std::errc() || seconds == 0 || value < 0 || value > kMost / seconds) {
    config.Fail(
        pointer,
        "expected a whole number with a unit, such as 90s, 10m, 12h or 7d, got \"" + text + "\"");
    return {};
  }
  return std::chrono::seconds(value * seconds);
}

std::vector<QueueSpec> ReadQueueSpecs(Config& config, PluginHost& host, ResourceNames& names) {
  std::vector<QueueSpec> specs;
  const size_t count = config.Size("/queues");
  if (count == 0) config.Fail("/queues", "expected a list of queues, with at least one");
  if (count >= QueueSelectPlugin::kMostQueues) {
    config.Fail("/queues", "expected fewer than " + std::to_string(QueueSelectPlugin::kMostQueues) +
                               " queues");
    return specs;
  }
  for (size_t i = 0; i < count; ++i)
    specs.push_back(ReadQueue(config, {host, names}, "/queues/" + std::to_string(i)));
  for (const auto& [queue, problem] : ProblemsOf(specs))
    config.Fail("/queues/" + std::to_string(queue) + "/name", problem);
  return specs;
}

}  // namespace tutti::plugins
