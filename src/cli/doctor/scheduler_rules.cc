#include "cli/doctor/scheduler_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "config/listen_address.h"

namespace tutti::cli {
namespace {

constexpr char kMark[] = "tutti.dev/gang-member";
constexpr base::Duration kDefaultHttpTimeout = std::chrono::seconds(5);  // kube-scheduler's own
// A full score at this weight is as much as kube-scheduler's own scores can give together.
constexpr int64_t kInTreeWeight = 15;

bool HasPort(const std::string& url, uint16_t port) {
  const std::string text = absl::StrCat(":", port);
  const size_t at = url.rfind(text);
  if (at == std::string::npos) return false;
  const size_t after = at + text.size();
  return after == url.size() || url[after] == '/';
}

class Rules {
 public:
  Rules(const SchedulerConfig& scheduler, const config::Configuration* tutti)
      : scheduler_(scheduler), tutti_(tutti) {}

  Findings Run() {
    CheckDocument();
    const ExtenderConfig* extender = FindTutti(scheduler_, tutti_);
    if (extender == nullptr) {
      Problem("extender",
              scheduler_.extenders.empty() ? "kube-scheduler has no extender: it never asks Tutti"
                                           : absl::StrFormat("none of the %d extenders is Tutti",
                                                             scheduler_.extenders.size()),
              "add an entry under extenders, as in deploy/kube-scheduler/loopback.yaml");
    } else {
      Ok("extender", absl::StrFormat("line %d: %s", extender->line, extender->url_prefix));
      CheckExtender(*extender);
    }
    CheckProfiles();
    CheckLeaderElection();
    return std::move(findings_);
  }

 private:
  void Add(Verdict verdict, const char* check, std::string fact, std::string remedy = {}) {
    findings_.push_back(
        {verdict, absl::StrCat("scheduler/", check), std::move(fact), std::move(remedy)});
  }
  void Ok(const char* check, std::string fact) { Add(Verdict::kOk, check, std::move(fact)); }
  void Warn(const char* check, std::string fact, std::string remedy) {
    Add(Verdict::kWarning, check, std::move(fact), std::move(remedy));
  }
  void Problem(const char* check, std::string fact, std::string remedy) {
    Add(Verdict::kProblem, check, std::move(fact), std::move(remedy));
  }
  void Skip(const char* check, std::string fact, std::string remedy) {
    Add(Verdict::kSkipped, check, std::move(fact), std::move(remedy));
  }

  void CheckDocument() {
    const bool right = scheduler_.api_version == "kubescheduler.config.k8s.io/v1" &&
                       scheduler_.kind == "KubeSchedulerConfiguration";
    if (right) return Ok("document", "kubescheduler.config.k8s.io/v1");
    Problem("document",
            absl::StrFormat("apiVersion is \"%s\" and kind \"%s\"", scheduler_.api_version,
                            scheduler_.kind),
            "write apiVersion: kubescheduler.config.k8s.io/v1 and kind: "
            "KubeSchedulerConfiguration");
  }

  void CheckExtender(const ExtenderConfig& extender) {
    if (!extender.unknown_keys.empty()) {
      Problem("keys",
              absl::StrFormat("unknown keys in the extender: %s",
                              absl::StrJoin(extender.unknown_keys, ", ")),
              "kube-scheduler refuses to start with them: correct or remove them");
    }
    CheckVerbs(extender);
    CheckFlags(extender);
    CheckTimeout(extender);
    CheckAddress(extender);
    CheckTransport(extender);
    CheckManagedResources(extender);
  }

  void CheckVerb(const char* check, const std::string& verb, const char* expected,
                 const char* otherwise) {
    if (verb == expected) return Ok(check, absl::StrCat("\"", verb, "\""));
    Problem(check,
            verb.empty() ? "is not set: " + std::string(otherwise)
                         : absl::StrFormat("is \"%s\", which Tutti does not answer", verb),
            absl::StrFormat("write %s: %s", check, expected));
  }

