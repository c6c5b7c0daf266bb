// The part of AbiPlugin about queues, watched objects and state.
#include <algorithm>
#include <stdexcept>

#include "loader/abi_plugin.h"
#include "loader/views_to_c.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {
namespace {

tutti_watched_object ToC(const WatchedObject& object) {
  return {.struct_size = sizeof(tutti_watched_object),
          .reserved = 0,
          .resource = abi::ToC(object.resource),
          .namespace_name = abi::ToC(object.namespace_name),
          .name = abi::ToC(object.name),
          .generation = object.generation};
}

}  // namespace

std::size_t AbiPlugin::queues() const {
  StatusToC status;
  const uint32_t queues = api_.queues(self_, status.c());
  status.ThrowIfFailed();
  return std::min<std::size_t>(queues, kMostQueues);
}

QueueId AbiPlugin::QueueOf(const GangView& gang) const {
  StatusToC status;
  const QueueId queue(api_.queue_of(self_, GangToC(gang).c(), status.c()));
  status.ThrowIfFailed();
  return queue;
}

void AbiPlugin::BeginRound(std::span<const QueueId> waiting) {
  StatusToC status;
  api_.begin_round(self_, reinterpret_cast<const uint32_t*>(waiting.data()), waiting.size(),
                   status.c());
  status.ThrowIfFailed();
}

std::optional<QueueId> AbiPlugin::NextQueue() {
  StatusToC status;
  const QueueId queue(api_.next_queue(self_, status.c()));
  status.ThrowIfFailed();
  return queue.valid() ? std::optional(queue) : std::nullopt;
}

bool AbiPlugin::Skips(QueueId queue, uint64_t arrival) const {
  return CountSkipped(queue, {&arrival, 1}) == 1;
}

std::size_t AbiPlugin::CountSkipped(QueueId queue, std::span<const uint64_t> arrivals) const {
  if (api_.skips == nullptr) return 0;
  StatusToC status;
  const std::size_t skipped =
      api_.skips(self_, queue.value, arrivals.data(), arrivals.size(), status.c());
  status.ThrowIfFailed();
  if (skipped > arrivals.size())
    throw std::runtime_error("skips gave " + std::to_string(skipped) + ": expected at most the " +
                             std::to_string(arrivals.size()) + " that it was asked about");
  return skipped;
}

bool AbiPlugin::Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) {
  const GangToC c_gang(gang == nullptr ? GangView() : *gang);
  StatusToC status;
  const bool stays = api_.served(self_, queue.value, gang == nullptr ? nullptr : c_gang.c(),
                                 static_cast<uint32_t>(outcome), more, status.c());
  status.ThrowIfFailed();
  return stays;
}

QueueDescription AbiPlugin::Describe(QueueId queue) const {
  QueueDescription description;
  StatusToC status;
  api_.describe_queue(self_, queue.value, loader::ToC(description), status.c());
  status.ThrowIfFailed();
  return description;
}

std::vector<ObjectKind> AbiPlugin::Watches() const {
  std::vector<ObjectKind> kinds;
  StatusToC status;
  api_.watches(self_, loader::ToC(kinds), status.c());
  status.ThrowIfFailed();
  return kinds;
}

void AbiPlugin::OnObject(const WatchedObject& object, Config& spec) {
  const tutti_watched_object c_object = ToC(object);
  const HostToC::Open open(host_);
  StatusToC status;
  api_.on_object(self_, &c_object, ConfigToC(spec).c(), status.c());
  status.ThrowIfFailed();
}

void AbiPlugin::OnObjectGone(const WatchedObject& object) {
  const tutti_watched_object c_object = ToC(object);
  StatusToC status;
  api_.on_object_gone(self_, &c_object, status.c());
  status.ThrowIfFailed();
}

void AbiPlugin::CheckObject(const WatchedObject& object, Config& spec) const {
  const tutti_watched_object c_object = ToC(object);
  const HostToC::Open open(host_);
  StatusToC status;
  api_.check_object(self_, &c_object, ConfigToC(spec).c(), status.c());
  status.ThrowIfFailed();
}

std::string AbiPlugin::Save() const {
  std::string bytes;
  StatusToC status;
  api_.save_state(self_, loader::ToC(bytes), status.c());
  status.ThrowIfFailed();
  return bytes;
}

Status AbiPlugin::Restore(std::string_view bytes) {
  StatusToC status;
  api_.restore_state(self_, abi::ToC(bytes), status.c());
  return status.Take();
}

}  // namespace tutti::loader
