#include "objects/pod_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "objects/pin.h"
#include "tests/unit/objects/pod_decoder_fixture.h"

namespace tutti::objects {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(PodDecoderTest, ReadsAPodAsTheServerWritesIt) {
  const auto pod = Decode(ReadGolden("training_pod.json"));
  ASSERT_TRUE(pod.ok()) << pod.status();
  EXPECT_EQ(
      Describe(*pod, resources_),
      absl::StrFormat(
          R"(0f1c7b52-5f0e-4c5c-9a49-6e4d3c1f2a07 research/llama-worker-7 scheduler=tutti node= nominated=gpu-node-03 plan=0f1c7b52/7 created=1789374605 phase=0 deleting=0
gates=1,1 controller=1 disruptable=1 verdict=1,1,%d
gang=research/first/llama llama-worker-7|research|nlp|llama-worker|llama-group min=8 wait=5000000000 
pin=gpu-node-03
pin=gpu-node-04
requests: cpu=16350m memory=204984Mi pods=1 nvidia.com/gpu=8 hugepages-2Mi=512Mi unknown=0
charge: cpu=16350m memory=204984Mi pods=1 nvidia.com/gpu=8 hugepages-2Mi=512Mi
priority=1000 referee=1
selector kubernetes.io/arch=amd64
selector node.example/pool=h100
affinity (topology.kubernetes.io/zone In a b;gpu.generation Gt 4;|)
tolerates nvidia.com/gpu= effect=1 exists=1
tolerates dedicated=research effect=3 exists=0
tolerates node.kubernetes.io/not-ready= effect=3 exists=1
port 0.0.0.0 TCP 29500
port 127.0.0.1 UDP 5353
port 0.0.0.0 TCP 9105
claim corpus
claim llama-worker-7-scratch
)",
          pod->verdict.fingerprint));
}

TEST_F(PodDecoderTest, ABarePodIsFine) {
  for (const char* json :
       {R"({"metadata":{"name":"p"}})", R"({"metadata":{"name":"p"},"spec":null,"status":null})",
        R"({"metadata":{"name":"p","labels":null,"annotations":null,"ownerReferences":null,
            "deletionTimestamp":null,"creationTimestamp":null,"uid":null},
            "spec":{"containers":null,"initContainers":null,"volumes":null,"affinity":null,
            "tolerations":null,"nodeSelector":null,"overhead":null,"resources":null,
            "schedulingGates":null,"priority":null,"schedulingGroup":null,
            "topologySpreadConstraints":null,"resourceClaims":null},
            "status":{"conditions":null,"containerStatuses":null,"resources":null}})"}) {
    const auto pod = Decode(json, "from-the-request");
    ASSERT_TRUE(pod.ok()) << pod.status();
    EXPECT_EQ(Describe(*pod, resources_),
              "00000000-0000-0000-0000-000000000000 from-the-request/p scheduler= node= nominated= "
              "plan= created=0 phase=0 deleting=0\n"
              "gates=0,0 controller=0 disruptable=1 verdict=0,0,0\n"
              "requests: pods=1 unknown=0\ncharge: pods=1\npriority=0 referee=0\n");
  }
}

TEST_F(PodDecoderTest, UnitsAreExactAndRoundUp) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"cpu":"1500m"})", "cpu=1500m pods=1"},
      {R"({"cpu":"2"})", "cpu=2 pods=1"},
      {R"({"cpu":2})", "cpu=2 pods=1"},
      {R"({"cpu":"0.0001"})", "cpu=1m pods=1"},
      {R"({"cpu":"1500100u"})", "cpu=1501m pods=1"},
      {R"({"memory":"1Gi"})", "memory=1Gi pods=1"},
      {R"({"memory":"1G"})", "memory=1000000000 pods=1"},
      {R"({"memory":"128974848"})", "memory=123Mi pods=1"},
      {R"({"memory":"1500m"})", "memory=2 pods=1"},
      {R"({"memory":"1e3"})", "memory=1000 pods=1"},
      {R"({"ephemeral-storage":"10Gi"})", "ephemeral-storage=10Gi pods=1"},
      {R"({"nvidia.com/gpu":"0"})", "pods=1"},
      {R"({"nvidia.com/gpu":"4","cpu":"0"})", "pods=1 nvidia.com/gpu=4"},
      {R"({"memory":"100Ei"})", "memory=8Pi pods=1"},  // past 64 bits: as much as can be counted
      {R"({})", "pods=1"},
      {R"(null)", "pods=1"},
  };
  for (const auto& [requests, expected] : rows) EXPECT_EQ(Requests(requests), expected) << requests;
}

