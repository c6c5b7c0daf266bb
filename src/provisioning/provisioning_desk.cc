#include "provisioning/provisioning_desk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "provisioning/next_step.h"
#include "provisioning/pod_template.h"
#include "provisioning/request_names.h"

namespace tutti::provisioning {
namespace {

using obs::ProvisioningOutcome;

constexpr base::Duration kTroubleInitial = std::chrono::seconds(5);
constexpr base::Duration kTroubleMax = std::chrono::minutes(5);

struct OutcomeText {
  const char* event;
  bool warning;
};

OutcomeText TextOf(ProvisioningOutcome outcome) {
  switch (outcome) {
    case ProvisioningOutcome::kCreated:
      return {"ProvisioningRequestCreated", false};
    case ProvisioningOutcome::kProvisioned:
      return {"ProvisioningRequestProvisioned", false};
    case ProvisioningOutcome::kFulfilled:
      return {"ProvisioningRequestFulfilled", false};
    case ProvisioningOutcome::kWithdrawn:
      return {"ProvisioningRequestWithdrawn", false};
    case ProvisioningOutcome::kFailed:
      return {"ProvisioningRequestFailed", true};
    case ProvisioningOutcome::kBookingExpired:
      return {"ProvisioningRequestExpired", true};
    case ProvisioningOutcome::kCapacityRevoked:
      return {"ProvisioningRequestRevoked", true};
    case ProvisioningOutcome::kRejected:
      return {"ProvisioningRequestRejected", true};
    case ProvisioningOutcome::kError:
      break;
  }
  return {"ProvisioningRequestError", true};
}

ProvisioningOutcome OutcomeOf(RequestPhase phase, Need need) {
  switch (phase) {
    case RequestPhase::kFailed:
      return ProvisioningOutcome::kFailed;
    case RequestPhase::kBookingExpired:
      return ProvisioningOutcome::kBookingExpired;
    case RequestPhase::kCapacityRevoked:
      return ProvisioningOutcome::kCapacityRevoked;
    case RequestPhase::kProvisioned:
      if (need == Need::kGone) return ProvisioningOutcome::kFulfilled;
      break;
    case RequestPhase::kPending:
      break;
  }
  return ProvisioningOutcome::kWithdrawn;
}

std::string NoteOf(ProvisioningOutcome outcome, Need need, const ListedRequest& request) {
  switch (outcome) {
    case ProvisioningOutcome::kFulfilled:
      return "none of its members waits any longer";
    case ProvisioningOutcome::kWithdrawn:
      return "more nodes are not what it waits for any longer";
    default:
      return absl::StrCat(
          request.message.empty() ? "the autoscaler gives no reason" : request.message,
          need == Need::kNodes ? "; it is asked again after a while" : "");
  }
}

// Of this gang's objects alone: the API server is there, and others may fare better.
bool ConcernsOneGang(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:  // a ResourceQuota, say
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

std::string Remedy(const absl::Status& status) {
  if (absl::IsNotFound(status))
    return ": no autoscaler serves autoscaling.x-k8s.io/v1 here; install the CRD of the Cluster "
           "Autoscaler, or remove the section provisioning";
  if (absl::IsPermissionDenied(status)) return ": apply deploy/rbac.yaml";
  return "";
}

}  // namespace

ProvisioningDesk::ProvisioningDesk(ProvisioningOptions options, Parts parts, uint64_t seed)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      api_(parts_.client),
      gang_backoff_(options_.retry_initial, options_.retry_max, seed),
      trouble_backoff_(kTroubleInitial, kTroubleMax, seed),
      not_before_(parts_.clock.Now()) {}

void ProvisioningDesk::Round() {
  const std::optional<WaitingGangs> waiting = parts_.gangs.Waiting();
  if (!waiting || !Learn(*waiting)) return;
  writes_left_ = kMostWrites;
  const absl::StatusOr<std::vector<ListedRequest>> requests = api_.List();
  if (!requests.ok()) {
    Trouble(requests.status());
    return;
  }
  listed_ = true;
  if (Follow(*requests, waiting->complete) && CreateDue() && MarkAll() && !trouble_.empty()) {
    parts_.log.Info("provisioning", {{"note", "goes on"}});
    trouble_.clear();
    trouble_backoff_.Reset();
  }
  parts_.metrics.provisioning_requests.Set(static_cast<double>(open_));
}

bool ProvisioningDesk::Learn(const WaitingGangs& waiting) {
  if (!waiting.leads) {
    known_.clear();
    by_place_.clear();
    listed_ = false;
    open_ = 0;
    parts_.metrics.provisioning_requests.Set(0);
    return false;
  }
  const base::Timestamp now = parts_.clock.Now();
  for (auto& [key, known] : known_) known.waits = false;
  for (const WaitingGang& gang : waiting.gangs) {
    Known& known = known_[gang.key];
    if (known.request.empty() || known.gang.name != gang.name) {
      known.request = RequestName(gang.key, gang.name);
      by_place_[{gang.key.namespace_name, known.request}] = gang.key;
    }
    known.gang = gang;
    known.waits = true;
    if (gang.need != Need::kNodes) {
      known.needs_since.reset();
    } else if (!known.needs_since) {
      known.needs_since = now;
    }
  }
  Forget();
  return now >= not_before_ && WorthLooking();
}

void ProvisioningDesk::Forget() {
  for (auto& [key, known] : known_) {
    if (!known.waits) known.needs_since.reset();
  }
  std::erase_if(known_,
                [](const auto& entry) { return !entry.second.waits && !entry.second.open; });
  std::erase_if(by_place_, [&](const auto& entry) {
    const auto known = known_.find(entry.second);
    return known == known_.end() || known->second.request != entry.first.second;
  });
}

bool ProvisioningDesk::Due(const Known& known) const {
  const base::Timestamp now = parts_.clock.Now();
  return known.waits && !known.open && known.needs_since &&
         NextStep(known.gang.need) == Step::kCreate && now - *known.needs_since >= options_.delay &&
         now >= known.not_before;
}

bool ProvisioningDesk::WorthLooking() const {
  return !listed_ || open_ > 0 || std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    return Due(entry.second);
  });
}

