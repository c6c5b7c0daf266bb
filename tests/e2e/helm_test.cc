// The chart deploy/helm/tutti, through helm itself: what it renders is what the programs accept, a
// release is whole on the real control plane, and leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/service_endpoint.h"
#include "tests/e2e/tutti_program.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHelm[] = "helm-v3.22.0";  // as tests/e2e/control_plane/build.sh calls it
constexpr char kDeploy[] = TUTTI_SOURCE_DIR "/deploy/";
constexpr char kCrds[] = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

using Arguments = std::vector<std::string>;

Arguments operator+(Arguments some, const Arguments& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

class HelmTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cached_ = ControlPlaneCached("v1.37.2") && std::filesystem::exists(Binary());
    if (!cached_) return;
    absl::StatusOr<std::unique_ptr<ControlPlane>> started = ControlPlane::Start();
    ASSERT_TRUE(started.ok()) << started.status();
    plane_ = std::move(*started).release();
    ASSERT_TRUE(plane_->AddNodes(4).ok());
    ASSERT_TRUE(plane_->WaitFor([] { return plane_->Get("/api/v1/namespaces/kube-system").ok(); }));
    // Symbolic links into deploy/ become files of the package.
    const Ran packed = Helm({"package", std::string(kDeploy) + "helm/tutti", "-d", plane_->dir()});
    ASSERT_EQ(packed.exit, 0) << packed.text;
    for (const auto& file : std::filesystem::directory_iterator(plane_->dir()))
      if (file.path().extension() == ".tgz") chart_ = file.path();
    ASSERT_NE(chart_, "") << packed.text;
  }
  static void TearDownTestSuite() { delete std::exchange(plane_, nullptr); }
  void SetUp() override {
    if (!cached_) GTEST_SKIP() << "no control plane in the cache; run: make deps";
    ASSERT_NE(chart_, "") << "the suite did not start";
  }

  static std::string Binary() { return ControlPlaneBinaries(kHelm) + "/helm"; }
  static ControlPlane& plane() { return *plane_; }

  // Waits for its end.
  static Ran Helm(const Arguments& arguments) {
    const std::string log = absl::StrFormat("%s/helm-%d.log", plane().dir(), ++runs_);
    absl::StatusOr<Process> process =
        Process::Start(Arguments{Binary()} + arguments, log,
                       {"KUBECONFIG=" + plane().kubeconfig(), "HELM_CACHE_HOME=" + plane().dir(),
                        "HELM_CONFIG_HOME=" + plane().dir(), "HELM_DATA_HOME=" + plane().dir()});
    if (!process.ok()) return {-1, std::string(process.status().message())};
    plane().WaitFor([&] { return !process->running(); });
    const int status = process->Terminate();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(log)};
  }
  // Of a release in kube-system, which needs no cluster.
  static Ran Template(const Arguments& values) {
    return Helm(Arguments{"template", "tutti", chart_, "--namespace", "kube-system"} + values);
  }
  static std::vector<json> Parsed(const std::string& yaml) {
    const std::string file = absl::StrFormat("%s/parsed-%d.yaml", plane().dir(), ++runs_);
    WriteFile(file, yaml);
    absl::StatusOr<std::vector<json>> objects = ReadManifests(file);
    EXPECT_TRUE(objects.ok()) << objects.status();
    return objects.ok() ? *std::move(objects) : std::vector<json>();
  }
  static std::vector<json> Rendered(const Arguments& values) {
    const Ran ran = Template(values);
    EXPECT_EQ(ran.exit, 0) << ran.text;
    return ran.exit == 0 ? Parsed(ran.text) : std::vector<json>();
  }
  static json Find(const std::vector<json>& objects, const std::string& kind,
                   const std::string& name = "tutti") {
    for (const json& object : objects)
      if (object["kind"] == kind && object["metadata"]["name"] == name) return object;
    return {};
  }
  static json Live(const json& object) {
    const absl::StatusOr<json> found = plane().Get(ObjectPath(object));
    return found.ok() ? *found : json();
  }

  inline static bool cached_ = false;
  inline static ControlPlane* plane_ = nullptr;
  inline static std::string chart_;
  inline static int runs_ = 0;
};