// Requests, not limits, and what the status says only where it reports a resize.
TEST_F(PodDecoderTest, ChargesForAResizeThatIsUnderWay) {
  const std::string spec = R"({"containers":[
      {"name":"a","resources":{"requests":{"cpu":"100m"},"limits":{"cpu":"9","memory":"9Gi"}}},
      {"name":"b","resources":{"requests":{"cpu":"500m"}}}],
    "initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"10m"}}}]})";
  const std::string statuses = R"("containerStatuses":[
      {"name":"b","resources":{"requests":{"cpu":"900m"}},"allocatedResources":{"cpu":"700m"}},
      {"name":"gone","resources":{"requests":{"cpu":"77"}}}],
    "initContainerStatuses":[{"name":"s","allocatedResources":{"cpu":"30m"}}])";
  const PodInfo resizing = Pod(spec, absl::StrFormat("{%s}", statuses));
  EXPECT_EQ(Describe(resizing.shape->requests, resources_), "cpu=610m pods=1");
  EXPECT_EQ(Describe(*resizing.charge, resources_), "cpu=1030m pods=1");

  const std::string big = R"({"containers":[{"name":"b","resources":{"requests":{"cpu":"64"}}}]})";
  const auto with = [&](const char* condition) {
    return Describe(
        *Pod(big, absl::StrFormat(R"({"conditions":[%s],%s})", condition, statuses)).charge,
        resources_);
  };
  EXPECT_EQ(with(R"({"type":"PodResizePending","status":"True","reason":"Deferred"})"),
            "cpu=64 pods=1");
  EXPECT_EQ(with(R"({"type":"PodResizePending","status":"True","reason":"Infeasible"})"),
            "cpu=900m pods=1");
  EXPECT_EQ(with(R"({"type":"PodResizeInProgress","status":"True","reason":"Infeasible"})"),
            "cpu=64 pods=1");
}

TEST_F(PodDecoderTest, PodLevelRequestsReplaceTheirOwnResources) {
  const std::string spec =
      R"({"resources":{"requests":{"cpu":"3","hugepages-1Gi":"2Gi"},"limits":{"memory":"7Gi"}},
    "containers":[{"name":"a","resources":{"requests":{"cpu":"5","memory":"1Gi","hugepages-1Gi":"1Gi","example.com/x":"2"}}}]})";
  const PodInfo pod =
      Pod(spec, R"({"resources":{"requests":{"cpu":"4"}},"allocatedResources":{"cpu":"3"}})");
  EXPECT_EQ(Describe(pod.shape->requests, resources_),
            "cpu=3 memory=1Gi pods=1 hugepages-1Gi=2Gi example.com/x=2");
  EXPECT_EQ(Describe(*pod.charge, resources_),
            "cpu=4 memory=1Gi pods=1 hugepages-1Gi=2Gi example.com/x=2");
}

TEST_F(PodDecoderTest, AResourcePastTheTablesBoundFitsNowhere) {
  for (size_t i = 0; i < model::ResourceTable::kLimitForPods; ++i)
    resources_.InternForPod(absl::StrFormat("example.com/r%d", i));
  const auto unknown = [&](const char* requests) {
    return Pod(absl::StrFormat(R"({"containers":[{"resources":{"requests":%s}}]})", requests))
        .shape->unknown_resource;
  };
  EXPECT_TRUE(unknown(R"({"example.com/one-more":"1"})"));
  EXPECT_FALSE(unknown(R"({"example.com/one-more":"0"})"));
  EXPECT_FALSE(unknown(R"({"example.com/r0":"1"})"));
}

