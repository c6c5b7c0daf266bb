// ImportQueues: the queues of another scheduler as Tutti's, with a report of what was understood,
// changed in meaning, ignored and in conflict. Pure: reads no file and no cluster, writes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

enum class Peer { kVolcano, kKueue, kYuniKorn, kKai, kElasticQuota };

// "volcano", "kueue", "yunikorn", "kai", "elasticquota".
std::optional<Peer> PeerNamed(std::string_view name);
std::vector<std::string_view> PeerNames();

// A kind that holds queues of a peer, and where the API server has it.
struct PeerKind {
  std::string group;
  std::vector<std::string> versions;  // that are read, the newest first
  std::string plural;
  std::string kind;
  std::string alternative = {};  // kinds of one alternative: one of them is enough
  // Objects of these names are read alone, the first that is there and has the key in its data.
  std::vector<std::string> names = {};
  std::string ns = {};
  std::string key = {};
};
std::vector<PeerKind> KindsOf(Peer peer);

// InvalidArgument where none of the objects is of the peer. What else is wrong is a conflict.
absl::StatusOr<Imported> ImportQueues(Peer peer, std::vector<SourceObject> objects);

}  // namespace tutti::importer
