#include "remote/answer_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/shown.h"
#include "base/status_macros.h"
#include "tutti/plugin/placement.h"

namespace tutti::remote {
namespace {

constexpr size_t kLongestMessage = 1024;
constexpr size_t kLongestDomainName = 253;
constexpr size_t kLongestQueueName = 253;
constexpr size_t kMostTurns = 65'536;
constexpr int kMostMistakes = 100;
constexpr size_t kMaskBytes = sizeof(NodeMask);
constexpr size_t kMostDiagnoses = std::tuple_size_v<decltype(BlockVerdict::Parts::diagnoses)>;

template <class... Args>
absl::Status Wrong(const absl::FormatSpec<Args...>& format, const Args&... args) {
  return absl::InvalidArgumentError(absl::StrFormat(format, args...));
}

absl::Status CheckSize(const char* field, size_t bytes, size_t width, size_t count,
                       const char* each) {
  if (bytes == width * count) return absl::OkStatus();
  return Wrong("%s has %d bytes: expected %d, %d for each of %d %s", field, bytes, width * count,
               width, count, each);
}

NodeMask MaskAt(const std::string& bytes, size_t i) {
  NodeMask mask;
  std::memcpy(mask.words.data(), bytes.data() + i * kMaskBytes, kMaskBytes);
  return mask;
}

bool IsWithin(const NodeMask& inner, NodeMask outer) {
  outer &= inner;
  return outer == inner;
}

absl::StatusOr<ReasonId> ReasonOf(const char* field, uint32_t number, const Numbering& numbers) {
  if (number < numbers.reasons.size()) return numbers.reasons[number];
  return Wrong("%s: reason %d, expected less than the %d that it has declared", field, number,
               numbers.reasons.size());
}

// Each block's diagnoses, as it says.
absl::Status ReadDiagnoses(const wire::FilterAnswer& answer, const Numbering& numbers,
                           std::span<const NodeBlockView> blocks,
                           std::vector<BlockVerdict::Parts>& parts) {
  std::vector<size_t> used(parts.size(), 0);
  for (const wire::Diagnosis& of : answer.diagnoses()) {
    size_t b = 0;
    while (b < blocks.size() && blocks[b].first / kNodesPerBlock != of.block()) ++b;
    if (b == blocks.size())
      return Wrong("diagnoses: block %d, expected one of the request's", of.block());
    if (used[b] == kMostDiagnoses)
      return Wrong("diagnoses: more than %d for block %d", kMostDiagnoses, of.block());
    if (of.nodes() == 0 || of.nodes() > kNodesPerBlock) {
      return Wrong("diagnoses: %d nodes in block %d, expected 1 to %d", of.nodes(), of.block(),
                   kNodesPerBlock);
    }
    TUTTI_ASSIGN_OR_RETURN(const ReasonId reason, ReasonOf("diagnoses", of.reason(), numbers));
    parts[b].diagnoses[used[b]++] = {reason, of.nodes(), of.need(), of.have()};
  }
  return absl::OkStatus();
}

// The refused nodes of a block whose plugin gives no numbers.
void Count(const NodeMask& refused, BlockVerdict::Parts& parts) {
  if (parts.diagnoses[0].nodes != 0) return;
  BlockVerdict counted(refused);
  refused.ForEach([&](uint32_t i) { counted.Refuse(i, Status::Unschedulable(parts.reasons[i])); });
  parts.diagnoses = counted.parts().diagnoses;
}

}  // namespace

uint32_t CountNodes(std::span<const NodeMask> masks) {
  uint32_t nodes = 0;
  for (const NodeMask& mask : masks) nodes += mask.Count();
  return nodes;
}

absl::StatusOr<Status> ReadStatus(const wire::Status& status, const Numbering& numbers) {
  ReasonId reason;
  if (status.has_reason()) {
    TUTTI_ASSIGN_OR_RETURN(reason, ReasonOf("status", status.reason(), numbers));
  }
  const auto detailed = [&](Status refusal) {
    return std::move(refusal).With(status.message().substr(0, kLongestMessage));
  };
  switch (status.code()) {
    case wire::CODE_SUCCESS:
      return Status::Success();
    case wire::CODE_ERROR:
      return Status::Error(status.message().substr(0, kLongestMessage));
    case wire::CODE_UNSCHEDULABLE:
      return detailed(Status::Unschedulable(reason, status.need(), status.have()));
    case wire::CODE_UNSCHEDULABLE_AND_UNRESOLVABLE:
      return detailed(Status::UnschedulableAndUnresolvable(reason, status.need(), status.have()));
    case wire::CODE_WAIT:
      return detailed(Status::Wait(reason, status.need(), status.have()));
    case wire::CODE_SKIP:
      return Status::Skip();
    case wire::CODE_PENDING:
      return detailed(Status::Pending(reason, status.need(), status.have()));
    default:
      return Wrong("status: code %d, which this host does not know", status.code());
  }
}

absl::Status ReadVerdicts(const wire::FilterAnswer& answer, const Numbering& numbers,
                          std::span<const NodeBlockView> blocks, std::span<BlockVerdict> verdicts) {
  std::vector<size_t> asked;  // those with candidates: what the request listed
  for (size_t b = 0; b < verdicts.size(); ++b) {
    if (!verdicts[b].passing().empty()) asked.push_back(b);
  }
  TUTTI_RETURN_IF_ERROR(
      CheckSize("passing", answer.passing().size(), kMaskBytes, asked.size(), "blocks"));
  TUTTI_RETURN_IF_ERROR(
      CheckSize("unresolvable", answer.unresolvable().size(), kMaskBytes, asked.size(), "blocks"));
  std::vector<BlockVerdict::Parts> parts(verdicts.size());
  std::vector<NodeMask> refused(verdicts.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    const size_t b = asked[i];
    parts[b].passing = MaskAt(answer.passing(), i);
    parts[b].unresolvable = MaskAt(answer.unresolvable(), i);
    if (!IsWithin(parts[b].passing, verdicts[b].passing())) {
      return Wrong("passing: a node of block %d that is no candidate",
                   blocks[b].first / kNodesPerBlock);
    }
    verdicts[b].passing().ForEach([&](uint32_t offset) {
      if (!parts[b].passing.Has(offset)) refused[b].Add(offset);
    });
    if (!IsWithin(parts[b].unresolvable, refused[b])) {
      return Wrong("unresolvable: a node of block %d that it has not refused",
                   blocks[b].first / kNodesPerBlock);
    }
  }
  TUTTI_RETURN_IF_ERROR(CheckSize("reasons", answer.reasons().size(), sizeof(uint16_t),
                                  CountNodes(refused), "nodes that it refuses"));
  size_t next = 0;
  absl::Status wrong;
  for (const size_t b : asked) {
    refused[b].ForEach([&](uint32_t offset) {
      uint16_t number = 0;
      std::memcpy(&number, answer.reasons().data() + next++ * sizeof number, sizeof number);
      const absl::StatusOr<ReasonId> reason = ReasonOf("reasons", number, numbers);
      if (reason.ok()) {
        parts[b].reasons[offset] = *reason;
      } else {
        wrong.Update(reason.status());
      }
    });
  }
  TUTTI_RETURN_IF_ERROR(wrong);
  TUTTI_RETURN_IF_ERROR(ReadDiagnoses(answer, numbers, blocks, parts));
  for (const size_t b : asked) {
    Count(refused[b], parts[b]);
    verdicts[b] = BlockVerdict(parts[b]);
  }
  return absl::OkStatus();
}

absl::Status ReadScores(const std::string& bytes, std::span<const NodeMask> candidates,
                        std::span<int64_t> scores) {
  TUTTI_RETURN_IF_ERROR(
      CheckSize("scores", bytes.size(), sizeof(int64_t), CountNodes(candidates), "candidates"));
  size_t next = 0;
  for (size_t b = 0; b < candidates.size(); ++b) {
    candidates[b].ForEach([&](uint32_t offset) {
      std::memcpy(&scores[b * kNodesPerBlock + offset], bytes.data() + next++ * sizeof(int64_t),
                  sizeof(int64_t));
    });
  }
  return absl::OkStatus();
}

absl::Status ReadScores(const std::string& bytes, std::span<int64_t> scores) {
  TUTTI_RETURN_IF_ERROR(
      CheckSize("scores", bytes.size(), sizeof(int64_t), scores.size(), "candidates"));
  if (!bytes.empty()) std::memcpy(scores.data(), bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::Status ReadDomains(const wire::PlacementGenerateAnswer& answer,
                         std::vector<Domain>& domains) {
  const auto count = static_cast<size_t>(answer.domains().size());
  if (count > PlacementGeneratePlugin::kMostDomains) {
    return Wrong("domains: %d of them, expected at most %d", count,
                 PlacementGeneratePlugin::kMostDomains);
  }
  for (const wire::Domain& from : answer.domains()) {
    if (from.name().size() > kLongestDomainName) {
      return Wrong("domains: a name of %d bytes, expected at most %d", from.name().size(),
                   kLongestDomainName);
    }
    if (from.nodes().size() % kMaskBytes != 0) {
      return Wrong("domains: nodes of %d bytes, expected %d for each block", from.nodes().size(),
                   kMaskBytes);
    }
    Domain domain{from.name(), {}};
    for (size_t b = 0; b < from.nodes().size() / kMaskBytes; ++b)
      domain.nodes.push_back(MaskAt(from.nodes(), b));
    domains.push_back(std::move(domain));
  }
  return absl::OkStatus();
}

absl::Status ReadNomination(const wire::PostFilterAnswer& answer, const ClusterView& cluster,
                            Nomination& nomination) {
  const std::string& bytes = answer.nomination();
  if (bytes.size() % kMaskBytes != 0) {
    return Wrong("nomination has %d bytes: expected %d for each block", bytes.size(), kMaskBytes);
  }
  const size_t blocks = bytes.size() / kMaskBytes;
  if (blocks > cluster.blocks.size()) {
    return Wrong("nomination: %d blocks, expected at most the %d that there are", blocks,
                 cluster.blocks.size());
  }
  std::vector<NodeMask> nodes;
  for (size_t b = 0; b < blocks; ++b) {
    nodes.push_back(MaskAt(bytes, b));
    if (!IsWithin(nodes.back(), cluster.blocks[b].present))
      return Wrong("nomination: a row of block %d that holds no node", b);
  }
  nomination.nodes = std::move(nodes);
  return absl::OkStatus();
}

absl::StatusOr<DeviceSet> ReadDevices(const wire::DeviceSelectAnswer& answer,
                                      const DeviceRequest& request, const DeviceSet& fitting) {
  DeviceSet devices;
  for (uint32_t bits = answer.devices(); bits != 0; bits &= bits - 1) {
    const auto device = static_cast<uint32_t>(std::countr_zero(bits));
    if (!fitting.Has(device)) return Wrong("devices: device %d, expected those that fit", device);
    devices.Add(device);
  }
  if (!devices.empty() && devices.Count() != request.count) {
    return Wrong("devices: %d of them, expected none, or the %d that the pod asks for",
                 devices.Count(), request.count);
  }
  return devices;
}

absl::StatusOr<std::string> ReadQueueName(const wire::QueueOfAnswer& answer) {
  const std::string& name = answer.queue();
  const bool printable =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
  if (name.empty() || name.size() > kLongestQueueName || !printable) {
    return Wrong("queue \"%s\": expected 1 to %d printable characters", base::Shown(name),
                 kLongestQueueName);
  }
  return name;
}

absl::StatusOr<std::vector<QueueTurn>> ReadTurns(const wire::QueueRoundAnswer& answer,
                                                 size_t queues) {
  const auto count = static_cast<size_t>(answer.turns().size());
  if (count > kMostTurns) return Wrong("turns: %d of them, expected at most %d", count, kMostTurns);
  std::vector<QueueTurn> turns;
  turns.reserve(count);
  for (const wire::Turn& from : answer.turns()) {
    if (from.queue() >= queues) {
      return Wrong("turns: queue %d, expected less than the %d of the request", from.queue(),
                   queues);
    }
    if (!std::isfinite(from.share())) return Wrong("turns: a share that is no number");
    turns.push_back({from.queue(), from.gangs(), from.strict(), from.share()});
  }
  return turns;
}

absl::Status ReadMistakes(const wire::ObjectCheckAnswer& answer, Config& spec) {
  if (answer.mistakes().size() > kMostMistakes) {
    return Wrong("mistakes: %d of them, expected at most %d", answer.mistakes().size(),
                 kMostMistakes);
  }
  for (const wire::ArgError& mistake : answer.mistakes())
    spec.Fail(mistake.pointer().substr(0, kLongestMessage),
              mistake.message().substr(0, kLongestMessage));
  return absl::OkStatus();
}

absl::Status ReadAnnotations(const wire::PreBindAnswer& answer, BindAnnotations& annotations) {
  size_t bytes = 0;
  for (const wire::Annotation& from : answer.annotations()) {
    if (from.key().empty()) return Wrong("annotations: an empty key, expected a name");
    bytes += from.key().size() + from.value().size();
  }
  if (bytes > BindAnnotations::kMostBytes) {
    return Wrong("annotations: %d bytes, expected at most %d", bytes, BindAnnotations::kMostBytes);
  }
  for (const wire::Annotation& from : answer.annotations())
    annotations.Add(from.key(), from.value());
  return absl::OkStatus();
}

}  // namespace tutti::remote
