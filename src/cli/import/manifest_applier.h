// ManifestApplier: writes manifests by server-side apply, as the field manager tutti-import.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "importer/manifest_writer.h"
#include "kube/client.h"

namespace tutti::cli {

struct AppliedManifest {
  const importer::Manifest* manifest = nullptr;
  std::string result;  // "created", "configured", "unchanged"
};

class ManifestApplier {
 public:
  // `timeout`: of each request. `patience`: how long it goes on without progress.
  ManifestApplier(kube::Client& client, base::Duration timeout, base::Duration patience)
      : client_(client), timeout_(timeout), patience_(patience) {}

  // Parents first. Nothing is written unless the API server would take all of them: it is asked for
  // each (dryRun=All). What admission webhooks refuse is left out of that, as they see what is
  // there and not what comes along with it; when it is written it is tried again as long as there
  // is patience. What was written when an error ends it is in `applied`. Fields that somebody else
  // has set to other values are his: an error.
  absl::Status Apply(const std::vector<importer::Manifest>& manifests,
                     std::vector<AppliedManifest>& applied);

 private:
  using Replies = std::vector<absl::StatusOr<kube::Response>>;
  using Numbers = std::vector<size_t>;  // of manifests
  using MakeRequest = std::function<kube::Request(const importer::Manifest&)>;

  absl::Status IsServed();
  // Several at a time, but none before those that it depends on.
  void SendAll(const std::vector<importer::Manifest>& manifests, const Numbers& numbers,
               const MakeRequest& make, Replies& replies);
  void WriteAll(const std::vector<importer::Manifest>& manifests, Replies& replies);

  kube::Client& client_;
  const base::Duration timeout_;
  const base::Duration patience_;
};

}  // namespace tutti::cli
