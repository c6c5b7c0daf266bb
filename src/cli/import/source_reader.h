// SourceReader: the objects of another scheduler, from files or from the cluster.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/command_context.h"
#include "importer/import_queues.h"
#include "importer/source_object.h"
#include "kube/client.h"

namespace tutti::cli {

// "-" is the input. InvalidArgument names the file and the place.
absl::StatusOr<std::vector<importer::SourceObject>> ReadSourceFiles(
    CommandContext& context, const std::vector<std::string>& files);

// Every object of the peer's kinds, all pages. FailedPrecondition where a kind is not served.
// `ns`: where the peer's ConfigMap is; empty: where its installation puts it.
absl::StatusOr<std::vector<importer::SourceObject>> ReadSourceCluster(kube::Client& client,
                                                                      base::Duration timeout,
                                                                      importer::Peer peer,
                                                                      const std::string& ns);

}  // namespace tutti::cli
