// Answers of remote plugins: whatever another process sends is refused in words or is within what
// its question allows.
//
// The input is a ServeResponse as it crosses the wire; every reader is given what it would read.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "remote/answer_reader.h"
#include "remote/manifest.h"
#include "remote/remote_queues.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/placement.h"
#include "tutti/testing/fake_host.h"
#include "tutti/v1/plugin.pb.h"

namespace {

using namespace tutti;          // NOLINT: a test of one file
using namespace tutti::remote;  // NOLINT

void Must(bool holds) {
  if (!holds) std::abort();
}

// True: it was taken. A refusal says why.
template <class Result>
bool Taken(const Result& result) {
  if constexpr (requires { result.status(); }) {
    Must(result.ok() || !result.status().message().empty());
  } else {
    Must(result.ok() || !result.message().empty());
  }
  return result.ok();
}

Numbering Numbers() {
  Numbering numbers;
  numbers.reasons = {ReasonId(40), ReasonId(41)};
  return numbers;
}

// Three blocks; candidates in the first and the last.
std::vector<NodeBlockView> Blocks() {
  std::vector<NodeBlockView> blocks(3);
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    blocks[b].first = b * kNodesPerBlock;
    for (uint32_t i = 0; i < 5; ++i) blocks[b].present.Add(i);
  }
  return blocks;
}

bool IsWithin(const NodeMask& inner, const NodeMask& outer) {
  bool within = true;
  inner.ForEach([&](uint32_t i) { within = within && outer.Has(i); });
  return within;
}

void Filter(const wire::FilterAnswer& answer) {
  const Numbering numbers = Numbers();
  const std::vector<NodeBlockView> blocks = Blocks();
  std::vector<NodeMask> candidates(3);
  candidates[0].Add(1);
  candidates[0].Add(2);
  candidates[2].Add(3);
  std::vector<BlockVerdict> verdicts(candidates.begin(), candidates.end());
  if (!Taken(ReadVerdicts(answer, numbers, blocks, verdicts))) return;
  for (size_t b = 0; b < verdicts.size(); ++b) {
    Must(IsWithin(verdicts[b].passing(), candidates[b]));
    candidates[b].ForEach([&](uint32_t i) {
      const ReasonId reason = verdicts[b].reason(i);
      Must(verdicts[b].passing().Has(i) || reason == ReasonId(40) || reason == ReasonId(41));
      Must(!verdicts[b].passing().Has(i) || !verdicts[b].unresolvable().Has(i));
    });
    Must(IsWithin(verdicts[b].unresolvable(), candidates[b]));
  }
}

void Scores(const std::string& bytes) {
  std::vector<NodeMask> candidates(2);
  candidates[1].Add(0);
  candidates[1].Add(255);
  std::vector<int64_t> scores(2 * kNodesPerBlock);
  static_cast<void>(Taken(ReadScores(bytes, candidates, scores)));
  static_cast<void>(Taken(ReadScores(bytes, std::span(scores).first(3))));
}

// A round by these turns ends, and serves nobody who was not asked about.
void Round(const wire::QueueRoundAnswer& answer) {
  class Asked final : public QueueQuestions {
   public:
    explicit Asked(const wire::QueueRoundAnswer& answer) : answer_(answer) {}
    std::string AskQueueOf(const GangView& gang) const override { return std::string(gang.queue); }
    std::vector<QueueTurn> AskRound(std::span<const QueueUse> queues) const override {
      absl::StatusOr<std::vector<QueueTurn>> turns = ReadTurns(answer_, queues.size());
      return Taken(turns) ? *std::move(turns) : std::vector<QueueTurn>();
    }

   private:
    const wire::QueueRoundAnswer& answer_;
  };
  const Asked asked(answer);
  RemoteQueues queues(asked);
  std::vector<QueueId> waiting;
  for (const char* name : {"a", "b", "c"}) {
    GangView gang;
    gang.queue = name;
    waiting.push_back(queues.QueueOf(gang));
  }
  queues.BeginRound(waiting);
  int served = 0;
  while (const std::optional<QueueId> queue = queues.NextQueue()) {
    Must(queue->value >= 1 && queue->value <= 3);
    Must(++served <= 30);
    queues.Served(*queue, nullptr, static_cast<QueueOutcome>(served % 4), served % 10 != 0);
    if (served == 30) return;
  }
}

void Rest(const wire::ServeResponse& response) {
  std::vector<Domain> domains;
  if (Taken(ReadDomains(response.placement_generate(), domains)))
    Must(domains.size() <= PlacementGeneratePlugin::kMostDomains);
  const std::vector<NodeBlockView> blocks = Blocks();
  Nomination nomination;
  if (Taken(ReadNomination(response.post_filter(), {blocks}, nomination))) {
    Must(nomination.nodes.size() <= blocks.size());
    for (size_t b = 0; b < nomination.nodes.size(); ++b)
      Must(IsWithin(nomination.nodes[b], blocks[b].present));
  }
  DeviceSet fitting;
  for (const uint32_t device : {1U, 3U, 4U}) fitting.Add(device);
  const auto devices = ReadDevices(response.device_select(), {2, 1000}, fitting);
  if (Taken(devices)) Must(devices->empty() || devices->Count() == 2);
  BindAnnotations annotations;
  static_cast<void>(Taken(ReadAnnotations(response.pre_bind(), annotations)));
  const auto name = ReadQueueName(response.queue_of());
  if (Taken(name)) Must(!name->empty() && name->size() <= 253);
  Config spec;
  if (Taken(ReadMistakes(response.object_check(), spec))) Must(spec.errors().size() <= 100);
}

void Handshake(const wire::HandshakeAnswer& answer) {
  const absl::StatusOr<Manifest> manifest = ReadManifest(answer);
  if (!Taken(manifest)) return;
  Must(WhatChanged(*manifest, *manifest).empty());
  Must(manifest->points != 0 || !manifest->arg_errors.empty());
  tutti::testing::FakeHost host;
  static_cast<void>(Numbering::Make(*manifest, host));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wire::ServeResponse response;
  if (!response.ParseFromArray(data, static_cast<int>(size))) return 0;
  static_cast<void>(Taken(ReadStatus(response.status(), Numbers())));
  Handshake(response.handshake());
  Filter(response.filter());
  Scores(response.score().scores());
  Round(response.queue_round());
  Rest(response);
  return 0;
}