bool ProvisioningDesk::Follow(const std::vector<ListedRequest>& requests, bool complete) {
  open_ = static_cast<int64_t>(requests.size());
  for (auto& [key, known] : known_) known.open = false;
  std::vector<std::pair<const ListedRequest*, Known*>> pairs;
  for (const ListedRequest& request : requests) {
    const auto place = by_place_.find({request.namespace_name, request.name});
    Known* const known = place == by_place_.end() ? nullptr : &known_.at(place->second);
    if (known != nullptr) known->open = true;
    const bool gone = known == nullptr || !known->waits;
    if (!gone || complete) pairs.emplace_back(&request, known);
  }
  for (const auto& [request, known] : pairs) {
    if (!FollowOne(*request, known)) return false;
  }
  return true;
}

bool ProvisioningDesk::FollowOne(const ListedRequest& request, Known* known) {
  if (request.leaving) return true;
  const Need need = known != nullptr && known->waits ? known->gang.need : Need::kGone;
  if (known != nullptr) {
    // The count goes on where another process has begun it.
    known->failures = std::max(known->failures, request.attempt - 1);
    if (request.phase == RequestPhase::kProvisioned && !known->told_provisioned) {
      known->told_provisioned = true;
      Tell(ProvisioningOutcome::kProvisioned, request.namespace_name, request.name, known,
           "the autoscaler has nodes for it, or is making them");
    }
  }
  if (NextStep(need, request.phase) != Step::kDelete) return true;
  return Remove(request, need, known);
}

