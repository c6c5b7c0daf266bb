// ProvisioningDesk: asks the Cluster Autoscaler for nodes, for gangs that nothing else helps.
//
// One ProvisioningRequest for each such gang, with a PodTemplate for each kind of member. The
// requests themselves are the state: a round lists ours, so that another process goes on where this
// one has ended. What is kept beside them is when a gang was first seen to need nodes, how often it
// was refused, and which pods carry the annotations already.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "kube/backoff.h"
#include "kube/client.h"
#include "kube/event_recorder.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "provisioning/gang_source.h"
#include "provisioning/provisioning_options.h"
#include "provisioning/request_api.h"

namespace tutti::provisioning {

// One thread. All must outlive it. A round makes at most kMostWrites writes; the first call that
// fails for everybody ends it, and the next one comes after a back-off.
class ProvisioningDesk {
 public:
  static constexpr int kMostWrites = 100;
  // Annotations are written anew: a pod may have been replaced by one of the same name.
  static constexpr base::Duration kMarkAgain = std::chrono::minutes(5);

  struct Parts {
    GangSource& gangs;
    kube::Client& client;
    kube::EventRecorder& events;
    const obs::Metrics& metrics;
    const base::Clock& clock;
    obs::Logger log;
  };
  // `seed` of the back-offs' jitter; 0: from the system.
  ProvisioningDesk(ProvisioningOptions options, Parts parts, uint64_t seed = 0);

  void Round();

 private:
  using Place = std::pair<std::string, std::string>;  // namespace, name of the request

  struct Known {
    WaitingGang gang;
    std::string request;  // its name, whether there is one or not
    bool waits = false;   // in this round
    bool open = false;    // it has a request
    std::optional<base::Timestamp> needs_since;
    int failures = 0;  // in a row
    base::Timestamp not_before;
    bool told_provisioned = false;
    std::set<std::string> marked;  // pods
    base::Timestamp mark_again;
    kube::ObjectReference pod;  // for events; without a name: not looked up yet
  };

  // Takes in who waits. False: nothing may be done now.
  bool Learn(const WaitingGangs& waiting);
  // Those that wait no longer and have no request.
  void Forget();
  bool Due(const Known& known) const;
  bool WorthLooking() const;

  // Each false: the round ends.
  bool Follow(const std::vector<ListedRequest>& requests, bool complete);
  bool FollowOne(const ListedRequest& request, Known* known);
  bool Remove(const ListedRequest& request, Need need, Known* known);
  bool CreateDue();
  bool Create(Known& known);
  bool Describe(const Known& known, const MemberKinds& kinds, WantedRequest& wanted,
                kube::ObjectReference& example, absl::Status& problem);
  bool MarkAll();
  bool Mark(Known& known);
  bool Spend(size_t writes);

  // What is wrong with this gang alone, or with everything.
  bool Failed(Known& known, const absl::Status& status);
  bool Trouble(const absl::Status& status);
  void Postpone(Known& known);
  void Tell(obs::ProvisioningOutcome outcome, const std::string& ns, const std::string& request,
            Known* known, const std::string& note);
  void FindPod(Known& known);

  const ProvisioningOptions options_;
  Parts parts_;
  RequestApi api_;
  kube::Backoff gang_backoff_;
  kube::Backoff trouble_backoff_;
  std::map<model::GangKey, Known> known_;
  std::map<Place, model::GangKey> by_place_;
  bool listed_ = false;  // since we lead
  int64_t open_ = 0;     // requests of ours when last seen
  int writes_left_ = 0;  // of this round
  base::Timestamp not_before_;
  std::string trouble_;  // as last logged; empty: none
};

}  // namespace tutti::provisioning
