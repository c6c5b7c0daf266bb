#include "plugins/gang/owner_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Object;
using testing::PodViewBuilder;

constexpr char kUid[] = "11111111-1111-4111-8111-111111111111";

PodViewBuilder PodOf(const char* api_version, const char* kind) {
  PodViewBuilder pod;
  pod.Owner({api_version, kind, "train", kUid, true});
  return pod;
}

class OwnerGroupingTest : public ::testing::Test {
 protected:
  GangObject SpecOf(const char* api_version, const char* kind, const std::string& spec) const {
    return grouping_
        .SpecOf(Object(absl::StrFormat(
            R"({"apiVersion":"%s","kind":"%s","metadata":{"name":"train","uid":"%s"},"spec":%s})",
            api_version, kind, kUid, spec)))
        .value();
  }
  GangObject JobSet(const std::string& spec) const {
    return SpecOf("jobset.x-k8s.io/v1alpha2", "JobSet", spec);
  }
  GangObject RayCluster(const std::string& spec) const {
    return SpecOf("ray.io/v1", "RayCluster", spec);
  }
  const OwnerGrouping grouping_;
};

TEST_F(OwnerGroupingTest, ThePodsOfAJobSetNameItInALabel) {
  PodViewBuilder pod = PodOf("batch/v1", "Job");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
  pod.Label("jobset.sigs.k8s.io/jobset-name", "train")
      .Label("jobset.sigs.k8s.io/replicatedjob-name", "workers")
      .Label("tutti.dev/queue", "research");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, JobSet("{}").identity);
  EXPECT_EQ(membership->display_name, "train");
  EXPECT_EQ(membership->role, "workers");
  EXPECT_EQ(membership->queue, "research");
  EXPECT_FALSE(membership->spec) << "the JobSet says the size";
}

TEST_F(OwnerGroupingTest, AJobSetNeedsAllPodsOfAllItsJobs) {
  const GangObject gang = JobSet(R"({"replicatedJobs":[
    {"name":"driver","template":{"spec":{}}},
    {"name":"workers","replicas":2,"template":{"spec":{"parallelism":4,"completions":3}}},
    {"name":"paused","replicas":0,"template":{"spec":{"parallelism":4}}}]})");
  EXPECT_EQ(gang.display_name, "train");
  EXPECT_EQ(gang.spec.min_member, 7);
  EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"driver", 1}, RoleMinimum{"workers", 6}));
  EXPECT_THAT(gang.problem, IsEmpty());
}

TEST_F(OwnerGroupingTest, JobsThatAreMadeLaterAreNotWaitedFor) {
  EXPECT_EQ(JobSet(R"({"replicatedJobs":[
    {"name":"setup","template":{"spec":{}}},
    {"name":"workers","replicas":4,"template":{"spec":{}},
     "dependsOn":[{"name":"setup","status":"Complete"}]}]})")
                .spec.min_member,
            1);
  constexpr char kOrdered[] = R"({"startupPolicy":{"startupPolicyOrder":"%s"},"replicatedJobs":[
    {"name":"first","replicas":2},{"name":"second","replicas":4}]})";
  EXPECT_THAT(JobSet(absl::StrFormat(kOrdered, "InOrder")).spec.roles,
              ElementsAre(RoleMinimum{"first", 2}));
  EXPECT_EQ(JobSet(absl::StrFormat(kOrdered, "AnyOrder")).spec.min_member, 6);
}

TEST_F(OwnerGroupingTest, EachGroupOfALeaderWorkerSetIsAGang) {
  PodViewBuilder pod = PodOf("apps/v1", "StatefulSet");
  pod.Label("leaderworkerset.sigs.k8s.io/name", "serve")
      .Label("leaderworkerset.sigs.k8s.io/group-index", "1")
      .Annotation("leaderworkerset.sigs.k8s.io/size", "4");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "leaderworkersets/serve-1");
  EXPECT_EQ(membership->display_name, "serve-1");
  EXPECT_EQ(membership->spec, (GangSpec{4}));
  pod.Annotation("leaderworkerset.sigs.k8s.io/exclusive-topology", "rack");
  EXPECT_FALSE(grouping_.GroupOf(pod.View())) << "its workers come when the leader has a node";
}

TEST_F(OwnerGroupingTest, ALeaderWorkerSetWithoutASizeIsSaid) {
  PodViewBuilder pod;
  pod.Label("leaderworkerset.sigs.k8s.io/name", "serve");
  EXPECT_THAT(grouping_.GroupOf(pod.View())->problem,
              HasSubstr("annotation leaderworkerset.sigs.k8s.io/size is \"\"; expected 1 to"));
}

TEST_F(OwnerGroupingTest, TheJobsOfKubeflowAreKnownByTheirUid) {
  for (const auto& [kind, replicas] :
       {std::pair("TFJob", "tfReplicaSpecs"), std::pair("PyTorchJob", "pytorchReplicaSpecs"),
        std::pair("XGBoostJob", "xgbReplicaSpecs"), std::pair("JAXJob", "jaxReplicaSpecs"),
        std::pair("PaddleJob", "paddleReplicaSpecs")}) {
    PodViewBuilder pod = PodOf("kubeflow.org/v1", kind);
    pod.Label("training.kubeflow.org/replica-type", "Worker");
    const auto membership = grouping_.GroupOf(pod.View());
    ASSERT_TRUE(membership) << kind;
    EXPECT_EQ(membership->display_name, "train");
    EXPECT_EQ(membership->role, "worker");
    const GangObject gang =
        SpecOf("kubeflow.org/v1", kind,
               absl::StrFormat(R"({"%s":{"Master":{},"Worker":{"replicas":3}}})", replicas));
    EXPECT_EQ(gang.identity, membership->identity) << kind;
    EXPECT_EQ(gang.spec.min_member, 4) << kind;
    EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"master", 1}, RoleMinimum{"worker", 3}));
  }
  EXPECT_FALSE(grouping_.GroupOf(PodOf("kubeflow.org.example/v1", "TFJob").View()));
  EXPECT_FALSE(grouping_.GroupOf(PodOf("kubeflow.org/v1", "Notebook").View()));
}

