// ProvisioningRequest (autoscaling.x-k8s.io/v1) as we write it and read it back. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace tutti::provisioning {

inline constexpr char kManagedBy[] = "app.kubernetes.io/managed-by";
inline constexpr char kManager[] = "tutti";
inline constexpr char kGangLabel[] = "tutti.dev/gang";
// Of pods, as the Cluster Autoscaler reads them.
inline constexpr char kConsume[] = "autoscaling.x-k8s.io/consume-provisioning-request";
inline constexpr char kClassName[] = "autoscaling.x-k8s.io/provisioning-class-name";

enum class RequestPhase : uint8_t {
  kPending,          // not seen yet, accepted, or being tried
  kProvisioned,      // the nodes are there, or on their way
  kFailed,           // and these three are final
  kBookingExpired,   // the nodes were there and are not kept any longer
  kCapacityRevoked,  // the nodes were there and have gone
};
bool Ended(RequestPhase phase);

// One of ours.
struct ListedRequest {
  std::string namespace_name;
  std::string name;
  std::string uid;
  RequestPhase phase = RequestPhase::kPending;
  std::string message;  // of the condition that says so
  int attempt = 1;
  bool leaving = false;                // deleted, and waits for a finalizer
  std::vector<std::string> templates;  // of ours that it names
};

// Of a list; whatever is not ours is left out. Internal where it is no list.
absl::StatusOr<std::vector<ListedRequest>> ReadRequests(std::string_view list_json);

struct WantedRequest {
  std::string namespace_name;
  std::string name;
  std::string gang_label;
  std::string class_name;
  std::map<std::string, std::string> parameters;
  int attempt = 1;
  nlohmann::json owner;
  struct PodSet {
    nlohmann::json pod_template;  // as PodTemplateOf makes it
    int64_t count = 0;
  };
  std::vector<PodSet> pod_sets;
};
nlohmann::json RequestJson(const WantedRequest& wanted);
nlohmann::json PodTemplateJson(const WantedRequest& wanted, size_t number);

}  // namespace tutti::provisioning