TEST_F(PodDecoderTest, TheRefereeIsNeededForRulesThatOnlyKubeSchedulerJudges) {
  const std::vector<std::pair<std::string, bool>> rows = {
      {R"({})", false},
      {R"({"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"z"}]}}})",
       true},
      {R"({"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"z"}]}}})",
       true},
      {R"({"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[]}}})",
       false},
      {R"({"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1}]}}})",
       false},
      {R"({"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}]})",
       true},
      {R"({"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway"}]})",
       false},
      {R"({"resourceClaims":[{"name":"gpu","resourceClaimName":"c"}]})", true},
      {R"({"volumes":[{"name":"v","csi":{"driver":"d"}}]})", true},
      {R"({"volumes":[{"name":"v","ephemeral":{}}]})", true},
      {R"({"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]})", true},
      {R"({"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"x"}}]})", false},
      {R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{}]}}}})",
       false},
  };
  for (const auto& [spec, expected] : rows)
    EXPECT_EQ(Pod(spec).shape->needs_referee, expected) << spec;
}

TEST_F(PodDecoderTest, ClaimsAreThePodsOwnAndThoseOfItsEphemeralVolumes) {
  const PodInfo pod = Pod(R"({"volumes":[
    {"name":"z","persistentVolumeClaim":{"claimName":"shared"}}, {"name":"tmp","ephemeral":{"volumeClaimTemplate":{}}},
    {"name":"again","persistentVolumeClaim":{"claimName":"shared","readOnly":true}}]})");
  EXPECT_THAT(pod.shape->claims, ElementsAre("p-tmp", "shared"));
}

TEST_F(PodDecoderTest, AnAffinityWithoutTermsIsNotNoAffinity) {
  const auto affinity = [&](const char* required) {
    return Pod(absl::StrFormat(
                   R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":%s}}})",
                   required))
        .shape->required_affinity;
  };
  EXPECT_EQ(affinity("null"), std::nullopt);
  EXPECT_EQ(affinity("{}"), model::NodeSelector());
  EXPECT_EQ(affinity(R"({"nodeSelectorTerms":[{}]})"), model::NodeSelector(1));
  EXPECT_EQ(Describe(*affinity(R"({"nodeSelectorTerms":[{"matchExpressions":[
      {"key":"a","operator":"NotIn","values":["1"]},{"key":"b","operator":"DoesNotExist"},
      {"key":"c","operator":"Lt","values":["5"]},{"key":"d","operator":"Near"}]}]})")),
            "(a NotIn 1;b DoesNotExist;c Lt 5;d ?;|)");
}

TEST_F(PodDecoderTest, APinIsPartOfThePodAndNotOfItsShape) {
  const auto pod = [&](const char* annotation, const std::string& terms) {
    return Pod(
        terms.empty()
            ? "{}"
            : absl::StrFormat(
                  R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[%s]}}}})",
                  terms),
        "{}",
        absl::StrFormat(R"({"name":"p","annotations":{"tutti.dev/pinned-nodes":"%s"}})",
                        annotation));
  };
  const auto fields = [](const char* node) {
    return absl::StrFormat(
        R"("matchFields":[{"key":"metadata.name","operator":"In","values":["%s"]}])", node);
  };
  const std::string zone = R"("matchExpressions":[{"key":"zone","operator":"In","values":["z"]}])";
  const PodInfo plain = pod("", "");
  const PodInfo zoned = pod("", "{" + zone + "}");

  const PodInfo pinned = pod("a,b", "{" + fields("a") + "},{" + fields("b") + "}");
  EXPECT_EQ(pinned.shape, plain.shape);
  EXPECT_THAT(pinned.pins, ElementsAre("a", "b"));

  const PodInfo narrowed = pod("a", "{" + zone + "," + fields("a") + "}");
  EXPECT_EQ(narrowed.shape, zoned.shape);
  EXPECT_THAT(narrowed.pins, ElementsAre("a"));

  // The annotation and the affinity do not belong together: somebody else wrote one of them.
  const PodInfo stranger = pod("c", "{" + fields("a") + "}");
  EXPECT_THAT(stranger.pins, IsEmpty());
  EXPECT_EQ(Describe(*stranger.shape->required_affinity), "(|metadata.name In a;)");
  EXPECT_THAT(pod("a", "").pins, IsEmpty());
}

