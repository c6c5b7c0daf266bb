#include "config/configuration_tables.h"

#include <chrono>

#include "config/text_rules.h"

namespace tutti::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Table ClientConnectionTable(ClientConnection& c) {
  return {
      {"kubeconfig", TextField{&c.kubeconfig, kAnyText},
       "Path of a kubeconfig file. Empty: the service account of the pod that Tutti runs in."},
      {"context", TextField{&c.context, kAnyText},
       "Context of the kubeconfig. Empty: its `current-context`."},
      {"maxInFlight", IntegerField{&c.max_in_flight, 1, 4096},
       "Requests to kube-apiserver under way at once. More wait inside Tutti, so that a gang of "
       "10,000 pods cannot use up kube-apiserver's own limit."},
  };
}

// `callers`: why they need a certificate.
Table ServerTlsTable(ServerTls& c, std::string_view callers) {
  return {
      {"certFile", TextField{&c.cert_file, kAnyText},
       "Server certificate (PEM). Read again when the file changes."},
      {"keyFile", TextField{&c.key_file, kAnyText}, "Private key of `certFile` (PEM)."},
      {"clientCAFile", TextField{&c.client_ca_file, kAnyText}, callers},
  };
}

Table ExtenderTable(Extender& c) {
  return {
      {"listen", TextField{&c.listen, kTcpAddress},
       "Where kube-scheduler reaches the extender. The default suits a kube-scheduler in the same "
       "pod or on the same host. Port 0 takes any free port."},
      {"tls",
       Section{ServerTlsTable(c.tls,
                              "Callers must present a certificate of this CA. Set it "
                              "wherever the listener can be reached from other machines: "
                              "whoever can call `bind` can place pods.")},
       "TLS of the extender."},
      {"allowInsecure", BoolField{&c.allow_insecure},
       "Permit a `listen` address that other machines reach without client certificates. For test "
       "beds."},
      {"maxBodyBytes", IntegerField{&c.max_body_bytes, 64 << 10, int64_t{1} << 30},
       "Longest request body. 1 MiB is enough for 20,000 nodes with `nodeCacheCapable: true`; full "
       "Node objects need about 6 KiB a node."},
      {"bindTimeout", DurationField{&c.bind_timeout, seconds(1), seconds(600)},
       "Longest time that a `bind` waits for the rest of its gang. Keep it below `httpTimeout` of "
       "the extender in KubeSchedulerConfiguration."},
  };
}

Table WebhookRegisterTable(WebhookRegister& c) {
  return {
      {"name", TextField{&c.name, kDnsName},
       "Name of the MutatingWebhookConfiguration, and of the ValidatingWebhookConfiguration, that "
       "Tutti creates and keeps current."},
      {"url", TextField{&c.url, kHttpsUrl},
       "URL under which kube-apiserver reaches the webhook, for a Tutti outside the cluster."},
      {"serviceName", TextField{&c.service_name, kOptionalDnsLabel},
       "Service under which kube-apiserver reaches the webhook, for a Tutti inside the cluster."},
      {"validatingServiceName", TextField{&c.validating_service_name, kOptionalDnsLabel},
       "Service for what every replica answers, not only the leader: `submitAccess`, and the "
       "checks "
       "of queues. Empty: `serviceName`. Needs `serviceName`."},
      {"serviceNamespace", TextField{&c.service_namespace, kDnsLabel},
       "Namespace of these Services."},
      {"servicePort", IntegerField{&c.service_port, 1, 65535}, "Port of these Services."},
      {"caFile", TextField{&c.ca_file, kAnyText},
       "CA (PEM) that `certFile` comes from; read again when it changes. Empty: one that "
       "kube-apiserver's machine trusts anyway."},
      {"timeout", DurationField{&c.timeout, seconds(1), seconds(30)},
       "Longest time that kube-apiserver waits for the webhook, in whole seconds. After it the pod "
       "is created without a plan and takes the slower path; what `submitAccess` is to check is "
       "refused."},
  };
}

