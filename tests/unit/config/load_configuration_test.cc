#include "config/load_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/support/temp_folder.h"

namespace tutti::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kHeader = "apiVersion: tutti.dev/v1alpha1\nkind: TuttiConfiguration\n";

std::vector<std::string> Texts(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(problem.ToString());
  return texts;
}

// The errors of `body` below a good header, so that its first line is line 3.
std::vector<std::string> Errors(const std::string& body) {
  return Texts(LoadConfiguration(kHeader + body, "f").errors);
}

std::vector<std::string> Warnings(const std::string& body) {
  return Texts(LoadConfiguration(kHeader + body, "f").warnings);
}

TEST(LoadConfigurationTest, AFileWithOnlyAHeaderMeansTheDefaults) {
  const LoadedConfiguration loaded = LoadConfiguration(kHeader, "f");
  EXPECT_THAT(Texts(loaded.errors), IsEmpty());
  EXPECT_EQ(loaded.configuration.extender.listen, "127.0.0.1:8888");
  EXPECT_EQ(loaded.configuration.gang.wait_timeout, seconds(60));
}

TEST(LoadConfigurationTest, EveryKindOfValueArrives) {
  const LoadedConfiguration loaded = LoadConfiguration(kHeader + R"(
clientConnection: {kubeconfig: /etc/k.conf, context: "a b", maxInFlight: 17}
extender:
  listen: "[::1]:9000"
  bindTimeout: 1m30s
webhook:
  enabled: true
  dnsNames: [a.example.org, "10.0.0.1"]
leaderElection:
  mode: own
  leaseName: tutti
  retryPeriod: 500ms
  labelPod: true
gang:
  dialects: [job, annotations]
  jobGangs: true
  partialGangPolicy: Keep
  backfill: EasyShortestFirst
  runTimes: Learned
  backoff: {initial: 1s, max: 2m}
logging: {level: debug, format: json}
)",
                                                       "f");
  ASSERT_THAT(Texts(loaded.errors), IsEmpty());
  const Configuration& c = loaded.configuration;
  EXPECT_EQ(c.client_connection.kubeconfig, "/etc/k.conf");
  EXPECT_EQ(c.client_connection.context, "a b");
  EXPECT_EQ(c.client_connection.max_in_flight, 17);
  EXPECT_EQ(c.extender.listen, "[::1]:9000");
  EXPECT_EQ(c.extender.bind_timeout, seconds(90));
  EXPECT_TRUE(c.webhook.enabled);
  EXPECT_THAT(c.webhook.dns_names, ElementsAre("a.example.org", "10.0.0.1"));
  EXPECT_EQ(c.leader_election.mode, LeaderElectionMode::kOwn);
  EXPECT_EQ(c.leader_election.retry_period, milliseconds(500));
  EXPECT_TRUE(c.leader_election.label_pod);
  EXPECT_THAT(c.gang.dialects, ElementsAre(GangDialect::kJob, GangDialect::kAnnotations));
  EXPECT_TRUE(c.gang.job_gangs);
  EXPECT_EQ(c.gang.partial_gang_policy, PartialGangPolicy::kKeep);
  EXPECT_EQ(c.gang.backfill, model::Backfill::kEasyShortestFirst);
  EXPECT_EQ(c.gang.run_times, model::RunTimeSource::kLearned);
  EXPECT_EQ(c.gang.backoff.max, minutes(2));
  EXPECT_EQ(c.logging.level, LogLevel::kDebug);
  EXPECT_EQ(c.logging.format, LogFormat::kJson);
}

TEST(LoadConfigurationTest, AllProblemsAreReportedAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(Errors(R"(gang:
  waitTimeOut: 10s
  repairTimeout: soon
  jobGangs: yes
extender:
  bindTimeout: 1ms
nonsense: 1
)"),
              ElementsAre("f:4:3: gang.waitTimeOut: unknown key (did you mean waitTimeout?)",
                          "f:5:18: gang.repairTimeout: expected a duration such as 10s, 5m or "
                          "1h30m, got soon",
                          "f:6:13: gang.jobGangs: expected true or false, got yes",
                          "f:8:16: extender.bindTimeout: 1ms is out of range: expected 1s to 10m",
                          HasSubstr("f:9:1: nonsense: unknown key: expected one of apiVersion")));
}