  void CheckVerbs(const ExtenderConfig& extender) {
    CheckVerb("filterVerb", extender.filter_verb, "filter",
              "gangs are not held until they fit as a whole");
    CheckVerb("bindVerb", extender.bind_verb, "bind",
              "kube-scheduler binds by itself, and a gang may be bound in part");
    CheckVerb("preemptVerb", extender.preempt_verb, "preempt",
              "kube-scheduler may evict pods for a gang that still would not fit");
    if (!extender.prioritize_verb.empty()) {
      CheckVerb("prioritizeVerb", extender.prioritize_verb, "prioritize", "");
      if (extender.weight <= 0) {
        Problem("weight",
                absl::StrFormat("is %d: kube-scheduler refuses to start", extender.weight),
                "write a weight above 0, or drop prioritizeVerb");
      } else if (extender.weight <= kInTreeWeight) {
        Warn(
            "weight",
            absl::StrFormat("is %d: kube-scheduler's own scores outweigh Tutti's", extender.weight),
            absl::StrFormat("write a weight above %d, or drop prioritizeVerb (filter answers the "
                            "planned node by itself)",
                            kInTreeWeight));
      } else {
        Ok("weight", absl::StrCat(extender.weight));
      }
    }
    const auto binders =
        std::count_if(scheduler_.extenders.begin(), scheduler_.extenders.end(),
                      [](const ExtenderConfig& other) { return !other.bind_verb.empty(); });
    if (binders > 1) {
      Problem("bind-once", absl::StrFormat("%d extenders have a bindVerb", binders),
              "kube-scheduler takes one: leave bindVerb to Tutti alone");
    }
  }

  void CheckFlags(const ExtenderConfig& extender) {
    if (extender.node_cache_capable) {
      Ok("nodeCacheCapable", "true");
    } else {
      Problem("nodeCacheCapable",
              "is false: every call carries every node as a whole, and since Kubernetes 1.34 "
              "kube-scheduler's own scores take all nodes for idle",
              "write nodeCacheCapable: true");
    }
    if (extender.ignorable) {
      Problem("ignorable",
              "is true: while Tutti is down gangs are scheduled in part as if it were not there",
              "write ignorable: false");
    } else {
      Ok("ignorable", "false");
    }
  }

  void CheckTimeout(const ExtenderConfig& extender) {
    const base::Duration timeout = extender.http_timeout.value_or(kDefaultHttpTimeout);
    const std::string text = base::FormatDuration(timeout);
    if (tutti_ != nullptr && tutti_->extender.bind_timeout != timeout) {
      return Problem("httpTimeout",
                     absl::StrFormat("is %s%s, and Tutti's extender.bindTimeout is %s", text,
                                     extender.http_timeout ? "" : " (kube-scheduler's default)",
                                     base::FormatDuration(tutti_->extender.bind_timeout)),
                     "write the same duration in both: a bind waits for its gang that long");
    }
    if (!extender.http_timeout) {
      return Warn("httpTimeout",
                  absl::StrFormat("is not set: a bind may wait for its gang for %s only", text),
                  "write httpTimeout: 30s, and the same as extender.bindTimeout of Tutti");
    }
    Ok("httpTimeout", text);
  }

  static std::string Host(const std::string& url) {
    const size_t start = url.find("://");
    if (start == std::string::npos) return {};
    const std::string rest = url.substr(start + 3, url.find('/', start + 3) - start - 3);
    if (!rest.empty() && rest.front() == '[') return rest.substr(0, rest.find(']') + 1);
    return rest.substr(0, rest.find(':'));
  }

  void CheckAddress(const ExtenderConfig& extender) {
    const auto address =
        tutti_ == nullptr ? std::nullopt : config::ParseListenAddress(tutti_->extender.listen);
    if (!address || address->port == 0 || HasPort(extender.url_prefix, address->port)) return;
    Warn("urlPrefix",
         absl::StrFormat("is %s, and Tutti's extender.listen is %s", extender.url_prefix,
                         tutti_->extender.listen),
         "write the same port in both, unless something between them translates it");
  }

