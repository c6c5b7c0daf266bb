// Who may submit to a queue, on the real control plane: two tenants of one namespace, of whom one
// may use the queue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/api.h"
#include "tests/e2e/queue_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kPods[] = "/api/v1/namespaces/team-a/pods";
constexpr char kJobs[] = "/apis/batch/v1/namespaces/team-a/jobs";
constexpr char kAlice[] = "system:serviceaccount:team-a:alice";
constexpr char kBob[] = "system:serviceaccount:team-a:bob";
constexpr char kJobController[] = "system:serviceaccount:kube-system:job-controller";

// The queue of the example stays for all cases.
class SubmitAccessTest : public QueueBed<SubmitAccessTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.plane.controller_manager = true;
    options.plane.controller_accounts = true;
    options.node.cpu = "4";
    options.tutti.webhook_extra = "  submitAccess: true\n";
    options.tutti.extra = "plugins: [{name: HierarchicalQueues}]\n";
    options.tutti.extender_port = FreePort();
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    QueueBed::PrepareTutti(options);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(plane().CreateNamespace("team-a").ok());
    const absl::Status example = CreateManifests(plane(), Deploy("examples/queue-access.yaml"));
    ASSERT_TRUE(example.ok()) << example;
    GiveTenantsTheirNamespace();
    if (HasFatalFailure()) return;
    for (auto& [client, name] : {std::pair(&alice_, "alice"), std::pair(&bob_, "bob")}) {
      absl::StatusOr<std::unique_ptr<kube::Client>> made = plane().ClientOf("team-a", name);
      ASSERT_TRUE(made.ok()) << made.status();
      *client = std::move(*made).release();
    }
    // The API server hears of roles a moment later.
    ASSERT_TRUE(plane().WaitFor([] {
      return May(kAlice, UseVision()) && May(kBob, {{"group", "batch"},
                                                    {"resource", "jobs"},
                                                    {"verb", "create"},
                                                    {"namespace", "team-a"}});
    }));
  }
  static void EndSuite() {
    delete std::exchange(alice_, nullptr);
    delete std::exchange(bob_, nullptr);
  }

 protected:
  void SetUp() override { E2eBed<SubmitAccessTest>::SetUp(); }
  void TearDown() override {
    if (plane_ != nullptr) DeleteJobs();
    E2eBed<SubmitAccessTest>::TearDown();
  }
  // Both may create pods and Jobs there.
  static void GiveTenantsTheirNamespace() {
    const std::string roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/team-a/";
    const json meta = {{"name", "tenants"}};
    const json rule = {{"apiGroups", {"", "batch"}},
                       {"resources", {"pods", "jobs"}},
                       {"verbs", {"create", "patch"}}};
    const json group = {{"apiGroup", "rbac.authorization.k8s.io"},
                        {"kind", "Group"},
                        {"name", "system:serviceaccounts:team-a"}};
    const json role = {
        {"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "tenants"}};
    ASSERT_TRUE(plane()
                    .Send("POST", roles + "roles",
                          {{"apiVersion", "rbac.authorization.k8s.io/v1"},
                           {"kind", "Role"},
                           {"metadata", meta},
                           {"rules", json::array({rule})}})
                    .ok());
    ASSERT_TRUE(plane()
                    .Send("POST", roles + "rolebindings",
                          {{"apiVersion", "rbac.authorization.k8s.io/v1"},
                           {"kind", "RoleBinding"},
                           {"metadata", meta},
                           {"roleRef", role},
                           {"subjects", json::array({group})}})
                    .ok());
  }
  static void DeleteJobs() {
    const absl::StatusOr<json> jobs = plane().Get(kJobs);
    if (!jobs.ok()) return;
    for (const json& job : jobs->at("items")) {
      const std::string name = job["metadata"]["name"];
      (void)plane().Send(
          "DELETE", std::string(kJobs) + "/" + name + "?propagationPolicy=Background", nullptr);
    }
  }
  static json UseVision() {
    return {{"group", "tutti.dev"}, {"resource", "queues"}, {"verb", "use"}, {"name", "vision"}};
  }
  static bool May(const std::string& user, const json& attributes) {
    const json groups = {"system:serviceaccounts", "system:serviceaccounts:team-a"};
    const absl::StatusOr<json> review = plane().Send(
        "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {{"apiVersion", "authorization.k8s.io/v1"},
         {"kind", "SubjectAccessReview"},
         {"spec", {{"user", user}, {"groups", groups}, {"resourceAttributes", attributes}}}});
    return review.ok() && review->at("status").value("allowed", false);
  }
  // The API server's answer to a tenant.
  static absl::Status Create(kube::Client& user, const std::string& path, const json& object) {
    kube::Request request;
    request.method = "POST";
    request.path = path;
    request.body = object.dump();
    request.timeout = std::chrono::seconds(30);
    return kube::ReplyStatus(user.Call(std::move(request)), "creating");
  }
  static absl::Status Label(kube::Client& user, const std::string& pod, const json& labels) {
    kube::Request request = kube::MergePatchRequest(
        {"", "v1", "pods"}, {"team-a", pod}, "", json{{"metadata", {{"labels", labels}}}}.dump());
    request.timeout = std::chrono::seconds(30);
    return kube::ReplyStatus(user.Call(std::move(request)), "labelling");
  }
  // A gang of one.
  static json PodIn(const std::string& queue, const std::string& name) {
    PodTemplate pod = GangPod(name, 1, "1");
    pod.ns = "team-a";
    if (!queue.empty()) pod.labels["tutti.dev/queue"] = queue;
    return PodJson(name, pod);
  }
  // A gang of two.
  static json JobIn(const std::string& queue, const std::string& name) {
    const json container = {
        {"name", "main"}, {"image", "none"}, {"resources", {{"requests", {{"cpu", "1"}}}}}};
    return {
        {"apiVersion", "batch/v1"},
        {"kind", "Job"},
        {"metadata", {{"name", name}}},
        {"spec",
         {{"parallelism", 2},
          {"completions", 2},
          {"template",
           {{"metadata",
             {{"labels", {{"tutti.dev/queue", queue}}},
              {"annotations", {{"tutti.dev/gang-job", "true"}}}}},
            {"spec", {{"restartPolicy", "Never"}, {"containers", json::array({container})}}}}}}}};
  }
  static double Checked(const std::string& outcome) {
    return tutti().Metric("tutti_submit_checks_total{outcome=\"" + outcome + "\"}");
  }

  inline static kube::Client* alice_ = nullptr;
  inline static kube::Client* bob_ = nullptr;
};

