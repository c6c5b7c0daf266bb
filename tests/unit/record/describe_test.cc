#include "record/describe.h"

#include <gtest/gtest.h>

namespace tutti::record {
namespace {

TEST(DescribeTest, EventsAreSentences) {
  EXPECT_EQ(Describe(model::NodeDeleted{"n1"}), "node n1 is gone");
  model::PodInfo pod;
  pod.namespace_name = "default";
  pod.name = "a-0";
  pod.gang.emplace().display_name = "a";
  pod.gated_by_tutti = true;
  EXPECT_EQ(Describe(model::PodUpserted{pod}),
            "pod default/a-0 of gang a, gated is there or has changed");
  EXPECT_EQ(Describe(model::WriteFinished{3, model::WriteOutcome::kGone, ""}),
            "write 3: the object is gone");
  EXPECT_EQ(Describe(model::BindRequested{{1, 2}, "default", "a-0", "n1", 7}),
            "kube-scheduler binds pod default/a-0 to node n1 (ticket 7)");
}

TEST(DescribeTest, EffectsAreOrders) {
  const model::ResourceTable resources;
  EXPECT_EQ(Describe(model::BindPod{4, {{1, 2}, "default", "a-0"}, "n1"}, resources),
            "bind pod default/a-0 to node n1 (write 4)");
  EXPECT_EQ(Describe(model::AnswerAdmission{9, true, {}, ""}, resources),
            "answer admission 9: gate it");
  EXPECT_EQ(Describe(model::AnswerAdmission{9, false, {"n1"}, "0-1/0"}, resources),
            "answer admission 9: pin it to n1, token 0-1/0");
  EXPECT_EQ(Describe(model::ReportScores{{"default", "job", "a"}, {{"n1", 2, 90}, {"n2", 1, 80}}},
                     resources),
            "plan gang default/a (job): 2 on node n1 (score 90), 1 on node n2 (score 80)");
  EXPECT_EQ(Describe(model::ReportRun{{"default", "job", "a"},
                                      std::chrono::milliseconds(90'500),
                                      std::chrono::hours(1),
                                      {}},
                     resources),
            "gang default/a (job) ran for 1m30s500ms: declared 1h, learned nothing");
  EXPECT_EQ(Describe(model::ReportMarkers{{"default", "job", "a"}, "a", {"b", "c"}, {}}, resources),
            "markers of gang default/a (job) contradict each other: b; c");
  EXPECT_EQ(Describe(model::AnswerBind{2, "tutti/NotReady"}, resources),
            "answer bind 2: tutti/NotReady");
}

}  // namespace
}  // namespace tutti::record
