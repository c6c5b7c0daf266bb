// ClusterReader: questions to the API server, with answers as findings where they fail.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/doctor/finding.h"
#include "kube/client.h"

namespace tutti::cli {

class ClusterReader {
 public:
  ClusterReader(kube::Client& client, base::Duration timeout)
      : client_(client), timeout_(timeout) {}

  // The body, with any status below 300; otherwise an error as of kube::ReplyStatus.
  absl::StatusOr<std::string> Get(const std::string& path);
  absl::StatusOr<std::string> Post(const std::string& path, const std::string& body);

  void Add(Verdict verdict, const std::string& check, std::string fact, std::string remedy = {}) {
    findings.push_back({verdict, check, std::move(fact), std::move(remedy)});
  }
  // For an error that says nothing about the cluster itself: we may not look, or got no answer.
  void Skip(const std::string& check, const absl::Status& status, const std::string& right);

  Findings findings;

 private:
  absl::StatusOr<std::string> Send(kube::Request request);

  kube::Client& client_;
  const base::Duration timeout_;
};

}  // namespace tutti::cli