bool ProvisioningDesk::Remove(const ListedRequest& request, Need need, Known* known) {
  if (!Spend(request.templates.size() + 1)) return false;
  const absl::Status deleted = api_.Delete(request);
  if (absl::IsAborted(deleted)) return true;  // another one stands there: the next list shows it
  if (!deleted.ok()) return Trouble(deleted);
  const ProvisioningOutcome outcome = OutcomeOf(request.phase, need);
  Tell(outcome, request.namespace_name, request.name, known, NoteOf(outcome, need, request));
  --open_;
  if (known == nullptr) return true;
  known->open = false;
  known->told_provisioned = false;
  if (Ended(request.phase)) Postpone(*known);
  return true;
}

bool ProvisioningDesk::CreateDue() {
  std::vector<Known*> due;
  for (auto& [key, known] : known_) {
    if (Due(known)) due.push_back(&known);
  }
  // Of two that have waited alike, as after a start, the first by name.
  std::stable_sort(due.begin(), due.end(),
                   [](const Known* a, const Known* b) { return a->gang.waited > b->gang.waited; });
  for (Known* const known : due) {
    if (open_ >= options_.max_pending) return true;
    if (!Create(*known)) return false;
  }
  return true;
}

bool ProvisioningDesk::Create(Known& known) {
  const std::optional<MemberKinds> kinds = parts_.gangs.Kinds(known.gang.key);
  if (!kinds) return false;
  if (kinds->kinds.empty()) return true;  // it has got on meanwhile
  if (!kinds->all) {
    return Failed(known, absl::InvalidArgumentError(absl::StrFormat(
                             "its members are of more than %d kinds: a ProvisioningRequest would "
                             "ask for too little; make them more alike",
                             kinds->kinds.size())));
  }
  if (!Spend(kinds->kinds.size() + 1)) return false;
  WantedRequest wanted;
  kube::ObjectReference example;
  absl::Status problem;
  if (!Describe(known, *kinds, wanted, example, problem)) return problem.ok() || Trouble(problem);
  known.pod = std::move(example);
  if (const absl::Status created = api_.Create(wanted); !created.ok())
    return Failed(known, created);
  known.open = true;
  known.told_provisioned = false;
  known.mark_again = parts_.clock.Now();
  ++open_;
  int64_t pods = 0;
  for (const MemberKind& kind : kinds->kinds) pods += kind.pods;
  Tell(ProvisioningOutcome::kCreated, wanted.namespace_name, wanted.name, &known,
       absl::StrFormat("asks for room for %d pods, class %s", pods, options_.class_name));
  return true;
}

// False: a pod could not be read; `problem` is OK where it is just gone.
bool ProvisioningDesk::Describe(const Known& known, const MemberKinds& kinds, WantedRequest& wanted,
                                kube::ObjectReference& example, absl::Status& problem) {
  const std::string& ns = known.gang.key.namespace_name;
  wanted.namespace_name = ns;
  wanted.name = known.request;
  wanted.gang_label = GangLabel(known.gang.name);
  wanted.class_name = options_.class_name;
  wanted.parameters = options_.parameters;
  wanted.attempt = known.failures + 1;
  for (const MemberKind& kind : kinds.kinds) {
    const absl::StatusOr<nlohmann::json> pod = api_.Pod(ns, kind.example_pod);
    if (!pod.ok()) {
      if (!absl::IsNotFound(pod.status())) problem = pod.status();
      return false;
    }
    if (wanted.pod_sets.empty()) {
      wanted.owner = OwnerOf(*pod);
      example.ns = ns;
      example.name = kind.example_pod;
      example.uid = UidOf(*pod);
    }
    wanted.pod_sets.push_back({PodTemplateOf(*pod), kind.pods});
  }
  return true;
}

bool ProvisioningDesk::MarkAll() {
  for (auto& [key, known] : known_) {
    if (known.waits && known.open && !Mark(known)) return false;
  }
  return true;
}