TEST(LoadConfigurationTest, TheHeaderIsRequired) {
  EXPECT_THAT(Texts(LoadConfiguration("", "f").errors),
              ElementsAre("f:1:1: apiVersion: missing: the file must say apiVersion: "
                          "tutti.dev/v1alpha1",
                          "f:1:1: kind: missing: the file must say kind: TuttiConfiguration"));
  EXPECT_THAT(
      Texts(LoadConfiguration("apiVersion: tutti.dev/v2\nkind: KubeSchedulerConfiguration\n", "f")
                .errors),
      ElementsAre("f:1:13: apiVersion: expected tutti.dev/v1alpha1, got tutti.dev/v2",
                  "f:2:7: kind: expected TuttiConfiguration, got KubeSchedulerConfiguration"));
}

TEST(LoadConfigurationTest, WhatYamlReadersSilentlyReinterpretIsRefused) {
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: 010}\n"),
              ElementsAre(HasSubstr("010 has a leading zero")));
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: \"5\"}\n"),
              ElementsAre(HasSubstr("expected a whole number from 1 to 4096, got the text \"5\"")));
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: 0x10}\n"), SizeIs(1));
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: 1e2}\n"), SizeIs(1));
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: 1_0}\n"), SizeIs(1));
  EXPECT_THAT(Errors("clientConnection: {maxInFlight: 99999999999999999999}\n"),
              ElementsAre(HasSubstr("out of range: expected 1 to 4096")));
  EXPECT_THAT(Errors("clientConnection: {context: on}\n"),
              ElementsAre(HasSubstr("expected a text, got on: quote it")));
  EXPECT_THAT(Errors("leaderElection: {identity: 12}\n"),
              ElementsAre(HasSubstr("expected a text, got 12: quote it")));
  EXPECT_THAT(Errors("gang: {jobGangs: on}\n"), SizeIs(1));
  EXPECT_THAT(Errors("gang: {jobGangs: \"true\"}\n"), SizeIs(1));
  EXPECT_THAT(Errors("gang: {waitTimeout: 60}\n"),
              ElementsAre(HasSubstr("the duration 60 has no unit: write 60s")));
  EXPECT_THAT(Errors("gang: {waitTimeout: }\n"), ElementsAre(HasSubstr("got nothing")));
  EXPECT_THAT(Errors("clientConnection: {context: ~}\n"), ElementsAre(HasSubstr("got nothing")));
}

TEST(LoadConfigurationTest, AKeyMayStandOnce) {
  EXPECT_THAT(Errors("logging: {level: info}\nlogging: {level: debug}\n"),
              ElementsAre("f:4:1: logging: key given twice, first on line 3: remove one"));
  EXPECT_THAT(Errors("logging: {level: info, level: info}\n"), SizeIs(1));
}

TEST(LoadConfigurationTest, SuggestsTheKeyOrTheSectionThatWasMeant) {
  EXPECT_THAT(Errors("gangs: {}\n"), ElementsAre(HasSubstr("did you mean gang?")));
  EXPECT_THAT(Errors("waitTimeout: 1s\n"),
              ElementsAre(HasSubstr("did you mean gang.waitTimeout?")));
  EXPECT_THAT(Errors("logging: {level: inof}\n"),
              ElementsAre(HasSubstr("one of debug, info, warn, error (did you mean info?)")));
}

TEST(LoadConfigurationTest, WrongShapesNameWhatWasExpected) {
  EXPECT_THAT(Errors("gang: 5\n"), ElementsAre("f:3:7: gang: expected a map of keys, got 5"));
  EXPECT_THAT(Errors("gang: []\n"), ElementsAre(HasSubstr("expected a map of keys, got a list")));
  EXPECT_THAT(Errors("gang:\n"), IsEmpty());
  EXPECT_THAT(Errors("logging: {level: [info]}\n"), ElementsAre(HasSubstr("got a list")));
  EXPECT_THAT(Errors("gang: {dialects: job}\n"),
              ElementsAre(HasSubstr("expected a list with at least one of")));
  EXPECT_THAT(Errors("gang: {dialects: []}\n"), ElementsAre(HasSubstr("with at least one of")));
  EXPECT_THAT(Errors("gang: {dialects: [job, job]}\n"),
              ElementsAre(HasSubstr("gang.dialects[1]: job is given twice")));
  EXPECT_THAT(Errors("webhook: {dnsNames: [a, -b, a]}\n"),
              ElementsAre(HasSubstr("webhook.dnsNames[1]: expected a DNS name"),
                          HasSubstr("webhook.dnsNames[2]: a is given twice")));
  EXPECT_THAT(Errors("? [a]\n: b\n"), ElementsAre(HasSubstr("expected a key, got a list")));
  EXPECT_THAT(Texts(LoadConfiguration("- a\n", "f").errors),
              ::testing::Contains("f:1:1: expected a map of keys, got a list"));
}