  void CheckTransport(const ExtenderConfig& extender) {
    const bool https = absl::StartsWith(extender.url_prefix, "https://");
    if (!https && !absl::StartsWith(extender.url_prefix, "http://")) {
      return Problem("urlPrefix", absl::StrFormat("\"%s\" is no URL", extender.url_prefix),
                     "write http://127.0.0.1:8888, or https:// and the address of Tutti");
    }
    if (!https) {
      const std::string host = Host(extender.url_prefix);
      const bool loopback =
          absl::StartsWith(host, "127.") || host == "localhost" || host == "[::1]";
      if (loopback) return Ok("transport", "plain HTTP on loopback");
      return Problem("transport",
                     absl::StrFormat("plain HTTP to %s: anybody on the way can bind pods", host),
                     "use https:// with caFile, certFile and keyFile, as in "
                     "deploy/kube-scheduler/mtls.yaml");
    }
    const bool has_ca = extender.tls && (!extender.tls->ca_file.empty() || extender.tls->has_data);
    if (extender.tls && extender.tls->insecure && has_ca) {
      return Problem("transport", "insecure together with caFile: kube-scheduler refuses to start",
                     "take insecure out of tlsConfig");
    }
    // enableHTTPS without a CA means no verification; without both the system's CAs count.
    if (!has_ca) {
      return Problem("transport",
                     "no caFile: Tutti's certificate is not verified, or only by the system's CAs",
                     "write tlsConfig with the caFile of Tutti's certificate, without insecure");
    }
    if (extender.tls->cert_file.empty() && !extender.tls->has_data) {
      return Problem("transport", "kube-scheduler has no client certificate to show",
                     "write certFile and keyFile in tlsConfig: Tutti admits nobody else");
    }
    Ok("transport", "mTLS");
  }

  void CheckManagedResources(const ExtenderConfig& extender) {
    const auto& managed = extender.managed_resources;
    const auto mark =
        std::find_if(managed.begin(), managed.end(),
                     [](const ManagedResource& resource) { return resource.name == kMark; });
    const bool marked = mark != managed.end();
    if (marked && !mark->ignored_by_scheduler) {
      return Problem("managedResources",
                     absl::StrFormat("%s without ignoredByScheduler: no node has it, so no marked "
                                     "pod fits anywhere",
                                     kMark),
                     "write ignoredByScheduler: true");
    }
    if (tutti_ == nullptr) {
      if (managed.empty()) return Ok("managedResources", "none: every pod is shown to Tutti");
      return Skip("managedResources",
                  "only pods with these resources are shown to Tutti; whether they are marked "
                  "depends on its webhook.markPods",
                  "give Tutti's own file as well: --config FILE");
    }
    const bool marks = tutti_->webhook.enabled && tutti_->webhook.mark_pods;
    if (marks && !marked) {
      return Warn(
          "managedResources", "webhook.markPods is true, but every pod is still shown to Tutti",
          absl::StrFormat("write managedResources: [{name: %s, ignoredByScheduler: true}]", kMark));
    }
    if (!marks && !managed.empty()) {
      return Problem("managedResources",
                     "gang pods are not marked (webhook.markPods is false), so kube-scheduler does "
                     "not show them to Tutti",
                     "remove managedResources, or set webhook.enabled and webhook.markPods");
    }
    Ok("managedResources", marks ? "gang pods only" : "none: every pod is shown to Tutti");
  }

  void CheckProfiles() {
    std::vector<std::string> names;
    for (const SchedulerProfile& profile : scheduler_.profiles) {
      names.push_back(profile.scheduler_name);
      CheckDisabled(profile);
    }
    if (names.empty()) names.emplace_back("default-scheduler");
    Ok("profiles", absl::StrCat("schedulerName: ", absl::StrJoin(names, ", ")));
    CheckPercentage();
  }