// Everything that can be switched on or given.
constexpr char kManyValues[] = R"(
image: {repository: registry.example.org/tutti, tag: v1, pullPolicy: Always}
imagePullSecrets: [{name: registry}]
replicas: 3
scheduler: {name: batch, extraArgs: ["--v=2"]}
extender: {port: 8899}
webhook: {port: 9444, tls: {secretName: from-cert-manager}}
metrics: {port: 10299}
listenAddress: "[::]"
configuration:
  extender: {bindTimeout: 20s, maxBodyBytes: 67108864}
  webhook: {markPods: true, register: {timeout: 1s}}
  gang: {schedulerNames: [batch, other], waitTimeout: 5m, backoff: {initial: 1s}}
  plugins: [{name: HierarchicalQueues, args: {}}]
  decisionLog: {path: /var/lib/tutti, maxBytes: 1099511627776}
  logging: {format: json}
serviceAccount: {annotations: {example.org/role: tutti}}
podAnnotations: {example.org/a: b}
podLabels: {example.org/c: d}
priorityClassName: ""
tolerations: [{operator: Exists}]
affinity: {nodeAffinity: {}}
topologySpreadConstraints: [{topologyKey: rack, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway}]
extraVolumes: [{name: log, persistentVolumeClaim: {claimName: tutti-log}}]
extraVolumeMounts: [{name: log, mountPath: /var/lib/tutti}]
podDisruptionBudget: {enabled: false}
controlApi:
  enabled: true
  port: 9192
  groups: [researchers, operators]
  networkPolicy: {apiServers: [10.0.0.1/32, "fd00::/64"]}
  grpcPort: 9191
  tls: {secretName: tutti-control}
podMonitor: {enabled: true, labels: {release: prometheus}}
prometheusRule: {enabled: true}
dashboard: {enabled: true}
)";

TEST_F(HelmTest, LintHasNothingToSay) {
  const Ran lint = Helm({"lint", "--strict", std::string(kDeploy) + "helm/tutti"});
  EXPECT_EQ(lint.exit, 0) << lint.text;
  EXPECT_THAT(lint.text, Not(HasSubstr("[WARNING]")));
}

TEST_F(HelmTest, OurProgramsFindNoMistakeInWhatIsRendered) {
  const std::string many = plane().dir() + "/many.yaml";
  WriteFile(many, kManyValues);
  const std::vector<Arguments> value_sets = {
      {},
      {"-f", many},
      {"--set", "scheduler.enabled=false,extender.tls.secretName=tutti-extender"},
      {"-f", many, "--set", "scheduler.enabled=false,extender.tls.secretName=tutti-extender"},
      {"--set", "webhook.enabled=false"},
      {"--set", "controlApi.enabled=true,controlApi.networkPolicy.enabled=false"}};
  for (const Arguments& values : value_sets) {
    const std::string shown = ::testing::PrintToString(values);
    const json files = Find(Rendered(values), "ConfigMap")["data"];
    const std::string config = plane().dir() + "/rendered-tutti.yaml";
    const std::string scheduler = plane().dir() + "/rendered-scheduler.yaml";
    WriteFile(config, files.value("tutti.yaml", ""));
    const Ran check = RunTutti(plane(), {"config", "check", config});
    EXPECT_EQ(check.exit, 0) << shown << check.text;
    if (!files.contains("kube-scheduler.yaml")) continue;
    WriteFile(scheduler, files["kube-scheduler.yaml"]);
    const Ran doctor = RunTutti(
        plane(), {"doctor", "--offline", "--scheduler-config", scheduler, "--config", config});
    EXPECT_EQ(doctor.exit, 0) << shown << doctor.text;
    EXPECT_THAT(doctor.text, HasSubstr("0 problems, 0 warnings")) << shown;
  }
}