TEST_F(OwnerGroupingTest, MinAvailableAsksForFewer) {
  constexpr char kSpec[] = R"({"runPolicy":{"schedulingPolicy":{"minAvailable":%s}},
                               "pytorchReplicaSpecs":{"Worker":{"replicas":4}}})";
  const auto with = [&](const char* least) {
    return SpecOf("kubeflow.org/v1", "PyTorchJob", absl::StrFormat(kSpec, least));
  };
  EXPECT_EQ(with("2").spec, (GangSpec{2}));
  EXPECT_EQ(with("4").spec.min_member, 4);
  EXPECT_EQ(with("5").spec.min_member, 4) << "there are no more";
  EXPECT_THAT(
      with("0").problem,
      AllOf(HasSubstr("PyTorchJob train: spec.runPolicy.schedulingPolicy.minAvailable is 0"),
            HasSubstr("correct the PyTorchJob")));
}

TEST_F(OwnerGroupingTest, AnMpiJobWaitsForItsWorkersAlone) {
  constexpr char kSpec[] = R"({"mpiReplicaSpecs":{"Launcher":{"replicas":1},
                                                  "Worker":{"replicas":3}}})";
  for (const char* api_version : {"kubeflow.org/v1", "kubeflow.org/v2beta1"}) {
    EXPECT_THAT(SpecOf(api_version, "MPIJob", kSpec).spec.roles,
                ElementsAre(RoleMinimum{"worker", 3}));
  }
}

TEST_F(OwnerGroupingTest, ARayClusterIsItsHeadAndItsWorkers) {
  const std::string groups = R"("headGroupSpec":{},"workerGroupSpecs":[
    {"groupName":"Small","replicas":3,"minReplicas":1,"numOfHosts":2},
    {"groupName":"off","replicas":3,"suspend":true},
    {"groupName":"on","replicas":1,"suspend":false},{"groupName":"none"}])";
  EXPECT_THAT(
      RayCluster("{" + groups + "}").spec.roles,
      ElementsAre(RoleMinimum{"headgroup", 1}, RoleMinimum{"on", 1}, RoleMinimum{"small", 6}));
  EXPECT_THAT(RayCluster(R"({"enableInTreeAutoscaling":true,)" + groups + "}").spec.roles,
              ElementsAre(RoleMinimum{"headgroup", 1}, RoleMinimum{"small", 2}));
  PodViewBuilder pod = PodOf("ray.io/v1", "RayCluster");
  pod.Label("ray.io/group", "Small");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->role, "small");
}

TEST_F(OwnerGroupingTest, APodMayOptOut) {
  PodViewBuilder pod = PodOf("ray.io/v1", "RayCluster");
  EXPECT_TRUE(grouping_.GroupOf(pod.View()));
  pod.Annotation("tutti.dev/gang-job", "false");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
}

TEST_F(OwnerGroupingTest, WrongNumbersAreNamed) {
  for (const char* bad : {"-1", "100001", "\"4\"", "1.5", "{}"}) {
    EXPECT_THAT(
        JobSet(absl::StrFormat(R"({"replicatedJobs":[{"name":"a","replicas":%s}]})", bad)).problem,
        AllOf(HasSubstr("JobSet train: spec.replicatedJobs.0.replicas is "),
              HasSubstr("expected 0 to 100000; correct the JobSet")))
        << bad;
  }
  EXPECT_THAT(JobSet(R"({"replicatedJobs":[{"name":"a","replicas":100000,
                "template":{"spec":{"parallelism":100000}}},{"name":"b"}]})")
                  .problem,
              HasSubstr("JobSet train asks for more than 100000 pods"));
  for (const char* empty : {"{}", "null", R"({"replicatedJobs":4})", R"({"replicatedJobs":[]})"})
    EXPECT_EQ(JobSet(empty).spec, (GangSpec{1})) << empty;
}

TEST_F(OwnerGroupingTest, AnotherKindIsAnotherRule) {
  const OwnerGrouping grouping({{.kind = {"example.com", {"v1"}, "rings"},
                                 .kind_name = "Ring",
                                 .role_label = "example.com/part",
                                 .roles = {{.parts = "/spec", .factors = {{"/size"}}}}}});
  EXPECT_TRUE(grouping.GroupOf(PodOf("example.com/v1", "Ring").View()));
  EXPECT_FALSE(grouping.GroupOf(PodOf("ray.io/v1", "RayCluster").View()));
  const auto gang = grouping.SpecOf(
      Object(R"({"apiVersion":"example.com/v1","kind":"Ring","metadata":{},"spec":{"size":5}})"));
  EXPECT_EQ(gang->spec.min_member, 5);
  EXPECT_FALSE(grouping.SpecOf(Object(R"({"apiVersion":"v1","kind":"Ring","spec":{}})")));
}

TEST_F(OwnerGroupingTest, WatchesWhatSaysTheSizes) {
  std::vector<std::string> resources;
  for (const ObjectKind& kind : grouping_.Watches()) resources.push_back(kind.resource);
  EXPECT_THAT(resources, ElementsAre("jobsets", "tfjobs", "pytorchjobs", "xgboostjobs", "jaxjobs",
                                     "paddlejobs", "mpijobs", "rayclusters"));
}

}  // namespace
}  // namespace tutti::gang