bool ProvisioningDesk::Mark(Known& known) {
  const base::Timestamp now = parts_.clock.Now();
  if (now >= known.mark_again) {
    known.marked.clear();
    known.mark_again = now + kMarkAgain;
  } else if (static_cast<int64_t>(known.marked.size()) >= known.gang.members) {
    return true;
  }
  const std::optional<std::vector<std::string>> members = parts_.gangs.Members(known.gang.key);
  if (!members) return false;
  std::set<std::string> still_marked;
  for (const std::string& pod : *members) {
    if (known.marked.contains(pod)) still_marked.insert(pod);
  }
  known.marked = std::move(still_marked);
  for (const std::string& pod : *members) {
    if (known.marked.contains(pod)) continue;
    if (!Spend(1)) return false;
    const absl::Status marked =
        api_.Mark(known.gang.key.namespace_name, pod, known.request, options_.class_name);
    if (!marked.ok()) return Trouble(marked);
    known.marked.insert(pod);
  }
  return true;
}

// More than a round may have are spent where nothing else was: they belong together.
bool ProvisioningDesk::Spend(size_t writes) {
  const int wanted = static_cast<int>(writes);
  if (wanted > writes_left_ && writes_left_ < kMostWrites) return false;
  writes_left_ -= wanted;
  return true;
}

bool ProvisioningDesk::Failed(Known& known, const absl::Status& status) {
  if (!ConcernsOneGang(status)) return Trouble(status);
  Postpone(known);
  Tell(ProvisioningOutcome::kRejected, known.gang.key.namespace_name, known.request, &known,
       std::string(status.message()));
  return true;
}

void ProvisioningDesk::Postpone(Known& known) {
  known.not_before = parts_.clock.Now() + gang_backoff_.At(known.failures);
  ++known.failures;
}

bool ProvisioningDesk::Trouble(const absl::Status& status) {
  not_before_ = parts_.clock.Now() + trouble_backoff_.Next();
  parts_.metrics.provisioning_outcomes.At(ProvisioningOutcome::kError).Increment();
  std::string trouble = absl::StrCat(status.message(), Remedy(status));
  if (trouble == trouble_) return false;
  trouble_ = std::move(trouble);
  parts_.log.Warn("provisioning", {{"problem", trouble_}});
  return false;
}

void ProvisioningDesk::Tell(ProvisioningOutcome outcome, const std::string& ns,
                            const std::string& request, Known* known, const std::string& note) {
  parts_.metrics.provisioning_outcomes.At(outcome).Increment();
  const OutcomeText text = TextOf(outcome);
  const std::string gang = known == nullptr ? std::string() : known->gang.name;
  parts_.log.Info("provisioning", {{"namespace", ns},
                                   {"gang", gang},
                                   {"request", request},
                                   {"outcome", text.event},
                                   {"note", note}});
  if (known == nullptr) return;
  FindPod(*known);
  if (known->pod.name.empty()) return;
  kube::EventDescription event;
  event.regarding = known->pod;
  event.warning = text.warning;
  event.reason = text.event;
  event.action = "Provisioning";
  event.note = absl::StrFormat("gang %s: ProvisioningRequest %s: %s", gang, request, note);
  parts_.events.Record(event);
}

// After a start: of a gang whose request another process has made.
void ProvisioningDesk::FindPod(Known& known) {
  if (!known.pod.name.empty()) return;
  const std::optional<std::vector<std::string>> members = parts_.gangs.Members(known.gang.key);
  if (!members || members->empty()) return;
  const absl::StatusOr<nlohmann::json> pod =
      api_.Pod(known.gang.key.namespace_name, members->front());
  if (!pod.ok()) return;
  known.pod.ns = known.gang.key.namespace_name;
  known.pod.name = members->front();
  known.pod.uid = UidOf(*pod);
}

}  // namespace tutti::provisioning