Table WebhookTable(Webhook& c) {
  return {
      {"enabled", BoolField{&c.enabled},
       "Serve the mutating admission webhook, which plans gangs while their pods are created."},
      {"listen", TextField{&c.listen, kTcpAddress}, "Where the webhook listens, always HTTPS."},
      {"certFile", TextField{&c.cert_file, kAnyText},
       "Certificate (PEM). Empty: Tutti makes one at start, with its own CA."},
      {"keyFile", TextField{&c.key_file, kAnyText}, "Private key of `certFile` (PEM)."},
      {"secretName", TextField{&c.secret_name, kOptionalDnsName},
       "Secret in which the replicas keep one certificate that they all show (`tls.crt`, "
       "`tls.key`, "
       "`ca.crt`); Tutti makes it and renews it. Needed with several replicas where `certFile` is "
       "not given."},
      {"secretNamespace", TextField{&c.secret_namespace, kDnsLabel}, "Namespace of that Secret."},
      {"dnsNames", TextListField{&c.dns_names, kHostName},
       "Names and addresses in the certificate that Tutti makes, besides those that `register` "
       "implies."},
      {"markPods", BoolField{&c.mark_pods},
       "Gang pods ask for one `tutti.dev/gang-member`. With that name among the extender's "
       "`managedResources` (`ignoredByScheduler: true`) kube-scheduler sends no other pods to "
       "Tutti, "
       "which costs them nothing then; but gang pods made while the webhook is down are scheduled "
       "as single pods."},
      {"submitAccess", BoolField{&c.submit_access},
       "Users need the verb `use` on the queue (`queues.tutti.dev`) that a workload of theirs "
       "names; kube-apiserver is asked by SubjectAccessReview. Needs `register`. While the webhook "
       "is down, no workload that names a queue can be created."},
      {"register", Section{WebhookRegisterTable(c.registration)},
       "With `url` or `serviceName`, the Tutti that leads writes the MutatingWebhookConfiguration "
       "and the ValidatingWebhookConfiguration, CA included, and writes them again where somebody "
       "changes them."},
  };
}

Table GrpcTable(Grpc& c) {
  return {
      {"enabled", BoolField{&c.enabled}, "Serve the gRPC door (proto/tutti/v1)."},
      {"listen", TextField{&c.listen, kAnyAddress}, "A TCP address or a Unix socket."},
      {"allowInsecure", BoolField{&c.allow_insecure},
       "Permit a `listen` address that other machines reach. The gRPC door has no TLS yet."},
  };
}

Table ControlTable(Control& c) {
  return {
      {"enabled", BoolField{&c.enabled}, "Serve the control API (proto/tutti/v1/control.proto)."},
      {"listen", TextField{&c.listen, kAnyAddress},
       "A TCP address or a Unix socket. Port 0 takes any free port."},
      {"tls",
       Section{ServerTlsTable(c.tls,
                              "Callers must present a certificate of this CA. Whoever is "
                              "let in sees every gang's state and can hold and drain.")},
       "TLS of the control API."},
      {"allowInsecure", BoolField{&c.allow_insecure},
       "Permit a `listen` address that other machines reach without client certificates. For test "
       "beds."},
  };
}

Table ControlGatewayTable(ControlGateway& c) {
  return {
      {"listen", TextField{&c.listen, kOptionalTcpAddress},
       "Where `POST /control/v1/...` is served, plain HTTP, read only; empty: nowhere. `kubectl "
       "tutti` comes this way, through a Service and the API server's proxy."},
      {"allowInsecure", BoolField{&c.allow_insecure},
       "Permit a `listen` address that other machines reach, as the API server must. Whoever "
       "reaches it may read what Tutti knows of pods and nodes: a NetworkPolicy should admit the "
       "API server alone."},
  };
}

Table MetricsTable(Metrics& c) {
  return {
      {"listen", TextField{&c.listen, kTcpAddress},
       "Where `/metrics`, `/healthz` and `/readyz` are served, plain HTTP, read only."},
  };
}