TEST_F(PodDecoderTest, PortsAreThoseOfContainersThatKeepRunning) {
  const PodInfo pod = Pod(R"({"hostNetwork":true,
    "containers":[{"ports":[{"containerPort":80,"hostPort":80},{"containerPort":81},{"containerPort":82,"hostPort":0}]}],
    "initContainers":[{"ports":[{"containerPort":90,"hostPort":90}]},
                      {"restartPolicy":"Always","ports":[{"containerPort":91,"hostPort":91,"protocol":"SCTP","hostIP":"10.0.0.1"}]}]})");
  EXPECT_THAT(pod.shape->host_ports, ElementsAre(model::HostPort{"0.0.0.0", "TCP", 80},
                                                 model::HostPort{"10.0.0.1", "SCTP", 91}));
}

TEST_F(PodDecoderTest, TolerationsThatNobodyKnowsTolerateNothing) {
  const PodInfo pod = Pod(
      R"({"tolerations":[{"operator":"Exists"},{"key":"a"},{"key":"b","operator":"Lt","value":"1"},
    {"key":"c","operator":"Exists","effect":"NoBreathe"},{"key":"d","operator":"Exists","effect":"PreferNoSchedule"}]})");
  using model::TaintEffect;
  EXPECT_THAT(pod.shape->tolerations,
              ElementsAre(model::Toleration{"", "", TaintEffect::kNone, true},
                          model::Toleration{"a", "", TaintEffect::kNone, false},
                          model::Toleration{"d", "", TaintEffect::kPreferNoSchedule, true}));
}

TEST_F(PodDecoderTest, GatesPhaseAndLife) {
  const auto gates = [&](const char* list) {
    const PodInfo pod = Pod(absl::StrFormat(R"({"schedulingGates":%s})", list));
    return std::pair(pod.gated_by_tutti, pod.gated_by_others);
  };
  EXPECT_EQ(gates("[]"), std::pair(false, false));
  EXPECT_EQ(gates(R"([{"name":"tutti.dev/gang"}])"), std::pair(true, false));
  EXPECT_EQ(gates(R"([{"name":"example.com/other"}])"), std::pair(false, true));

  using model::PodPhase;
  for (const auto& [text, phase] :
       {std::pair("Pending", PodPhase::kPending), std::pair("Running", PodPhase::kRunning),
        std::pair("Succeeded", PodPhase::kSucceeded), std::pair("Failed", PodPhase::kFailed),
        std::pair("Unknown", PodPhase::kPending)}) {
    EXPECT_EQ(Pod("{}", absl::StrFormat(R"({"phase":"%s"})", text)).phase, phase) << text;
  }
  EXPECT_TRUE(
      Pod("{}", "{}", R"({"name":"p","deletionTimestamp":"2026-09-14T08:30:05Z"})").deleting);
  EXPECT_TRUE(Pod(R"({"nodeName":"n"})").bound());
}

TEST_F(PodDecoderTest, WhoWillMakeThePodAnewAndWhoMayBeEvicted) {
  const auto pod = [&](const char* metadata) {
    const PodInfo info = Pod("{}", "{}", metadata);
    return std::pair(info.has_controller, info.disruptable);
  };
  EXPECT_EQ(pod(R"({"name":"p"})"), std::pair(false, true));
  EXPECT_EQ(
      pod(R"({"name":"p","ownerReferences":[{"kind":"ReplicaSet","name":"r","controller":true}]})"),
      std::pair(true, true));
  EXPECT_EQ(
      pod(R"({"name":"p","ownerReferences":[{"kind":"DaemonSet","name":"d","controller":false},{"kind":"ConfigMap","name":"c"}]})"),
      std::pair(false, true));
  EXPECT_EQ(
      pod(R"({"name":"p","ownerReferences":[{"kind":"DaemonSet","name":"d","controller":true}]})"),
      std::pair(true, false));
  EXPECT_EQ(
      pod(R"({"name":"p","annotations":{"kubernetes.io/config.mirror":"1a2b"},"ownerReferences":[{"kind":"Node","name":"n","controller":true}]})"),
      std::pair(true, false));
}

