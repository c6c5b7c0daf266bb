#include "queue_echo.h"

#include <cstring>
#include <limits>
#include <stdexcept>

#include "tutti/cycle_state.h"

namespace tutti::testing {
namespace {

constexpr uint32_t kQueues = 7;

uint64_t Hash(std::string_view text, uint64_t hash) {
  for (const char c : text) hash = Mix(hash, static_cast<unsigned char>(c));
  return Mix(hash, text.size());
}

}  // namespace

const PluginDescriptor& QueueEcho::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "QueueEcho", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<QueueEcho>(config, host);
      }};
  return kDescriptor;
}

QueueEcho::QueueEcho(Config& config, PluginHost& host)
    : host_(host),
      throws_(static_cast<uint64_t>(config.Integer("/throws", 0, 0))),
      held_(host.Reason("EchoHeld", "it is held by an echo")) {}

void QueueEcho::Hear(uint64_t number) { told_ = Mix(told_, number); }
void QueueEcho::Hear(std::string_view text) { told_ = Hash(text, told_); }
void QueueEcho::Hear(const GangView& gang) {
  Hear(gang.name), Hear(gang.namespace_name), Hear(gang.queue), Hear(gang.user);
  Hear(gang.arrival), Hear(static_cast<uint64_t>(gang.duration.count()));
  Hear(gang.classes.size());
}
void QueueEcho::MaybeThrow(uint64_t of) const {
  if (throws_ != 0 && Mix(told_, of) % throws_ == 0) throw std::runtime_error("an echo");
}

std::size_t QueueEcho::queues() const { return kQueues; }

QueueId QueueEcho::QueueOf(const GangView& gang) const {
  MaybeThrow(gang.arrival);
  return QueueId(static_cast<uint32_t>(Hash(gang.queue, Mix(told_, gang.arrival)) % kQueues));
}

void QueueEcho::BeginRound(std::span<const QueueId> waiting) {
  round_.assign(waiting.begin(), waiting.end());
  for (const QueueId queue : waiting) Hear(queue.value);
  MaybeThrow(1);
}

std::optional<QueueId> QueueEcho::NextQueue() {
  MaybeThrow(2);
  if (round_.empty()) return std::nullopt;
  return round_[told_ % round_.size()];
}

bool QueueEcho::Skips(QueueId queue, uint64_t arrival) const {
  MaybeThrow(arrival);
  return Mix(Mix(told_, queue.value), arrival) % 3 != 0;
}

bool QueueEcho::Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) {
  Hear(Mix(queue.value, static_cast<uint64_t>(outcome) * 2 + (more ? 1 : 0)));
  if (gang != nullptr) Hear(*gang);
  MaybeThrow(3);
  const bool stays = more && told_ % 4 != 0;
  if (!stays) std::erase(round_, queue);
  return stays;
}

QueueDescription QueueEcho::Describe(QueueId queue) const {
  MaybeThrow(queue.value);
  const uint64_t digest = Mix(told_, queue.value);
  QueueDescription description;
  description.name = "queue-" + std::to_string(digest);
  description.parent = digest % 2 == 0 ? "" : "above";
  description.state = "State" + std::to_string(digest % 5);
  description.problem = digest % 3 == 0 ? "a problem" : "";
  description.leaf = digest % 5 != 0;
  description.running = static_cast<int64_t>(digest % 1000);
  description.share = static_cast<double>(digest % 997) / 7;
  if (digest % 7 != 0) description.generation = static_cast<int64_t>(digest % 11);
  for (uint64_t i = 0; i < digest % 4; ++i) {
    description.amounts.push_back({ResourceId(static_cast<uint16_t>(i)),
                                   static_cast<int64_t>(digest % (i + 2)),
                                   std::numeric_limits<int64_t>::min(), QueueAmount::kUnlimited});
  }
  return description;
}

// A refusal says of what its numbers are.
Status QueueEcho::PreEnqueue(const GangView& gang, const ClusterView&) const {
  const std::string of = "of queue " + std::string(gang.queue);
  switch (Mix(told_, gang.arrival) % 4) {
    case 0:
      return Status::Pending(held_, 3, 2).With(std::string(of));
    case 1:
      return Status::Unschedulable(held_, 1, 0);
    case 2:
      return Status::UnschedulableAndUnresolvable(held_).With(std::string(of));
    default:
      return Status::Success();
  }
}

Status QueueEcho::Reserve(const GangView& gang, const PlacementView& placement,
                          const ClusterView&) {
  Hear(gang), Hear(placement.nodes.size());
  return told_ % 2 == 0 ? Status::Success() : Status::Pending(held_).With("an echo");
}

void QueueEcho::ReserveAgain(const GangView& gang, const PlacementView& placement,
                             const ClusterView& cluster) {
  Hear("again"), Hear(gang), Hear(placement.nodes.size()), Hear(cluster.blocks.size());
}

void QueueEcho::Unreserve(const GangView& gang, const PlacementView&) { Hear(gang); }

std::vector<ObjectKind> QueueEcho::Watches() const {
  return {{"example.com", {"v2", "v1"}, "echoes"}, {"", {"v1"}, "others"}};
}

void QueueEcho::OnObject(const WatchedObject& object, Config& spec) {
  Hear(object.resource), Hear(object.namespace_name), Hear(object.name);
  Hear(static_cast<uint64_t>(object.generation));
  Hear(static_cast<uint64_t>(spec.Integer("/size", 7, 0, 100)));
  Hear(spec.String("/text", "none"));
  for (const ConfigEntry& entry : spec.entries()) Hear(entry.where);
  // Resources may be asked for here as well; what else was for the factory is not.
  if (spec.Has("/resource")) Hear(host_.Resource(spec.String("/resource", "")).value);
  MaybeThrow(4);
}

void QueueEcho::OnObjectGone(const WatchedObject& object) {
  Hear(object.name), Hear(static_cast<uint64_t>(object.generation));
  MaybeThrow(5);
}

void QueueEcho::CheckObject(const WatchedObject& object, Config& spec) const {
  MaybeThrow(object.name.size());
  spec.Integer("/size", 7, 0, 100);
  if (spec.Has("/text")) spec.Fail("/text", "expected less than " + std::to_string(told_));
}

std::string QueueEcho::Save() const {
  MaybeThrow(6);
  std::string bytes(sizeof told_, '\0');
  std::memcpy(bytes.data(), &told_, sizeof told_);
  return bytes;
}

Status QueueEcho::Restore(std::string_view bytes) {
  if (bytes.size() != sizeof told_)
    return Status::Error("expected 8 bytes, got " + std::to_string(bytes.size()));
  std::memcpy(&told_, bytes.data(), sizeof told_);
  return Status::Success();
}

}  // namespace tutti::testing
