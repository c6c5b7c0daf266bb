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
#include "tutti/gang_view.h"
#include "tutti/plugin/filter.h"
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

}  // namespace tutti::remote