TEST_F(PodDecoderTest, TheVerdictIsThatOfKubeScheduler) {
  const auto verdict = [&](const char* reason, const char* message,
                           const char* when = "2026-09-14T08:30:07Z",
                           const char* status = "False") {
    return Pod("{}",
               absl::StrFormat(
                   R"({"conditions":[{"type":"Ready","status":"False","reason":"Unschedulable","message":"x"},
      {"type":"PodScheduled","status":"%s","reason":"%s","message":"%s","lastTransitionTime":"%s"}]})",
                   status, reason, message, when))
        .verdict;
  };
  EXPECT_EQ(verdict("SchedulingGated", "Scheduling is blocked"), model::SchedulingVerdict());
  EXPECT_EQ(verdict("Unschedulable", "", "", "True"), model::SchedulingVerdict());
  EXPECT_TRUE(verdict("SchedulerError", "timeout").refused);
  const auto ours =
      verdict("Unschedulable", "0/9 nodes are available: 9 tutti/QueuedBehind: 3 ahead.");
  const auto theirs = verdict("Unschedulable", "0/9 nodes are available: 9 Insufficient cpu.");
  EXPECT_TRUE(ours.refused && ours.ours);
  EXPECT_TRUE(theirs.refused && !theirs.ours);
  EXPECT_EQ(theirs, verdict("Unschedulable", "0/9 nodes are available: 9 Insufficient cpu."));
  EXPECT_NE(theirs.fingerprint,
            verdict("Unschedulable", "0/8 nodes are available: 8 Insufficient cpu.").fingerprint);
  EXPECT_NE(theirs.fingerprint,
            verdict("SchedulerError", "0/9 nodes are available: 9 Insufficient cpu.").fingerprint);
  EXPECT_NE(theirs.fingerprint,
            verdict("Unschedulable", "0/9 nodes are available: 9 Insufficient cpu.",
                    "2026-09-14T08:31:07Z")
                .fingerprint);
}

TEST_F(PodDecoderTest, TheFirstGroupingThatClaimsThePodWins) {
  const auto gang = [&](const char* annotations) {
    return Pod("{}", "{}",
               absl::StrFormat(R"({"name":"p","namespace":"ns","annotations":%s})", annotations))
        .gang;
  };
  EXPECT_EQ(gang("{}"), std::nullopt);
  EXPECT_EQ(gang(R"({"other/gang":"b"})")->key, (model::GangKey{"ns", "second", "b"}));
  EXPECT_EQ(gang(R"({"other/gang":"b","tutti.dev/gang":"a"})")->key,
            (model::GangKey{"ns", "first", "a"}));
  EXPECT_EQ(gang(R"({"other/gang":"b","problem":"min-member is no number"})")->problem,
            "min-member is no number");
  // Nothing of the pod before is left.
  EXPECT_EQ(gang("null"), std::nullopt);
}

TEST_F(PodDecoderTest, AMemberSaysWhoseWorkItIs) {
  const auto pod = [&](const char* metadata) {
    return Pod("{}", "{}", absl::StrFormat(R"({"name":"p","namespace":"ns",%s})", metadata));
  };
  const char* const owner = R"("ownerReferences":[{"kind":"Job","name":"nightly-7","uid":"u",)"
                            R"("controller":true}],"annotations":{"tutti.dev/gang":"a-1"})";
  EXPECT_EQ(pod(owner).submitter, "Job/nightly");
  EXPECT_EQ(
      pod(R"("labels":{"tutti.dev/user":"ada"},"annotations":{"tutti.dev/gang":"a-1"})").submitter,
      "user/ada");
  EXPECT_EQ(pod(R"("labels":{"tutti.dev/user":"ada"})").submitter, "") << "no gang, no run";
}

