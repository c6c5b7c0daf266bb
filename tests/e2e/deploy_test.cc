// The manifests of deploy/, as they stand: every example gang is bound, and Tutti needs no right
// that deploy/rbac.yaml does not give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/e2e_bed.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

std::string Deploy(const std::string& file) {
  return std::string(TUTTI_SOURCE_DIR) + "/deploy/" + file;
}

class DeployTest : public E2eBed<DeployTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.plane.controller_manager = true;
    options.plane.feature_gates = {"GenericWorkload=true"};
    options.plane.runtime_config = {"scheduling.k8s.io/v1beta1=true"};
    options.nodes = 2;
    options.node.cpu = "1";
    options.node.memory = "1Gi";
    options.kubelet = true;
    options.tutti.extra = "leaderElection: {mode: own, leaseName: tutti}\n";
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    ASSERT_TRUE(plane().WaitFor([] { return plane().Get("/api/v1/namespaces/kube-system").ok(); }));
    for (const char* file : {"rbac.yaml", "crds/scheduling.x-k8s.io_podgroups.yaml",
                             "crds/scheduling.godel.kubewharf.io_podgroups.yaml"}) {
      const absl::Status status = CreateManifests(plane(), Deploy(file));
      ASSERT_TRUE(status.ok()) << file << ": " << status;
    }
    options.kubeconfig = plane().ServiceAccountKubeconfig();
  }

 protected:
  // Creates an example, whose pods are named after its Job, and sees it run to its end.
  static void Run(const std::string& example, const std::string& job, int pods) {
    const absl::Status status = CreateManifests(plane(), Deploy("examples/" + example));
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(AllBound(job, pods));
    kubelet().Finish(job);
    EXPECT_TRUE(plane().WaitFor([&] {
      const absl::StatusOr<json> found =
          plane().Get("/apis/batch/v1/namespaces/default/jobs/" + job);
      return found.ok() && found->at("status").value("succeeded", 0) == pods;
    }));
    const absl::StatusOr<json> deleted = plane().Send(
        "DELETE", "/apis/batch/v1/namespaces/default/jobs/" + job + "?propagationPolicy=Background",
        nullptr);
    EXPECT_TRUE(deleted.ok()) << deleted.status();
  }
};

TEST_F(DeployTest, TheAnnotatedJobRuns) { Run("gang-annotations.yaml", "train", 4); }

TEST_F(DeployTest, TheJobGangRuns) { Run("gang-job.yaml", "train-job", 4); }

TEST_F(DeployTest, TheSchedulerPluginsGangRuns) {
  Run("gang-scheduler-plugins.yaml", "train-pg", 2);
}

TEST_F(DeployTest, TheNativeGangRuns) { Run("gang-native.yaml", "train-native", 2); }

TEST_F(DeployTest, TheGangsOfOtherSchedulersRun) {
  for (const std::string name : {"armada", "godel", "kueue", "spark", "yunikorn"})
    Run("gang-" + name + ".yaml", "train-" + name, 2);
}

TEST_F(DeployTest, WaitingGangsAreReportedAndReleasedWithTheRightsOfRbacYaml) {
  ASSERT_TRUE(plane().CreatePods(2, "first", GangPod("first", 2, "1")).ok());
  ASSERT_TRUE(AllBound("first", 2));
  ASSERT_TRUE(plane().CreatePods(2, "second", GangPod("second", 2, "1")).ok());
  EXPECT_TRUE(SawReason("second", "WaitingForCapacity"));
  plane().DeletePods("first");
  EXPECT_TRUE(AllBound("second", 2));
  EXPECT_EQ(Tail(plane().dir() + "/tutti.log", 100'000).find("forbidden"), std::string::npos);
}

}  // namespace
}  // namespace tutti::testing