TEST_F(HelmTest, WrongValuesAreRefusedByTheirNames) {
  const std::pair<std::string, std::string> refusals[] = {
      {"replica=3", "additional properties 'replica' not allowed"},
      {"replicas=two", "at '/replicas': got string, want integer"},
      {"scheduler.enabled=maybe", "at '/scheduler/enabled': got string, want boolean"},
      {"webhook.port=0", "at '/webhook/port'"},
      {"configuration.gang.waitTimeot=5m",
       "at '/configuration/gang': additional properties 'waitTimeot' not allowed"},
      {"configuration.gang.waitTimeout=soon", "at '/configuration/gang/waitTimeout'"},
      {"configuration.gang.backfill=Hard", "at '/configuration/gang/backfill'"},
      {"configuration.extender.listen=0.0.0.0:1", "additional properties 'listen' not allowed"},
      {"scheduler.enabled=false", "extender.tls.secretName is needed"},
      {"scheduler.name=default-scheduler", "scheduler.name: default-scheduler is the cluster's"},
      {"controlApi.enabled=true", "controlApi.networkPolicy.apiServers is needed"},
      {"controlApi.networkPolicy.apiServers={everybody}", "at '/controlApi/networkPolicy"},
      {"webhook.enabled=false,configuration.webhook.markPods=true",
       "configuration.webhook.markPods: pods are marked by the webhook, which is off"}};
  for (const auto& [value, message] : refusals) {
    const Ran ran = Template({"--set", value});
    EXPECT_NE(ran.exit, 0) << value;
    EXPECT_THAT(ran.text, HasSubstr(message)) << value;
  }
}

TEST_F(HelmTest, RightsAndCrdsAreThoseOfDeploy) {
  const std::vector<json> rendered = Rendered({});
  const absl::StatusOr<std::vector<json>> shipped =
      ReadManifests(std::string(kDeploy) + "rbac.yaml");
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  ASSERT_FALSE(shipped->empty());
  for (const json& object : *shipped) {
    json ours = Find(rendered, object["kind"], object["metadata"]["name"]);
    ASSERT_TRUE(ours.is_object()) << object;
    ours["metadata"].erase("labels");
    EXPECT_EQ(ours, object) << "in kube-system they differ in nothing but labels";
  }
  const Ran crds = Helm({"show", "crds", chart_});
  ASSERT_EQ(crds.exit, 0) << crds.text;
  for (const char* plural : {"queues", "localqueues"}) {
    const std::string crd = ReadFile(absl::StrFormat("%scrds/tutti.dev_%s.yaml", kDeploy, plural));
    ASSERT_NE(crd, "") << plural;
    EXPECT_THAT(crds.text, HasSubstr(crd)) << plural;
  }
}

TEST_F(HelmTest, OnlyTheApiServerIsLetInToTheControlApi) {
  EXPECT_TRUE(Find(Rendered({}), "Service", "tutti-control").is_null()) << "off by default";
  const std::vector<json> rendered = Rendered(
      {"--set", "controlApi.enabled=true,controlApi.networkPolicy.apiServers={10.0.0.1/32}"});
  const absl::StatusOr<std::vector<json>> shipped =
      ReadManifests(std::string(kDeploy) + "control-api.yaml");
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  for (const char* kind : {"Role", "RoleBinding"}) {
    json ours = Find(rendered, kind, "tutti-user");
    ours["metadata"].erase("labels");
    EXPECT_EQ(ours, Find(*shipped, kind, "tutti-user")) << "without Helm it is the same";
  }
  const json policy = Find(rendered, "NetworkPolicy", "tutti-control")["spec"]["ingress"];
  ASSERT_EQ(policy.size(), 2u);
  EXPECT_EQ(policy[0]["from"], json::parse(R"([{"ipBlock": {"cidr": "10.0.0.1/32"}}])"));
  EXPECT_EQ(policy[0]["ports"], json::parse(R"([{"port": "control-http"}])"));
  const json pod = Find(rendered, "Deployment")["spec"]["template"]["spec"];
  std::vector<std::string> others;
  for (const json& port : pod["containers"][0]["ports"])
    if (port["name"] != "control-http") others.push_back(port["name"]);
  std::vector<std::string> open;
  for (const json& port : policy[1]["ports"]) open.push_back(port["port"]);
  EXPECT_THAT(open, ::testing::UnorderedElementsAreArray(others)) << "whatever else listens";
}

