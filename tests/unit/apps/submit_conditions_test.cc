#include "apps/submit_conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tutti::apps {
namespace {

using admission::SubmitRules;
using admission::SubmitRulesFor;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Condition(const SubmitRules& rules, const char* group, const char* resource) {
  const admission::WorkloadKind* const kind = rules.Find(group, resource);
  EXPECT_NE(kind, nullptr) << resource;
  return kind == nullptr ? "" : NamesAQueue(*kind, rules.markers);
}

// What kube-apiserver makes of them is tested end to end.
TEST(SubmitConditionsTest, AMarkerIsComparedWithWhatItWas) {
  const SubmitRules rules = SubmitRulesFor({"annotations"});
  EXPECT_EQ(Condition(rules, "", "pods"),
            "(['tutti.dev/queue'].exists(k, object.?metadata.?annotations[?k].orValue('') != "
            "(oldObject == null ? '' : oldObject.?metadata.?annotations[?k].orValue('')))) || "
            "(['tutti.dev/queue'].exists(k, object.?metadata.?labels[?k].orValue('') != "
            "(oldObject == null ? '' : oldObject.?metadata.?labels[?k].orValue(''))))");
  EXPECT_THAT(Condition(rules, "batch", "cronjobs"),
              HasSubstr("object.?spec.?jobTemplate.?spec.?template.?metadata.?labels[?k]"));
}

TEST(SubmitConditionsTest, InListsAndMapsEveryItemIsLookedAt) {
  const SubmitRules rules = SubmitRulesFor({"annotations"});
  EXPECT_THAT(
      Condition(rules, "jobset.x-k8s.io", "jobsets"),
      AllOf(HasSubstr("object.?spec.?replicatedJobs.orValue([]).exists(i, "),
            HasSubstr("i.?template.?spec.?template.?metadata.?labels[?k].orValue('') != ''"),
            HasSubstr("object.?spec.?replicatedJobs.orValue([]) != "
                      "oldObject.?spec.?replicatedJobs.orValue([])")));
  EXPECT_THAT(Condition(rules, "kubeflow.org", "tfjobs"),
              HasSubstr("object.?spec.?tfReplicaSpecs.orValue({})[i].?template.?metadata"));
}

TEST(SubmitConditionsTest, DialectsAddTheirMarkersAndTexts) {
  const SubmitRules rules = SubmitRulesFor({"annotations", "kueue", "volcano", "yunikorn"});
  EXPECT_THAT(Condition(rules, "", "pods"),
              AllOf(HasSubstr("'kueue.x-k8s.io/queue-name'"),
                    HasSubstr("'scheduling.volcano.sh/queue-name'"),
                    HasSubstr("'yunikorn.apache.org/task-groups' in "
                              "object.?metadata.?annotations.orValue({}) ? "
                              "object.?metadata.?labels[?'queue'].orValue('') : ''"),
                    Not(HasSubstr("$M"))));
  EXPECT_THAT(Condition(rules, "scheduling.volcano.sh", "podgroups"),
              HasSubstr("(object.?spec.?queue.orValue('') != (oldObject == null ? '' : "
                        "oldObject.?spec.?queue.orValue('')))"));
}

TEST(SubmitConditionsTest, EveryConditionIsBalanced) {
  const SubmitRules rules = SubmitRulesFor({"annotations", "kueue", "volcano", "yunikorn", "kai"});
  for (const admission::WorkloadKind& kind : rules.kinds) {
    const std::string text = NamesAQueue(kind, rules.markers);
    for (const auto& [open, close] :
         {std::pair('(', ')'), std::pair('[', ']'), std::pair('{', '}')}) {
      EXPECT_EQ(std::count(text.begin(), text.end(), open),
                std::count(text.begin(), text.end(), close))
          << kind.resource;
    }
  }
}

}  // namespace
}  // namespace tutti::apps
