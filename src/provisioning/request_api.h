// RequestApi: the calls to kube-apiserver that provisioning makes, each with its deadline.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kube/client.h"
#include "nlohmann/json.hpp"
#include "provisioning/provisioning_request.h"

namespace tutti::provisioning {

// Any thread but the client's own: every call waits for its reply. Errors as of kube::ReplyStatus.
class RequestApi {
 public:
  explicit RequestApi(kube::Client& client) : client_(client) {}

  absl::StatusOr<std::vector<ListedRequest>> List();
  absl::StatusOr<nlohmann::json> Pod(const std::string& ns, const std::string& name);
  // The templates, then the request. AlreadyExists: a request of that name is there; a template
  // that is left of an earlier one is replaced.
  absl::Status Create(const WantedRequest& wanted);
  // The templates, then the request: what fails is done by the next call. Gone already: OK.
  absl::Status Delete(const ListedRequest& request);
  // Writes into the pod which request it consumes. Gone already: OK.
  absl::Status Mark(const std::string& ns, const std::string& pod, const std::string& request,
                    const std::string& class_name);

 private:
  absl::Status Post(const nlohmann::json& object, const std::string& collection);
  absl::Status CreateTemplate(const WantedRequest& wanted, size_t number);

  kube::Client& client_;
};

}  // namespace tutti::provisioning