Table LeaderElectionTable(LeaderElection& c) {
  return {
      {"mode",
       Choice(c.mode, {{"none", LeaderElectionMode::kNone},
                       {"follow", LeaderElectionMode::kFollow},
                       {"own", LeaderElectionMode::kOwn}}),
       "`none`: this process always serves. `follow`: it serves while the holder of the Lease is "
       "the kube-scheduler beside it (`identity`). `own`: the replicas of Tutti elect one."},
      {"leaseName", TextField{&c.lease_name, kDnsName},
       "Lease to follow or to hold. With `own` it must not be kube-scheduler's."},
      {"leaseNamespace", TextField{&c.lease_namespace, kDnsLabel}, "Namespace of the Lease."},
      {"identity", TextField{&c.identity, kAnyText},
       "Who this process is in the Lease; with `follow` the holder's name up to its first `_`. "
       "Empty: the host name."},
      {"leaseDuration", DurationField{&c.lease_duration, seconds(2), seconds(600)},
       "How long a leader that fell silent still counts, with `own`."},
      {"renewDeadline", DurationField{&c.renew_deadline, seconds(1), seconds(600)},
       "How long a leader tries to renew before it steps down, with `own`."},
      {"retryPeriod", DurationField{&c.retry_period, milliseconds(100), seconds(60)},
       "Time between two tries to acquire or renew, with `own`."},
      {"labelPod", BoolField{&c.label_pod},
       "Label the Pod that this process runs in (`identity` or the host name, in "
       "`leaseNamespace`) with `tutti.dev/leader: \"true\"` while it serves. Services then select "
       "the leader by that label, and at `/readyz` a standby that knows the cluster is ready, "
       "too."},
  };
}

Table BackoffTable(Backoff& c) {
  return {
      {"initial", DurationField{&c.initial, milliseconds(10), hours(1)},
       "After the first failure."},
      {"max", DurationField{&c.max, milliseconds(10), hours(24)},
       "The wait doubles with every failure up to this."},
  };
}

Table GangTable(Gang& c) {
  return {
      {"dialects",
       Choices(c.dialects, {{"annotations", GangDialect::kAnnotations},
                            {"podgroup", GangDialect::kPodGroup},
                            {"scheduler-plugins", GangDialect::kSchedulerPlugins},
                            {"volcano", GangDialect::kVolcano},
                            {"yunikorn", GangDialect::kYunikorn},
                            {"kueue", GangDialect::kKueue},
                            {"kai", GangDialect::kKai},
                            {"koordinator", GangDialect::kKoordinator},
                            {"armada", GangDialect::kArmada},
                            {"godel", GangDialect::kGodel},
                            {"spark", GangDialect::kSpark},
                            {"owner", GangDialect::kOwner},
                            {"job", GangDialect::kJob}}),
       "Ways in which pods may say that they are a gang, the first that applies wins: our "
       "annotations (`annotations`), the native `scheduling.k8s.io` PodGroup (`podgroup`), the "
       "markers of other schedulers, the owning batch/v1 Job (`job`), and, only where it is named "
       "here, any known owner such as a JobSet or a RayCluster (`owner`)."},
      {"schedulerNames", TextListField{&c.scheduler_names, kDnsName},
       "Pods that name another scheduler (`spec.schedulerName`) are left to it, whatever markers "
       "they carry, unless these are our own annotations. Name every profile of kube-scheduler "
       "whose pods may be gangs; an empty list: pods of every scheduler."},
      {"jobGangs", BoolField{&c.job_gangs},
       "Treat every Job of our scheduler with `parallelism` above 1 as a gang. Otherwise only Jobs "
       "that carry the annotation."},
      {"waitTimeout", DurationField{&c.wait_timeout, seconds(1), hours(24)},
       "How long members that hold room wait for the missing ones. Then the room is released and "
       "the gang backs off."},
      {"backoff", Section{BackoffTable(c.backoff)},
       "Wait before a gang that failed as a whole is tried again."},
      {"refusedNodeExpiry", DurationField{&c.refused_node_expiry, seconds(1), hours(24)},
       "How long a node that kube-scheduler refused for a gang is left out of its plans."},
      {"admissionSlotTimeout",
       DurationField{&c.admission_slot_timeout, milliseconds(100), hours(1)},
       "How long room planned during admission is kept for a pod that does not appear."},
      {"repairTimeout", DurationField{&c.repair_timeout, seconds(1), hours(1)},
       "How long a gang may stay partially bound (a node died, a bind was refused) without another "
       "member being bound, before `partialGangPolicy` applies."},
      {"startTimeout", DurationField{&c.start_timeout, seconds(1), hours(24)},
       "How long the members of a gang that start after others (annotation "
       "`tutti.dev/start-after`) "
       "keep their room while those become ready, before `partialGangPolicy` applies. Begins anew "
       "with every member that is bound or may start."},
      {"partialGangPolicy",
       Choice(c.partial_gang_policy,
              {{"Evict", PartialGangPolicy::kEvict}, {"Keep", PartialGangPolicy::kKeep}}),
       "`Evict` the bound members of a gang that cannot be completed, or `Keep` them running."},
      {"bindBarrier",
       Choice(c.bind_barrier, {{"Auto", BindBarrier::kAuto}, {"Always", BindBarrier::kAlways}}),
       "`Auto`: binds wait for the whole gang only where kube-scheduler may still refuse a member. "
       "`Always`: they always wait."},
      {"backfill",
       Choice(c.backfill, {{"None", model::Backfill::kNone},
                           {"Easy", model::Backfill::kEasy},
                           {"EasyShortestFirst", model::Backfill::kEasyShortestFirst},
                           {"Conservative", model::Backfill::kConservative}}),
       "Which gangs may pass the first one that has no room. `None`: none, strictly in the order "
       "of the queue. `Easy`: those that do not delay it; where gangs say how long they run "
       "(annotation `tutti.dev/expected-duration`) also those that will have ended by its start. "
       "`EasyShortestFirst`: the same, the shortest first. `Conservative`: those that delay none "
       "before them: each of the first 64 that wait has a planned start, which those behind it "
       "cannot put off."},
      {"runTimes",
       Choice(c.run_times, {{"Declared", model::RunTimeSource::kDeclared},
                            {"Learned", model::RunTimeSource::kLearned}}),
       "How long gangs are taken to run. `Declared`: as their pods say, which is a limit: the head "
       "of the queue is not delayed by those that pass it. `Learned`: as the last two gangs of the "
       "same submitter did, never longer than they say; waits are shorter where people ask for far "
       "more than they use, but one that runs longer than its like may delay the head."},
  };
}