  void CheckDisabled(const SchedulerProfile& profile) {
    const auto disabled = [&profile](std::string_view name) {
      return std::any_of(
          profile.disabled_plugins.begin(), profile.disabled_plugins.end(),
          [name](const std::string& plugin) { return plugin == name || plugin == "*"; });
    };
    if (disabled("SchedulingGates")) {
      Problem("profiles",
              absl::StrFormat("%s disables SchedulingGates: gangs that must wait are not held",
                              profile.scheduler_name),
              "take it (or \"*\") out of disabled");
    }
    if (disabled("DefaultPreemption")) {
      Warn("profiles",
           absl::StrFormat("%s disables DefaultPreemption: nothing is ever evicted for a pod",
                           profile.scheduler_name),
           "take it out of disabled where that is not meant");
    }
  }

  void CheckPercentage() {
    std::optional<int64_t> least = scheduler_.percentage_of_nodes_to_score;
    for (const SchedulerProfile& profile : scheduler_.profiles) {
      if (!profile.percentage_of_nodes_to_score) continue;
      least = std::min(least.value_or(100), *profile.percentage_of_nodes_to_score);
    }
    if (!least || *least == 0 || *least >= 100) {
      return Ok("percentageOfNodesToScore",
                least.value_or(0) == 0
                    ? "not set: planned pods are pinned to or nominated for their node, which is "
                      "looked at whatever the sample"
                    : "100");
    }
    Warn("percentageOfNodesToScore",
         absl::StrFormat("is %d: of pods of no gang Tutti sees a sample of the nodes", *least),
         "write 100 where the choice of node matters");
  }

  void CheckLeaderElection() {
    if (tutti_ == nullptr) {
      return Skip("leaderElection", "how Tutti elects its leader is not known",
                  "give Tutti's own file as well: --config FILE");
    }
    const config::LeaderElection& election = tutti_->leader_election;
    if (election.mode != config::LeaderElectionMode::kFollow) {
      return Ok("leaderElection", "Tutti does not depend on kube-scheduler's Lease");
    }
    if (!scheduler_.leader_elect) {
      return Problem("leaderElection",
                     "Tutti follows kube-scheduler's Lease, but leaderElect is false: nobody "
                     "holds it and Tutti never serves",
                     "write leaderElect: true, or leaderElection.mode: none for Tutti");
    }
    const std::string theirs = scheduler_.lease_namespace + "/" + scheduler_.lease_name;
    const std::string ours = election.lease_namespace + "/" + election.lease_name;
    if (theirs != ours) {
      return Problem(
          "leaderElection",
          absl::StrFormat("kube-scheduler holds the Lease %s, Tutti follows %s", theirs, ours),
          "write the same name in both");
    }
    Ok("leaderElection", absl::StrCat("follows the Lease ", ours));
  }

  const SchedulerConfig& scheduler_;
  const config::Configuration* tutti_;
  Findings findings_;
};

}  // namespace

const ExtenderConfig* FindTutti(const SchedulerConfig& scheduler,
                                const config::Configuration* tutti) {
  if (tutti != nullptr) {
    const auto address = config::ParseListenAddress(tutti->extender.listen);
    for (const ExtenderConfig& extender : scheduler.extenders) {
      if (address && HasPort(extender.url_prefix, address->port)) return &extender;
    }
  }
  if (scheduler.extenders.size() == 1) return &scheduler.extenders.front();
  for (const ExtenderConfig& extender : scheduler.extenders) {
    if (!extender.bind_verb.empty()) return &extender;
  }
  return nullptr;
}

Findings CheckScheduler(const SchedulerConfig& scheduler, const config::Configuration* tutti) {
  return Rules(scheduler, tutti).Run();
}

}  // namespace tutti::cli