TEST(LoadConfigurationTest, TextsMustHaveTheirForm) {
  EXPECT_THAT(Errors("extender: {listen: here}\n"),
              ElementsAre(HasSubstr("expected an address such as 127.0.0.1:8888")));
  EXPECT_THAT(Errors("extender: {listen: \"unix:///run/x\"}\n"), SizeIs(1));
  EXPECT_THAT(Errors("webhook: {enabled: true, register: {url: \"http://x/\"}}\n"),
              ElementsAre(HasSubstr("https://")));
  EXPECT_THAT(Errors("leaderElection: {leaseNamespace: Kube-System}\n"), SizeIs(1));
}

TEST(LoadConfigurationTest, ProvisioningIsOffUntilItHasAClass) {
  const LoadedConfiguration off = LoadConfiguration(kHeader, "f");
  EXPECT_FALSE(off.configuration.provisioning.enabled());
  const LoadedConfiguration on = LoadConfiguration(kHeader + R"(
provisioning:
  className: check-capacity.autoscaling.x-k8s.io
  parameters: {ValidUntilSeconds: "600", noRetry: true}
  delay: 0s
  maxPending: 3
  retry: {initial: 1s, max: 2m}
)",
                                                   "f");
  ASSERT_THAT(Texts(on.errors), IsEmpty());
  EXPECT_THAT(Texts(on.warnings), IsEmpty());
  const Provisioning& c = on.configuration.provisioning;
  EXPECT_TRUE(c.enabled());
  ASSERT_THAT(c.parameters, SizeIs(2));
  EXPECT_EQ(c.parameters[0].text, "600");
  EXPECT_EQ(c.parameters[1].text, "true");
  EXPECT_EQ(c.delay, seconds(0));
  EXPECT_EQ(c.max_pending, 3);
  EXPECT_EQ(c.retry.max, minutes(2));
  EXPECT_THAT(Errors("provisioning: {maxPending: 3}\n"),
              ElementsAre(StartsWith("f:3:15: provisioning.className: without it no nodes")));
}

TEST(LoadConfigurationTest, ProvisioningThatTheApiWouldRefuseIsRefusedHere) {
  const std::string with = "provisioning: {className: check-capacity.autoscaling.x-k8s.io, ";
  EXPECT_THAT(Errors(with + "parameters: {a: {b: c}}}\n"),
              ElementsAre(HasSubstr("a/b: expected a text for each name")));
  EXPECT_THAT(Errors(with + "parameters: {a: }}\n"), ElementsAre(HasSubstr("a: expected a text")));
  EXPECT_THAT(Errors(with + "parameters: {a: " + std::string(256, 'x') + "}}\n"),
              ElementsAre(HasSubstr("a: 256 characters: a request holds at most 255")));
  EXPECT_THAT(Errors(with + "retry: {initial: 50m, max: 40m}}\n"),
              ElementsAre(HasSubstr("provisioning.retry.initial: 50m is longer than retry.max")));
  EXPECT_THAT(Errors(with + "maxPending: 0}\n"), ElementsAre(HasSubstr("expected 1 to 500")));
  EXPECT_THAT(Errors("provisioning: {className: Check_Capacity}\n"),
              ElementsAre(HasSubstr("expected a DNS name")));
  EXPECT_THAT(Errors("provisioning: {clasName: x}\n"),
              ElementsAre(HasSubstr("did you mean className?")));
  EXPECT_THAT(Warnings("provisioning: {className: chek-capacity.autoscaling.x-k8s.io}\n"),
              ElementsAre(HasSubstr("did you mean check-capacity.autoscaling.x-k8s.io?")));
  EXPECT_THAT(Warnings("provisioning: {className: queued-provisioning.example.org}\n"), IsEmpty());
}