TEST_F(HelmTest, TheChartIsOfTheVersionOfTheProgram) {
  const Ran version = RunTutti(plane(), {"version"});
  ASSERT_EQ(version.exit, 0) << version.text;
  const json chart = Parsed(Helm({"show", "chart", chart_}).text).at(0);
  EXPECT_THAT(version.text, HasSubstr(chart["appVersion"].get<std::string>()));
}

TEST_F(HelmTest, OnlyAChangeOfTheConfigurationRestartsThePods) {
  const auto checksum = [](const Arguments& values) {
    const json deployment = Find(Rendered(values), "Deployment");
    return deployment["spec"]["template"]["metadata"]["annotations"].value("checksum/config", "");
  };
  const std::string before = checksum({});
  EXPECT_NE(before, "");
  EXPECT_EQ(checksum({"--set", "replicas=3"}), before);
  EXPECT_NE(checksum({"--set", "configuration.gang.waitTimeout=5m"}), before);
  EXPECT_NE(checksum({"--set", "scheduler.name=batch"}), before);
}

// A release, from its installation to its end, with the server and kube-scheduler as its Pods would
// run them: the same files, the same account.
class HelmReleaseTest : public HelmTest {
 protected:
  // As the API server itself would mount it.
  static std::string AccountKubeconfig(const std::string& ns = "kube-system",
                                       const std::string& account = "tutti") {
    const absl::StatusOr<json> token = plane().Send(
        "POST", absl::StrFormat("/api/v1/namespaces/%s/serviceaccounts/%s/token", ns, account),
        {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", json({})}});
    EXPECT_TRUE(token.ok()) << token.status();
    json config = json::parse(ReadFile(plane().kubeconfig()));
    if (token.ok()) config["users"][0]["user"]["token"] = token->at("status")["token"];
    const std::string file = plane().dir() + "/kubeconfig-of-" + account;
    WriteFile(file, config.dump());
    return file;
  }
  static std::vector<json> Manifest() {
    return Parsed(Helm({"get", "manifest", "tutti", "--namespace", "kube-system"}).text);
  }
  static Ran Change(const std::string& verb, const Arguments& values) {
    return Helm(Arguments{verb, "tutti", chart_, "--namespace", "kube-system", "--timeout", "60s",
                          "--set", "configuration.webhook.register.timeout=1s", "--set",
                          "controlApi.enabled=true", "--set",
                          "controlApi.networkPolicy.apiServers={10.0.0.1/32}", "--set",
                          "controlApi.groups={system:serviceaccounts:researchers}"} +
                values);
  }
  // The rendered one, but for addresses and folders, which are a Pod's.
  static json ServerConfiguration(const json& config_map) {
    json config = Parsed(config_map["data"]["tutti.yaml"]).at(0);
    config["clientConnection"]["kubeconfig"] = AccountKubeconfig();
    for (const char* door : {"extender", "webhook", "metrics", "control"})
      config[door]["listen"] = "127.0.0.1:0";
    const std::string address = OwnAddress();
    config["controlGateway"]["listen"] = (address.empty() ? "127.0.0.1" : address) + ":0";
    return config;
  }
  static absl::StatusOr<Process> StartScheduler(const json& config_map,
                                                const std::string& extender) {
    json config = Parsed(config_map["data"]["kube-scheduler.yaml"]).at(0);
    config["clientConnection"]["kubeconfig"] = AccountKubeconfig();
    config["extenders"][0]["urlPrefix"] = "http://" + extender;
    const std::string file = plane().dir() + "/kube-scheduler-of-the-release.yaml";
    WriteFile(file, config.dump());
    return Process::Start(
        {plane().binaries() + "/kube-scheduler", "--config=" + file, "--secure-port=0"},
        plane().dir() + "/kube-scheduler-of-the-release.log");
  }
  // Stands for the Pod that the server runs in: named like its host, labelled like the
  // Deployment's.
  static json CreateOwnPod(const json& deployment) {
    char host[256] = {};
    ::gethostname(host, sizeof(host) - 1);
    PodTemplate pod;
    pod.ns = "kube-system";
    pod.labels = deployment["spec"]["template"]["metadata"]["labels"]
                     .get<std::map<std::string, std::string>>();
    const json made = PodJson(host, pod);
    const absl::Status status =
        plane().Send("POST", "/api/v1/namespaces/kube-system/pods", made).status();
    EXPECT_TRUE(status.ok()) << status;
    return made;
  }
  // A researcher's `kubectl tutti why`, with that account's rights.
  static Ran Why(const std::string& gang, const std::string& account) {
    return RunTutti(plane(),
                    {"why", gang, "--kubeconfig", AccountKubeconfig("researchers", account)});
  }
  static void CreateAccount(const std::string& ns, const std::string& name) {
    const absl::Status status =
        plane()
            .Send(
                "POST", "/api/v1/namespaces/" + ns + "/serviceaccounts",
                {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", name}}}})
            .status();
    ASSERT_TRUE(status.ok()) << status;
  }
  static bool Selects(const json& service, const json& pod) {
    const json live = Live(pod);
    if (!live.is_object()) return false;
    const json labels = live["metadata"].value("labels", json::object());
    for (const auto& [key, value] : service["spec"]["selector"].items())
      if (labels.value(key, "") != value) return false;
    return true;
  }
  static std::string CaOfTheWebhook(const json& webhooks) {
    const json live = Live(webhooks);
    if (live.value("webhooks", json::array()).empty()) return "";
    return live["webhooks"][0]["clientConfig"].value("caBundle", "");
  }
};

TEST_F(HelmReleaseTest, IsInstalledServesIsUpgradedAndGoesWithoutATrace) {
  const Ran installed = Change("install", {});
  ASSERT_EQ(installed.exit, 0) << installed.text;
  EXPECT_THAT(installed.text, HasSubstr("schedulerName: tutti"));
  const std::vector<json> objects = Manifest();
  EXPECT_GT(objects.size(), 15);
  for (const json& object : objects) EXPECT_TRUE(Live(object).is_object()) << object;
  for (const char* crd : {"queues.tutti.dev", "localqueues.tutti.dev"})
    EXPECT_TRUE(plane().Get(std::string(kCrds) + crd).ok()) << crd;

  const json config_map = Live(Find(objects, "ConfigMap"));
  const json secret = Find(objects, "Secret", "tutti-webhook-tls");
  const json webhooks = Find(objects, "MutatingWebhookConfiguration");
  const json service = Find(objects, "Service", "tutti-webhook");
  const json of_all = Find(objects, "Service", "tutti-webhook-replicas");
  const json own_pod = CreateOwnPod(Find(objects, "Deployment"));
  TuttiOptions options;
  options.configuration = ServerConfiguration(config_map).dump();
  absl::StatusOr<TuttiProcess> tutti = TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(tutti.ok()) << tutti.status();
  const json certificate = Live(secret)["data"];
  EXPECT_TRUE(certificate.is_object()) << "Tutti makes what all replicas show";
  EXPECT_TRUE(plane().WaitFor([&] { return tutti->ready(); }))
      << "a standby that knows the cluster";
  EXPECT_EQ(CaOfTheWebhook(webhooks), "") << "nobody leads yet";
  EXPECT_FALSE(Selects(service, own_pod));
  EXPECT_TRUE(Selects(of_all, own_pod));
  absl::StatusOr<Process> scheduler = StartScheduler(config_map, tutti->door("extender"));
  ASSERT_TRUE(scheduler.ok()) << scheduler.status();
  EXPECT_TRUE(plane().WaitFor([&] { return Selects(service, own_pod); }))
      << "it follows the Lease of the kube-scheduler beside it\n"
      << Tail(scheduler->log_file());
  EXPECT_TRUE(
      plane().WaitFor([&] { return CaOfTheWebhook(webhooks) == certificate.value("ca.crt", ""); }));
  PodTemplate pod = GangPod("train", 4);
  pod.extra_spec = R"({"schedulerName": "tutti"})";
  ASSERT_TRUE(plane().CreatePods(4, "train", pod).ok());
  EXPECT_TRUE(plane().WaitFor([&] { return plane().CountBound("train") == 4; }))
      << Tail(scheduler->log_file()) << Tail(plane().dir() + "/tutti.log");
  EXPECT_TRUE(plane().WaitFor(
      [&] { return tutti->Metric("tutti_extender_request_duration_seconds_count{") > 0; }));
  EXPECT_THAT(ReadFile(plane().dir() + "/tutti.log"), Not(HasSubstr("forbidden")));

  if (!OwnAddress().empty()) {
    pod = GangPod("large", 5, "16");
    pod.extra_spec = R"({"schedulerName": "tutti"})";
    ASSERT_TRUE(plane().CreatePods(5, "large", pod).ok());
    ASSERT_TRUE(plane().CreateNamespace("researchers").ok());
    CreateAccount("researchers", "ada");
    LeadService(plane(), "tutti-control", tutti->door("controlGateway"));
    Ran why;
    EXPECT_TRUE(plane().WaitFor([&] {
      why = Why("large", "ada");
      return why.text.find("ExceedsCluster") != std::string::npos;
    })) << why.text;
    CreateAccount("default", "eve");
    const Ran refused =
        RunTutti(plane(), {"why", "large", "--kubeconfig", AccountKubeconfig("default", "eve")});
    EXPECT_NE(refused.exit, 0);
    EXPECT_THAT(refused.text, HasSubstr("not allowed to ask"));
  }

  const Ran upgraded = Change("upgrade", {"--set", "configuration.gang.waitTimeout=5m"});
  ASSERT_EQ(upgraded.exit, 0) << upgraded.text;
  const json now = Live(Find(objects, "ConfigMap"));
  EXPECT_THAT(now["data"].value("tutti.yaml", ""), HasSubstr("waitTimeout: 5m"));
  EXPECT_EQ(Live(secret)["data"], certificate) << "the certificate is kept";
  EXPECT_EQ(CaOfTheWebhook(webhooks), certificate.value("ca.crt", ""))
      << "and so is what Tutti wrote";

  scheduler->Terminate();
  tutti->process().Terminate();
  const Ran gone = Helm({"uninstall", "tutti", "--namespace", "kube-system"});
  ASSERT_EQ(gone.exit, 0) << gone.text;
  for (const json& object : objects)
    EXPECT_TRUE(absl::IsNotFound(plane().Get(ObjectPath(object)).status())) << object;
  for (const char* crd : {"queues.tutti.dev", "localqueues.tutti.dev"})
    EXPECT_TRUE(plane().Get(std::string(kCrds) + crd).ok()) << crd;
  EXPECT_EQ(plane().CountBound("train"), 4) << "what runs is left alone";
}

}  // namespace
}  // namespace tutti::testing