TEST_F(PodDecoderTest, APodSaysHowLongItRuns) {
  const auto pod = [&](const char* annotations, const char* spec = "{}") {
    return Pod(spec, "{}",
               absl::StrFormat(R"({"name":"p","namespace":"ns","annotations":%s})", annotations));
  };
  using std::chrono::minutes;
  const char* const hour = R"({"tutti.dev/gang":"a","tutti.dev/expected-duration":"1h30m"})";
  EXPECT_EQ(pod("{}").expected_duration.count(), 0);
  EXPECT_EQ(pod(hour).expected_duration, minutes(90));
  EXPECT_EQ(pod("{}", R"({"activeDeadlineSeconds":600})").expected_duration, minutes(10));
  EXPECT_EQ(pod(hour, R"({"activeDeadlineSeconds":600})").expected_duration, minutes(90))
      << "the annotation knows better";
  EXPECT_GT(pod("{}", R"({"activeDeadlineSeconds":9223372036854775807})").expected_duration.count(),
            0);
  const PodInfo wrong = pod(R"({"tutti.dev/gang":"a","tutti.dev/expected-duration":"soon"})");
  EXPECT_EQ(
      wrong.gang->problem,
      "annotation tutti.dev/expected-duration is \"soon\"; expected a duration such as 90s or "
      "1h30m; correct or remove it");
  EXPECT_EQ(
      pod(R"({"tutti.dev/gang":"a","tutti.dev/expected-duration":"0"})").gang->problem.empty(),
      false);
}

TEST_F(PodDecoderTest, ReadsWhatFollowsALostMember) {
  const auto gang = [&](const char* then) {
    return *Pod("{}", "{}",
                absl::StrFormat(R"({"name":"p","namespace":"ns","annotations":{
                  "tutti.dev/gang":"a","tutti.dev/min-member":"2"%s}})",
                                then))
                .gang;
  };
  EXPECT_EQ(gang("").on_member_lost, model::MemberLost::kReplace);
  EXPECT_EQ(gang(R"(,"tutti.dev/on-member-lost":"Replace")").on_member_lost,
            model::MemberLost::kReplace);
  EXPECT_EQ(gang(R"(,"tutti.dev/on-member-lost":"Release")").on_member_lost,
            model::MemberLost::kRelease);
  EXPECT_EQ(gang(R"(,"tutti.dev/on-member-lost":"restart")").problem,
            "annotation tutti.dev/on-member-lost is \"restart\"; expected Replace or Release; "
            "correct or remove it");
  EXPECT_EQ(gang(R"(,"tutti.dev/start-after":"driver, cache")").start_after,
            (std::vector<std::string>{"driver", "cache"}));
  EXPECT_EQ(gang(R"(,"tutti.dev/start-after":"driver,,cache")").problem,
            "annotation tutti.dev/start-after is \"driver,,cache\"; expected 1 to 16 roles, with "
            "commas; correct or remove it");
}

TEST_F(PodDecoderTest, AReadyPodIsKnownByItsCondition) {
  for (const char* status : {"True", "False", "Unknown"}) {
    const PodInfo pod = Pod("{}", absl::StrFormat(R"({"phase":"Running","conditions":[
        {"type":"Ready","status":"%s"},{"type":"PodScheduled","status":"True"}]})",
                                                  status));
    EXPECT_EQ(pod.ready, std::string(status) == "True") << status;
  }
}

TEST_F(PodDecoderTest, IdenticalMembersShareShapeAndCharge) {
  const std::string spec = R"({"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]})";
  const PodInfo a = Pod(spec, R"({"phase":"Running"})", R"({"name":"a","labels":{"index":"0"}})");
  const PodInfo b = Pod(spec, "{}", R"({"name":"b","labels":{"index":"1"}})");
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.charge, b.charge);
}

}  // namespace
}  // namespace tutti::objects