TEST(LoadConfigurationTest, ListenersThatOthersReachNeedClientCertificates) {
  EXPECT_THAT(Errors("extender: {listen: \"0.0.0.0:8888\"}\n"),
              ElementsAre(HasSubstr("f:3:20: extender.listen: 0.0.0.0:8888 can be reached")));
  EXPECT_THAT(Errors("extender: {listen: \"0.0.0.0:8888\", tls: {certFile: c, keyFile: k}}\n"),
              SizeIs(1));
  const std::string mutual =
      "extender: {listen: \"0.0.0.0:8888\", tls: {certFile: c, keyFile: k, clientCAFile: a}}\n";
  EXPECT_THAT(Errors(mutual), IsEmpty());
  EXPECT_THAT(Warnings(mutual), IsEmpty());
  const std::string allowed = "extender: {listen: \"0.0.0.0:8888\", allowInsecure: true}\n";
  EXPECT_THAT(Errors(allowed), IsEmpty());
  EXPECT_THAT(Warnings(allowed), ElementsAre(HasSubstr("anybody there may bind pods")));
  EXPECT_THAT(Errors("grpc: {enabled: true, listen: \"0.0.0.0:9090\"}\n"), SizeIs(1));
  EXPECT_THAT(Errors("grpc: {enabled: true, listen: \"unix:///run/t.sock\"}\n"), IsEmpty());
}

TEST(LoadConfigurationTest, TheControlGatewayNeedsTheControlApiAndIsOpenOnlyWhereThatIsSaid) {
  EXPECT_THAT(Errors("controlGateway: {listen: \"127.0.0.1:9092\"}\n"), IsEmpty());
  EXPECT_THAT(Errors("control: {enabled: false}\ncontrolGateway: {listen: \"127.0.0.1:9092\"}\n"),
              ElementsAre(HasSubstr("set control.enabled: true")));
  EXPECT_THAT(Errors("controlGateway: {listen: \"0.0.0.0:9092\"}\n"),
              ElementsAre(HasSubstr("controlGateway.listen: 0.0.0.0:9092 can be reached")));
  const std::string open = "controlGateway: {listen: \"0.0.0.0:9092\", allowInsecure: true}\n";
  EXPECT_THAT(Errors(open), IsEmpty());
  EXPECT_THAT(Warnings(open), ElementsAre(HasSubstr("names and sizes of all pods")));
  EXPECT_THAT(Errors("controlGateway: {listen: \"127.0.0.1:9091\"}\n"),
              ElementsAre(HasSubstr("is taken by control.listen")));
}

TEST(LoadConfigurationTest, TheControlApiIsForThisMachineOrForThoseWithACertificate) {
  EXPECT_THAT(Errors("control: {listen: \"0.0.0.0:9091\"}\n"),
              ElementsAre(HasSubstr("anybody there may hold gangs")));
  EXPECT_THAT(Errors("control: {enabled: false, listen: \"0.0.0.0:9091\"}\n"), IsEmpty());
  EXPECT_THAT(Errors("control: {listen: \"unix:///run/tutti/control.sock\"}\n"), IsEmpty());
  EXPECT_THAT(Errors("control: {listen: \"0.0.0.0:9091\", tls: {certFile: c, keyFile: k, "
                     "clientCAFile: a}}\n"),
              IsEmpty());
  EXPECT_THAT(Warnings("control: {listen: \"0.0.0.0:9091\", allowInsecure: true}\n"), SizeIs(1));
  EXPECT_THAT(Errors("control: {tls: {certFile: c}}\n"),
              ElementsAre(HasSubstr("control.tls.keyFile")));
  EXPECT_THAT(Errors("control: {tls: {clientCAFile: a}}\n"), SizeIs(1));
  EXPECT_THAT(Errors("control: {listen: \"127.0.0.1:8888\"}\n"),
              ElementsAre(HasSubstr("is taken by extender.listen")));
}