Table DevicesTable(Devices& c) {
  return {
      {"enabled", BoolField{&c.enabled},
       "Plan single devices (GPUs) of nodes: pods may ask for a share of one, and every pod that "
       "asks for devices is planned by Tutti. kube-schedulers that Tutti does not serve must not "
       "place such pods."},
      {"resource", TextField{&c.resource, kAnyText},
       "Extended resource of which a node has one for each device."},
      {"perNode", IntegerField{&c.per_node, 1, 16},
       "Most devices of one node; further ones are not used. Each costs memory for every node."},
  };
}

Table PlacementTable(Placement& c) {
  return {
      {"tieBreak",
       Choice(c.tie_break, {{"BestFit", TieBreak::kBestFit}, {"NodeName", TieBreak::kNodeName}}),
       "Which of the nodes that plugins score alike gets a gang's next member: the one with the "
       "least room left, or the first by name."},
  };
}

Table PluginTlsTable(PluginTls& c) {
  return {
      {"caFile", TextField{&c.ca_file, kAnyText},
       "CA (PEM) that the plugin's certificate must come from. Empty: no TLS. All three files are "
       "read anew for each new connection."},
      {"certFile", TextField{&c.cert_file, kAnyText},
       "Certificate (PEM) of Tutti, where the plugin asks for one."},
      {"keyFile", TextField{&c.key_file, kAnyText}, "Private key of `certFile` (PEM)."},
  };
}

Table PluginTable(Plugin& c) {
  return {
      {"name", TextField{&c.name, kAnyText}, "Name of the plugin, as `NodeResourcesFit`."},
      {"weight", IntegerField{&c.weight, 1, 1000}, "Factor of its scores."},
      {"onError",
       Choice(c.on_error, {{"Default", OnError::kDefault},
                           {"Reject", OnError::kReject},
                           {"Skip", OnError::kSkip}}),
       "What becomes of a cycle in which it fails. `Reject`: the pod waits. `Skip`: as if the "
       "plugin were not there; counted. `Default`: `Reject` where it filters, `Skip` where it "
       "scores."},
      {"library", TextField{&c.library, kAnyText},
       "Absolute path of the shared object that it comes from. It runs in this process and is "
       "trusted in full. Without `library` and `address` it is built in."},
      {"sha256", TextField{&c.sha256, kAnyText},
       "Fingerprint that `library` must have. Empty: not compared."},
      {"address", TextField{&c.address, kRemoteAddress},
       "Where it listens, if it is a process of its own (proto/tutti/v1/plugin.proto)."},
      {"timeout", DurationField{&c.timeout, milliseconds(1), seconds(10)},
       "Longest time that Tutti waits for one answer of `address`. Its core decides nothing "
       "meanwhile."},
      {"tls", Section{PluginTlsTable(c.tls)}, "TLS on the way to `address`."},
      {"args", RawField{&c.args}, "The plugin's own configuration."},
  };
}

