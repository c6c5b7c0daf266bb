// AdmissionReview: the requests and replies of a mutating admission webhook (admission.k8s.io/v1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/effect.h"

namespace tutti::admission {

struct ReviewRequest {
  std::string uid;
  std::string namespace_name;
  bool creates_pod = false;  // operation CREATE, resource pods, no subresource
  bool dry_run = false;
  std::string object;  // the Pod's JSON, followed by 64 bytes of padding that are not part of it
  size_t object_size = 0;

  std::string_view object_json() const { return {object.data(), object_size}; }
};

// One thread at a time.
class ReviewParser {
 public:
  ReviewParser();
  ~ReviewParser();
  // `body` must be followed by 64 readable bytes. InvalidArgument where it is no AdmissionReview.
  absl::StatusOr<ReviewRequest> Parse(std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Always "allowed": a pod is never refused because of us. `patch` is a JSON Patch, or empty.
std::string ReviewReply(std::string_view uid, const std::string& patch,
                        const std::vector<std::string>& warnings);

}  // namespace tutti::admission