TEST(LoadConfigurationTest, RulesAcrossKeysAreChecked) {
  EXPECT_THAT(Errors("extender: {tls: {certFile: c}}\n"),
              ElementsAre("f:3:17: extender.tls.keyFile: must be set together with certFile"));
  EXPECT_THAT(Errors("extender: {tls: {clientCAFile: c}}\n"), SizeIs(1));
  EXPECT_THAT(Errors("webhook: {certFile: c, keyFile: k, register: {serviceName: a}}\n"),
              ElementsAre(HasSubstr("webhook.enabled")));
  EXPECT_THAT(Errors("webhook: {enabled: true}\n"), ElementsAre(HasSubstr("webhook.dnsNames")));
  EXPECT_THAT(Errors("webhook: {enabled: true, register: {serviceName: a, url: \"https://b/\"}}\n"),
              ElementsAre(HasSubstr("exclude each other")));
  EXPECT_THAT(Errors("webhook: {enabled: true, register: {url: \"https://b/\", "
                     "validatingServiceName: a}}\n"),
              ElementsAre(HasSubstr("webhook.register.validatingServiceName: it stands beside")));
  EXPECT_THAT(Errors("webhook: {enabled: true, register: {serviceName: a, timeout: 1500ms}}\n"),
              ElementsAre(HasSubstr("whole number of seconds")));
  EXPECT_THAT(Errors("webhook: {enabled: true, dnsNames: [a], submitAccess: true}\n"),
              ElementsAre(HasSubstr("webhook.submitAccess: nobody would be asked")));
  EXPECT_THAT(Errors("webhook: {enabled: true, submitAccess: true, register: {serviceName: a}}\n"),
              IsEmpty());
  EXPECT_THAT(Errors("webhook: {enabled: true, certFile: c, keyFile: k, secretName: s}\n"),
              ElementsAre(HasSubstr("webhook.secretName: certFile is a certificate of yours")));
  EXPECT_THAT(Errors("webhook: {enabled: true, secretName: s, register: {serviceName: a}}\n"),
              IsEmpty());
  EXPECT_THAT(Errors("webhook: {enabled: true, register: {serviceName: a, caFile: c}}\n"),
              ElementsAre(HasSubstr("webhook.register.caFile: it is the CA that certFile")));
  EXPECT_THAT(Errors("webhook: {enabled: true, certFile: c, keyFile: k, register: {caFile: a}}\n"),
              ElementsAre(HasSubstr("set url or serviceName")));
  EXPECT_THAT(Errors("webhook: {enabled: true, certFile: c, keyFile: k, "
                     "register: {serviceName: a, caFile: c}}\n"),
              IsEmpty());
  EXPECT_THAT(Errors("leaderElection: {leaseDuration: 7s}\n"),
              ElementsAre(HasSubstr("renewDeadline: 7s must be shorter than leaseDuration (7s)")));
  EXPECT_THAT(Errors("leaderElection: {retryPeriod: 9s}\n"),
              ElementsAre(HasSubstr("by more than")));
  EXPECT_THAT(Errors("leaderElection: {mode: own}\n"), ElementsAre(HasSubstr("another name")));
  EXPECT_THAT(Errors("gang: {backoff: {initial: 10m}}\n"),
              ElementsAre(HasSubstr("10m is longer than backoff.max (5m)")));
  EXPECT_THAT(Errors("devices: {resource: gpu}\n"),
              ElementsAre(HasSubstr("\"gpu\" is no extended resource")));
  EXPECT_THAT(Errors("devices: {resource: tutti.dev/gpu-milli}\n"), SizeIs(1));
  for (const char* resource : {"/gpu", "nvidia.com/", "nvidia.com/gpu/a", "nvidia.com/gpu' in x"})
    EXPECT_THAT(Errors(absl::StrFormat("devices: {resource: \"%s\"}\n", resource)), SizeIs(1))
        << resource;
  EXPECT_THAT(Errors("devices: {enabled: true, resource: amd.com/gpu, perNode: 16}\n"), IsEmpty());
  EXPECT_THAT(Errors("metrics: {listen: \"0.0.0.0:8888\"}\n"),
              ElementsAre(HasSubstr("0.0.0.0:8888 is taken by extender.listen")));
}

TEST(LoadConfigurationTest, WhatAConfigurationDoesNotNeedIsRefused) {
  EXPECT_THAT(Errors("gang: &a {}\n"), ElementsAre(HasSubstr("anchors")));
  EXPECT_THAT(Errors("gang: *a\n"), SizeIs(1));
  EXPECT_THAT(Errors("gang: !!map {}\n"), ElementsAre(HasSubstr("explicit tag")));
  EXPECT_THAT(Errors("clientConnection: {context: !!str 5}\n"), SizeIs(1));
  EXPECT_THAT(Errors("---\ngang: {}\n"), ElementsAre(HasSubstr("second YAML document")));
  EXPECT_THAT(Errors("gang: {\n"), ElementsAre(HasSubstr("not valid YAML")));
  EXPECT_THAT(Errors("\tgang: {}\n"), ElementsAre(HasSubstr("not valid YAML")));
}