TEST_F(SubmitAccessTest, WhoMayUseTheQueueSubmitsAndWhoMayNotIsToldWhatToAskFor) {
  const absl::Status allowed = Create(*alice_, kPods, PodIn("vision", "hers-0"));
  EXPECT_TRUE(allowed.ok()) << allowed;
  EXPECT_TRUE(AllBound("hers", 1, "team-a"));

  const double refused = Checked("refused");
  const absl::Status denied = Create(*bob_, kPods, PodIn("vision", "his"));
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
  EXPECT_THAT(std::string(denied.message()),
              AllOf(HasSubstr(kBob), HasSubstr("may not use the queue \"vision\""),
                    HasSubstr("Pod team-a/his"),
                    HasSubstr("{apiGroups: [tutti.dev], resources: [queues], resourceNames: "
                              "[vision], verbs: [use]}")));
  EXPECT_TRUE(Pod("his", "team-a").empty());
  EXPECT_EQ(Checked("refused"), refused + 1);
  EXPECT_TRUE(Create(*bob_, kPods, PodIn("", "queueless")).ok());
}

TEST_F(SubmitAccessTest, AJobsPodsAreMadeByTheJobControllerWhichNeedsNoRightOfItsOwn) {
  ASSERT_FALSE(May(kJobController, UseVision()));
  const absl::Status denied = Create(*bob_, kJobs, JobIn("vision", "his-job"));
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
  EXPECT_THAT(std::string(denied.message()), HasSubstr("Job team-a/his-job"));

  const double ignored = Checked("ignored");
  const absl::Status allowed = Create(*alice_, kJobs, JobIn("vision", "her-job"));
  ASSERT_TRUE(allowed.ok()) << allowed;
  EXPECT_TRUE(AllBound("her-job", 2, "team-a"));
  EXPECT_GE(Checked("ignored"), ignored + 2);
}

TEST_F(SubmitAccessTest, ALocalQueueIsTheQueueBehindIt) {
  ASSERT_TRUE(Create(*alice_, kPods, PodIn("main", "hers-0")).ok());
  EXPECT_TRUE(AllBound("hers", 1, "team-a"));
  const absl::Status denied = Create(*bob_, kPods, PodIn("main", "his"));
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
  EXPECT_THAT(std::string(denied.message()),
              AllOf(HasSubstr("the queue \"vision\""), HasSubstr("by its LocalQueue main")));
}

TEST_F(SubmitAccessTest, AnOwnerWrittenByHandOpensNothing) {
  ASSERT_TRUE(Create(*alice_, kJobs, JobIn("vision", "owner-job")).ok());
  const absl::StatusOr<json> job = plane().Get(std::string(kJobs) + "/owner-job");
  ASSERT_TRUE(job.ok()) << job.status();
  json pod = PodIn("vision", "forged");
  pod["metadata"]["ownerReferences"] = json::array({{{"apiVersion", "batch/v1"},
                                                     {"kind", "Job"},
                                                     {"name", "owner-job"},
                                                     {"uid", job->at("metadata").at("uid")},
                                                     {"controller", true}}});
  const absl::Status denied = Create(*bob_, kPods, pod);
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
}

TEST_F(SubmitAccessTest, ALabelThatIsChangedIsAskedAboutAndOtherLabelsAreNot) {
  ASSERT_TRUE(Create(*bob_, kPods, PodIn("", "his")).ok());
  EXPECT_TRUE(Label(*bob_, "his", {{"colour", "red"}}).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(Label(*bob_, "his", {{"tutti.dev/queue", "vision"}})));
  EXPECT_TRUE(Label(*alice_, "his", {{"tutti.dev/queue", "vision"}}).ok());
  EXPECT_TRUE(Label(*bob_, "his", {{"colour", "blue"}}).ok()) << "what it names is as it was";
  EXPECT_TRUE(Label(*bob_, "his", {{"tutti.dev/queue", nullptr}}).ok()) << "it gives it up";
}

TEST_F(SubmitAccessTest, WhileTuttiIsDownNothingIsLetIntoAQueueAndAllElseGoesOn) {
  tutti().process().Kill();
  const absl::Status refused = Create(*alice_, kPods, PodIn("vision", "hers-0"));
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("pods.submit.tutti.dev"));
  json plain = PodIn("", "plain");
  plain["metadata"].erase("annotations");
  EXPECT_TRUE(Create(*bob_, kPods, plain).ok());
  StartTutti();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(Create(*alice_, kPods, PodIn("vision", "hers-0")).ok());
  EXPECT_TRUE(AllBound("hers", 1, "team-a"));
}

}  // namespace
}  // namespace tutti::testing
