// Answers of a remote plugin, checked: nothing that it says is believed. Internal to src/remote.
//
// What is wrong is InvalidArgument and says: field, fact, expectation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "remote/manifest.h"
#include "remote/remote_queues.h"
#include "tutti/devices.h"
#include "tutti/gang_view.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/status.h"

namespace tutti::remote {

// Any code that there is: which of them the point may answer is its caller's to know.
absl::StatusOr<Status> ReadStatus(const wire::Status& status, const Numbering& numbers);

// How many nodes these masks hold.
uint32_t CountNodes(std::span<const NodeMask> masks);

// Into verdicts[b], which begins with the candidates of blocks[b].
absl::Status ReadVerdicts(const wire::FilterAnswer& answer, const Numbering& numbers,
                          std::span<const NodeBlockView> blocks, std::span<BlockVerdict> verdicts);

// Into scores[b * kNodesPerBlock + offset] for each of candidates[b].
absl::Status ReadScores(const std::string& bytes, std::span<const NodeMask> candidates,
                        std::span<int64_t> scores);
// Of as many as there are.
absl::Status ReadScores(const std::string& bytes, std::span<int64_t> scores);

absl::Status ReadDomains(const wire::PlacementGenerateAnswer& answer, std::vector<Domain>& domains);

// Within the nodes of `cluster`.
absl::Status ReadNomination(const wire::PostFilterAnswer& answer, const ClusterView& cluster,
                            Nomination& nomination);

// None, or as many of `fitting` as the request asks for.
absl::StatusOr<DeviceSet> ReadDevices(const wire::DeviceSelectAnswer& answer,
                                      const DeviceRequest& request, const DeviceSet& fitting);

// 1 to 253 printable characters.
absl::StatusOr<std::string> ReadQueueName(const wire::QueueOfAnswer& answer);
// Of a question about so many queues.
absl::StatusOr<std::vector<QueueTurn>> ReadTurns(const wire::QueueRoundAnswer& answer,
                                                 size_t queues);
// Fails them in `spec`.
absl::Status ReadMistakes(const wire::ObjectCheckAnswer& answer, Config& spec);

// Few enough to be looked at; whether the API takes them is BindPoints' to judge.
absl::Status ReadAnnotations(const wire::PreBindAnswer& answer, BindAnnotations& annotations);

}  // namespace tutti::remote