RecordListField PluginList(std::vector<Plugin>& plugins) {
  const auto sample = std::make_shared<Plugin>();
  // The sample lives as long as the table that points into it.
  const auto record = std::shared_ptr<const Table>(new Table(PluginTable(*sample)),
                                                   [sample](const Table* table) { delete table; });
  return {[&plugins](std::string where) {
            plugins.emplace_back().where = std::move(where);
            return PluginTable(plugins.back());
          },
          record};
}

Table DecisionLogTable(DecisionLog& c) {
  return {
      {"path", TextField{&c.path, kAnyText},
       "Folder for the files of the decision log (docs/decision-log.md). Empty: nothing is "
       "recorded. It is made where it does not exist, and needs a volume that Tutti may write."},
      {"maxBytes", IntegerField{&c.max_bytes, 16 << 20, int64_t{1} << 40},
       "Room for all its files. The oldest are deleted when it is used up."},
  };
}

Table ProvisioningTable(Provisioning& c) {
  return {
      {"className", TextField{&c.class_name, kOptionalDnsName},
       "Provisioning class of the requests, such as "
       "`best-effort-atomic-scale-up.autoscaling.x-k8s.io`. Empty: no nodes are asked for."},
      {"parameters", RawField{&c.parameters},
       "Texts that are passed on in each request, such as `ValidUntilSeconds: \"600\"`; the class "
       "says which it knows."},
      {"delay", DurationField{&c.delay, seconds(0), hours(24)},
       "How long a gang must have waited for nothing but nodes before they are asked for. Others "
       "may end meanwhile."},
      {"maxPending", IntegerField{&c.max_pending, 1, 500},
       "Most requests at a time. The gangs that have waited longest come first."},
      {"retry", Section{BackoffTable(c.retry)},
       "Wait before a request is made again that failed or expired, or that kube-apiserver "
       "refused."},
  };
}

Table LoggingTable(Logging& c) {
  return {
      {"level",
       Choice(c.level, {{"debug", LogLevel::kDebug},
                        {"info", LogLevel::kInfo},
                        {"warn", LogLevel::kWarn},
                        {"error", LogLevel::kError}}),
       "Least severe level that is written."},
      {"format", Choice(c.format, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}}),
       "One event per line, as key=value or as JSON."},
  };
}

}  // namespace

Table ConfigurationTable(Configuration& c) {
  return {
      {"clientConnection", Section{ClientConnectionTable(c.client_connection)},
       "How Tutti reaches kube-apiserver."},
      {"extender", Section{ExtenderTable(c.extender)},
       "The webhook that kube-scheduler calls: filter, prioritize, preempt, bind."},
      {"webhook", Section{WebhookTable(c.webhook)}, "The mutating admission webhook."},
      {"grpc", Section{GrpcTable(c.grpc)}, "The same pipeline as a gRPC service."},
      {"control", Section{ControlTable(c.control)},
       "The control API: lists, explanations, simulations, hold and drain (docs/control-api.md)."},
      {"controlGateway", Section{ControlGatewayTable(c.control_gateway)},
       "The control API's questions as JSON; needs `control.enabled`."},
      {"metrics", Section{MetricsTable(c.metrics)}, "Metrics and health."},
      {"leaderElection", Section{LeaderElectionTable(c.leader_election)},
       "Which of several replicas serves."},
      {"gang", Section{GangTable(c.gang)}, "What a gang is, and how long it may take."},
      {"devices", Section{DevicesTable(c.devices)}, "Single devices (GPUs) of nodes."},
      {"placement", Section{PlacementTable(c.placement)}, "Where gangs go."},
      {"plugins", PluginList(c.plugins),
       "Plugins that take part, in this order. None is needed: gangs are then packed by best fit."},
      {"decisionLog", Section{DecisionLogTable(c.decision_log)},
       "Records what the core was told and what it decided, for `tutti replay`."},
      {"provisioning", Section{ProvisioningTable(c.provisioning)},
       "Nodes from the Cluster Autoscaler, by ProvisioningRequest, for gangs that nothing else "
       "helps (docs/autoscaling.md)."},
      {"logging", Section{LoggingTable(c.logging)}, "Logs, on standard error."},
  };
}

}  // namespace tutti::config