TEST(LoadConfigurationTest, HostileSizesAreRefusedInBoundedTime) {
  EXPECT_THAT(Errors("x: " + std::string(100'000, '[') + "\n"), SizeIs(1));
  EXPECT_THAT(Errors(std::string(kHeader.size() + (1 << 20), '#')), SizeIs(1));
  EXPECT_THAT(Errors(std::string("a\0b: 1\n", 7)), ElementsAre(HasSubstr("NUL byte")));
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "key" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(Errors(many), SizeIs(100));
  EXPECT_THAT(Errors("\"" + std::string(10'000, 'k') + "\\n\": 1\n"),
              ElementsAre(SizeIs(::testing::Lt(400))));
}

TEST(LoadConfigurationTest, APluginBesideTheServerHasAnAddressAndATimeout) {
  const LoadedConfiguration loaded = LoadConfiguration(kHeader + R"(plugins:
- {name: Price, address: "unix:///run/price.sock", timeout: 80ms}
- {name: Far, address: "dns:price.example.org:9000", tls: {caFile: /etc/ca.pem}}
- {name: Near}
)",
                                                       "f");
  ASSERT_THAT(Texts(loaded.errors), IsEmpty());
  EXPECT_THAT(Texts(loaded.warnings), IsEmpty());
  const std::vector<Plugin>& plugins = loaded.configuration.plugins;
  EXPECT_EQ(plugins[0].address, "unix:///run/price.sock");
  EXPECT_EQ(plugins[0].timeout, milliseconds(80));
  EXPECT_EQ(plugins[1].tls.ca_file, "/etc/ca.pem");
  EXPECT_EQ(plugins[2].address, "");
  EXPECT_EQ(plugins[2].timeout, milliseconds(50));
}

TEST(LoadConfigurationTest, AnAddressOfAPluginIsASocketOrAName) {
  for (const char* good : {"unix:///a", "dns:a:1", "dns:10.0.0.1:65535", "dns:[::1]:80"}) {
    EXPECT_THAT(Errors("plugins: [{name: A, address: \"" + std::string(good) + "\"}]"), IsEmpty())
        << good;
  }
  for (const char* bad :
       {"price.sock", "unix:price.sock", "unix://price.sock", "127.0.0.1:80", "dns:a", "dns:a:0",
        "dns:a:65536", "dns::80", "dns:a b:80", "dns:[x]:80", "http://a:80", "ipv4:1.2.3.4:5"}) {
    EXPECT_THAT(Errors("plugins: [{name: A, address: \"" + std::string(bad) + "\"}]"),
                ElementsAre(HasSubstr("expected an address such as unix:///run/price.sock")))
        << bad;
  }
}

TEST(LoadConfigurationTest, APluginComesFromOnePlace) {
  EXPECT_THAT(
      Errors("plugins:\n- {name: A, library: /a.so, address: \"unix:///a\"}\n"),
      ElementsAre("f:4:38: plugins[0].address: address and library exclude each other: keep "
                  "address where the plugin is a process of its own"));
  EXPECT_THAT(Errors("plugins: [{name: A, tls: {caFile: /ca}}]"),
              ElementsAre(HasSubstr("plugins[0].tls.caFile: it says how address is reached")));
  EXPECT_THAT(Errors("plugins: [{name: A, address: \"unix:///a\", tls: {keyFile: /k}}]"),
              ElementsAre(HasSubstr("plugins[0].tls.certFile: must be set together with keyFile")));
  EXPECT_THAT(Warnings("plugins: [{name: A, address: \"dns:price.example.org:9000\"}]"),
              ElementsAre(HasSubstr("asked without TLS")));
  EXPECT_THAT(Warnings("plugins: [{name: A, address: \"dns:localhost:9000\"}]"), IsEmpty());
  EXPECT_THAT(Errors("plugins: [{name: A, address: \"unix:///a\", timeout: 11s}]"),
              ElementsAre(HasSubstr("1ms to 10s")));
}

TEST(LoadConfigurationFileTest, TellsWhyAFileCannotBeRead) {
  const testing::TempFolder folder;
  const std::string missing = folder.path() + "/tutti-no-such-file.yaml";
  const absl::StatusOr<Configuration> none = LoadConfigurationFile(missing, nullptr);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr(missing));
  EXPECT_EQ(LoadConfigurationFile(folder.path(), nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(LoadConfigurationFileTest, ReadsAFileAndHandsOnItsWarnings) {
  const testing::TempFolder folder;
  const std::string path =
      folder.Write("tutti.yaml", std::string(kHeader) +
                                     "extender: {listen: \"0.0.0.0:1\", allowInsecure: true}\n");
  std::vector<Problem> warnings;
  const absl::StatusOr<Configuration> loaded = LoadConfigurationFile(path, &warnings);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->extender.listen, "0.0.0.0:1");
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(warnings[0].ToString(), StartsWith(path + ":3:20: extender.listen: "));
}

}  // namespace
}  // namespace tutti::config
