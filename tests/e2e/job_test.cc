// batch/v1 Jobs as gangs: a real Job controller makes the pods, and a stand-in of the kubelet runs
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

class JobGangTest : public E2eBed<JobGangTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.plane.controller_manager = true;
    options.kubelet = true;
    return options;
  }

 protected:
  static absl::Status Create(const std::string& name, int parallelism, bool indexed = false) {
    const json container = {
        {"name", "main"}, {"image", "none"}, {"resources", {{"requests", {{"cpu", "1"}}}}}};
    json spec = {
        {"parallelism", parallelism},
        {"completions", parallelism},
        {"template",
         {{"metadata", {{"annotations", {{"tutti.dev/gang-job", "true"}}}}},
          {"spec", {{"restartPolicy", "Never"}, {"containers", json::array({container})}}}}}};
    if (indexed) spec["completionMode"] = "Indexed";
    return plane()
        .Send("POST", kJobs,
              {{"apiVersion", "batch/v1"},
               {"kind", "Job"},
               {"metadata", {{"name", name}}},
               {"spec", spec}})
        .status();
  }
  static absl::Status Delete(const std::string& name) {
    return plane()
        .Send("DELETE", std::string(kJobs) + "/" + name + "?propagationPolicy=Background", nullptr)
        .status();
  }
  // A pod whose name begins so.
  static absl::Status DeleteOne(const std::string& prefix) {
    const json pods = plane().Pods("default");
    const auto pod = std::find_if(pods.begin(), pods.end(), [&](const json& one) {
      return one["metadata"]["name"].get<std::string>().starts_with(prefix);
    });
    if (pod == pods.end()) return absl::NotFoundError(prefix);
    const std::string name = (*pod)["metadata"]["name"];
    return plane().Send("DELETE", "/api/v1/namespaces/default/pods/" + name, nullptr).status();
  }
  static bool Completed(const std::string& name, int pods) {
    return plane().WaitFor(
        [&] {
          const absl::StatusOr<json> job = plane().Get(std::string(kJobs) + "/" + name);
          return job.ok() && job->at("status").value("succeeded", 0) == pods &&
                 job->at("status").contains("completionTime");
        },
        std::chrono::seconds(30));
  }
  static std::set<std::string> Uids(const std::string& prefix) {
    std::set<std::string> uids;
    for (const json& pod : plane().Pods("default")) {
      if (pod["metadata"]["name"].get<std::string>().starts_with(prefix))
        uids.insert(pod["metadata"]["uid"]);
    }
    return uids;
  }
  void TearDown() override {
    const absl::StatusOr<json> jobs = plane().Get(kJobs);
    if (jobs.ok()) {
      for (const json& job : jobs->at("items")) (void)Delete(job["metadata"]["name"]);
    }
    E2eBed<JobGangTest>::TearDown();
  }
  static constexpr char kJobs[] = "/apis/batch/v1/namespaces/default/jobs";
};

TEST_F(JobGangTest, AJobRunsAsAGangOfItsParallelismToItsEnd) {
  ASSERT_TRUE(Create("plain-job", 6).ok());
  EXPECT_TRUE(AllBound("plain-job", 6));
  kubelet().Finish("plain-job");
  EXPECT_TRUE(Completed("plain-job", 6));
}

TEST_F(JobGangTest, AnIndexedJobIsOneToo) {
  ASSERT_TRUE(Create("indexed-job", 6, /*indexed=*/true).ok());
  EXPECT_TRUE(AllBound("indexed-job", 6));
  kubelet().Finish("indexed-job");
  EXPECT_TRUE(Completed("indexed-job", 6));
}

TEST_F(JobGangTest, AJobThatDoesNotFitHoldsNothing) {
  ASSERT_TRUE(Create("too-big", 17).ok());
  EXPECT_TRUE(SawReason("too-big", "ExceedsCluster"));
  EXPECT_EQ(plane().CountBound("too-big"), 0);
  EXPECT_TRUE(plane().WaitFor([] { return Reservations() == 0; }));
}

TEST_F(JobGangTest, AJobWaitsForAnotherToEnd) {
  ASSERT_TRUE(Create("runs-first", 10).ok());
  ASSERT_TRUE(AllBound("runs-first", 10));
  ASSERT_TRUE(Create("runs-second", 10).ok());
  ASSERT_TRUE(SawReason("runs-second", "WaitingForCapacity"));
  EXPECT_EQ(plane().CountBound("runs-second"), 0);
  kubelet().Finish("runs-first");
  EXPECT_TRUE(AllBound("runs-second", 10));
}

TEST_F(JobGangTest, TheControllersReplacementOfADeletedMemberIsPlaced) {
  ASSERT_TRUE(Create("healed", 6).ok());
  ASSERT_TRUE(AllBound("healed", 6));
  const std::set<std::string> before = Uids("healed-");
  ASSERT_TRUE(DeleteOne("healed-").ok());
  ASSERT_TRUE(plane().WaitFor([&] {
    const std::set<std::string> now = Uids("healed-");
    return now.size() == 6 && now != before;
  }));
  EXPECT_TRUE(AllBound("healed", 6));
  kubelet().Finish("healed");
  EXPECT_TRUE(Completed("healed", 6));
}

// Pods of no Job, whose controller pauses after every failure.
TEST_F(JobGangTest, AGangThatWantsItIsReleasedWithALostMemberAndStartsAgainAsAWhole) {
  PodTemplate pod = GangPod("together", 6, "1");
  pod.annotations["tutti.dev/on-member-lost"] = "Release";
  ASSERT_TRUE(plane().CreatePods(6, "together", pod).ok());
  ASSERT_TRUE(AllBound("together", 6));
  ASSERT_TRUE(DeleteOne("together-").ok());
  EXPECT_TRUE(SawReason("together", "PartialGangEvicted"));
  EXPECT_TRUE(plane().WaitFor([] { return Uids("together-").empty(); }, std::chrono::seconds(30)));
  ASSERT_TRUE(plane().CreatePods(5, "together", pod).ok());
  EXPECT_TRUE(plane().WaitFor([] { return Reservations() >= 5; }));
  EXPECT_EQ(plane().CountBound("together"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "together-last", pod).ok());
  EXPECT_TRUE(AllBound("together", 6));
}

// The names of Job and gang are used again while the first one's pods still fill the nodes.
TEST_F(JobGangTest, ASecondJobOfTheSameNameIsAnotherGang) {
  ASSERT_TRUE(Create("twice", 10).ok());
  ASSERT_TRUE(AllBound("twice", 10));
  const std::set<std::string> first = Uids("twice-");
  ASSERT_TRUE(Delete("twice").ok());
  ASSERT_TRUE(Create("twice", 10).ok());
  EXPECT_TRUE(plane().WaitFor([&] {
    const std::set<std::string> now = Uids("twice-");
    return now.size() == 10 && plane().CountBound("twice") == 10 &&
           std::none_of(now.begin(), now.end(), [&](const auto& uid) { return first.count(uid); });
  }));
  kubelet().Finish("twice");
  EXPECT_TRUE(Completed("twice", 10));
}

}  // namespace
}  // namespace tutti::testing
