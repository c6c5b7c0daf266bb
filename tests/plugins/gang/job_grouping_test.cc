#include "plugins/gang/job_grouping.h"

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

PodViewBuilder PodOf(const char* api_version, const char* kind, bool controller = true) {
  PodViewBuilder pod;
  pod.Owner({api_version, kind, "train", "11111111-1111-4111-8111-111111111111", controller});
  return pod;
}

PodViewBuilder JobPod(const std::string& opt_in) {
  PodViewBuilder pod = PodOf("batch/v1", "Job");
  if (!opt_in.empty()) pod.Annotation("tutti.dev/gang-job", opt_in);
  return pod;
}

// `spec`: fields of the Job's spec. `annotations`: of its pod template.
objects::JsonObjectView Job(const std::string& spec,
                            const std::string& annotations = R"("tutti.dev/gang-job":"true")") {
  return Object(absl::StrFormat(
      R"({"metadata":{"name":"train","uid":"11111111-1111-4111-8111-111111111111"},
          "spec":{%s%s"template":{"metadata":{"annotations":{%s}}}}})",
      spec, spec.empty() ? "" : ",", annotations));
}

class JobGroupingTest : public ::testing::Test {
 protected:
  int SizeOf(const std::string& spec,
             const std::string& annotations = R"("tutti.dev/gang-job":"true")") const {
    return some_.SpecOf(Job(spec, annotations))->spec.min_member;
  }
  const JobGrouping some_{false};
  const JobGrouping all_{true};
};

TEST_F(JobGroupingTest, AJobIsKnownByItsUidAndCalledByItsName) {
  const auto membership = some_.GroupOf(JobPod("true").View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "11111111-1111-4111-8111-111111111111");
  EXPECT_EQ(membership->display_name, "train");
  EXPECT_FALSE(membership->spec) << "the Job says the size";
  const auto gang = some_.SpecOf(Job(R"("parallelism":4)"));
  EXPECT_EQ(gang->identity, membership->identity);
  EXPECT_EQ(gang->display_name, "train");
}

TEST_F(JobGroupingTest, JobsOptInOrWhereAllAreGangsOptOut) {
  struct Case {
    const char* opt_in;
    bool some;
    bool all;
  };
  for (const Case& c : {Case{"", false, true}, Case{"true", true, true},
                        Case{"false", false, false}, Case{"yes", false, true}}) {
    EXPECT_EQ(some_.GroupOf(JobPod(c.opt_in).View()).has_value(), c.some) << c.opt_in;
    EXPECT_EQ(all_.GroupOf(JobPod(c.opt_in).View()).has_value(), c.all) << c.opt_in;
    const std::string annotation = absl::StrFormat(R"("tutti.dev/gang-job":"%s")", c.opt_in);
    EXPECT_EQ(some_.SpecOf(Job(R"("parallelism":4)", annotation)).has_value(), c.some) << c.opt_in;
    EXPECT_EQ(all_.SpecOf(Job(R"("parallelism":4)", annotation)).has_value(), c.all) << c.opt_in;
  }
}

TEST_F(JobGroupingTest, OnlyAControllingBatchJobCounts) {
  EXPECT_TRUE(all_.GroupOf(PodOf("batch/v1", "Job").View()));
  EXPECT_FALSE(all_.GroupOf(PodOf("batch/v1", "Job", /*controller=*/false).View()));
  EXPECT_FALSE(all_.GroupOf(PodOf("batch.volcano.sh/v1alpha1", "Job").View()));
  EXPECT_FALSE(all_.GroupOf(PodOf("apps/v1", "ReplicaSet").View()));
  EXPECT_FALSE(all_.GroupOf(PodViewBuilder().View()));
}

TEST_F(JobGroupingTest, TheSizeIsTheParallelismButNotMoreThanTheCompletions) {
  EXPECT_EQ(SizeOf(R"("parallelism":4)"), 4);
  EXPECT_EQ(SizeOf(R"("parallelism":4,"completions":10)"), 4);
  EXPECT_EQ(SizeOf(R"("parallelism":10,"completions":3)"), 3);
  EXPECT_EQ(SizeOf(R"("parallelism":4,"completions":4,"completionMode":"Indexed")"), 4);
  EXPECT_EQ(SizeOf(R"("parallelism":8,"completions":5,"completionMode":"Indexed")"), 5);
  EXPECT_EQ(SizeOf(""), 1) << "the API server's default";
  EXPECT_EQ(SizeOf(R"("parallelism":null)"), 1);
}

TEST_F(JobGroupingTest, APausedJobIsAGangOfWhateverComesNext) {
  EXPECT_EQ(SizeOf(R"("parallelism":0)"), 1);
  EXPECT_EQ(SizeOf(R"("parallelism":0,"completions":0)"), 1);
  EXPECT_EQ(SizeOf(R"("parallelism":4,"suspend":true)"), 4);
}

TEST_F(JobGroupingTest, AHugeJobIsBounded) {
  EXPECT_EQ(SizeOf(R"("parallelism":2147483647)"), 100'000);
  EXPECT_EQ(SizeOf(R"("parallelism":-5)"), 1);
}

TEST_F(JobGroupingTest, TheTemplateMayAskForAnotherSize) {
  const char* annotations = R"("tutti.dev/gang-job":"true","tutti.dev/min-member":"%s")";
  EXPECT_EQ(SizeOf(R"("parallelism":4)", absl::StrFormat(annotations, "2")), 2);
  EXPECT_EQ(SizeOf(R"("parallelism":4)", absl::StrFormat(annotations, "none")), 4);
  PodViewBuilder pod = JobPod("true");
  pod.Annotation("tutti.dev/min-member", "2");
  EXPECT_EQ(some_.GroupOf(pod.View())->spec, (GangSpec{2, {}}));
}

TEST_F(JobGroupingTest, ABadSizeNamesTheAnnotationAndTheTemplate) {
  for (const char* bad : {"0", "-1", "100001", "all"}) {
    PodViewBuilder pod = JobPod("true");
    pod.Annotation("tutti.dev/min-member", bad);
    const auto membership = some_.GroupOf(pod.View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(
        membership->problem,
        AllOf(HasSubstr(absl::StrFormat("annotation tutti.dev/min-member is \"%s\"", bad)),
              HasSubstr("expected 1 to 100000"), HasSubstr("correct the Job's pod template")));
  }
}

TEST_F(JobGroupingTest, TheTemplateMayNameTheQueue) {
  const auto gang =
      some_.SpecOf(Job("", R"("tutti.dev/gang-job":"true","tutti.dev/queue":"research")"));
  EXPECT_EQ(gang->queue, "research");
  PodViewBuilder pod = JobPod("true");
  pod.Annotation("tutti.dev/queue", "research");
  EXPECT_EQ(some_.GroupOf(pod.View())->queue, "research");
}

TEST_F(JobGroupingTest, WatchesJobs) {
  ASSERT_EQ(some_.Watches().size(), 1u);
  EXPECT_EQ(some_.Watches()[0].group, "batch");
  EXPECT_EQ(some_.Watches()[0].resource, "jobs");
  EXPECT_THAT(some_.Watches()[0].versions, ElementsAre("v1"));
}

}  // namespace
}  // namespace tutti::gang
