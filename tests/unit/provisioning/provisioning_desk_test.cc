#include "provisioning/provisioning_desk.h"

#include "tests/unit/provisioning/desk_world.h"

namespace tutti::provisioning {
namespace {

using nlohmann::json;
using obs::ProvisioningOutcome;
using std::chrono::seconds;
using ::testing::HasSubstr;

using ProvisioningDeskTest = DeskWorld;

TEST_F(ProvisioningDeskTest, AGangThatNeedsNodesGetsARequestATemplateOfEachKindAndItsAnnotations) {
  options_.parameters = {{"ValidUntilSeconds", "600"}};
  Restart();
  AddGang("train", 3);
  gangs_.kinds["train"].kinds = {{"train-0", 1}, {"train-1", 2}};
  Round();
  const json request = Request("train");
  ASSERT_FALSE(request.is_null());
  EXPECT_EQ(request["spec"]["provisioningClassName"], options_.class_name);
  EXPECT_EQ(request["spec"]["parameters"]["ValidUntilSeconds"], "600");
  ASSERT_EQ(request["spec"]["podSets"].size(), 2u);
  EXPECT_EQ(request["spec"]["podSets"][1]["count"], 2);
  const std::string second = request["spec"]["podSets"][1]["podTemplateRef"]["name"];
  const json pod_template = Object(kTemplates, second);
  EXPECT_EQ(pod_template["template"]["spec"]["containers"][0]["name"], "c");
  EXPECT_EQ(pod_template["metadata"]["ownerReferences"][0]["name"], "train-0");
  for (const std::string& pod : gangs_.members["train"]) {
    const json annotations = Object(kPods, pod)["metadata"]["annotations"];
    EXPECT_EQ(annotations[kConsume], Name("train")) << pod;
    EXPECT_EQ(annotations[kClassName], options_.class_name) << pod;
  }
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kCreated), 1);
  EXPECT_EQ(metrics_.provisioning_requests.value(), 1);
  AwaitEvent("ProvisioningRequestCreated");
}

TEST_F(ProvisioningDeskTest, NothingIsWrittenTwice) {
  AddGang("train", 3);
  Round();
  const size_t writes = api_.Count("POST", kRequests) + api_.Count("PATCH", kPods);
  Round();
  Round();
  EXPECT_EQ(api_.Count("POST", kRequests) + api_.Count("PATCH", kPods), writes);
  EXPECT_EQ(writes, 4u);
}

TEST_F(ProvisioningDeskTest, WhereNobodyNeedsNodesTheApiServerIsLeftAlone) {
  AddGang("turn");
  Gang("turn").need = Need::kTurn;
  AddGang("other");
  Gang("other").need = Need::kOther;
  for (int i = 0; i < 3; ++i) Round();
  EXPECT_EQ(Requests(), 0);
  EXPECT_EQ(api_.requests().size(), 1u) << "the list at the start";
}

TEST_F(ProvisioningDeskTest, AGangMustHaveNeededNodesForTheDelay) {
  options_.delay = seconds(10);
  Restart();
  AddGang("train");
  Round();
  clock_.Advance(seconds(9));
  Round();
  EXPECT_FALSE(HasRequest("train"));
  Gang("train").need = Need::kTurn;
  Round();
  Gang("train").need = Need::kNodes;
  clock_.Advance(seconds(1));
  Round();
  EXPECT_FALSE(HasRequest("train")) << "it begins anew";
  clock_.Advance(seconds(10));
  Round();
  EXPECT_TRUE(HasRequest("train"));
}

TEST_F(ProvisioningDeskTest, OnlySoManyAreOpenAtATimeTheOldestFirst) {
  options_.max_pending = 2;
  Restart();
  AddGang("young", 1, seconds(10));
  AddGang("older", 1, seconds(20));
  AddGang("oldest", 1, seconds(30));
  Round();
  EXPECT_TRUE(HasRequest("oldest"));
  EXPECT_TRUE(HasRequest("older"));
  EXPECT_FALSE(HasRequest("young"));
  RemoveGang("oldest");
  Round();
  EXPECT_FALSE(HasRequest("oldest"));
  EXPECT_TRUE(HasRequest("young"));
}

TEST_F(ProvisioningDeskTest, AProvisionedRequestStaysUntilItsGangHasNodes) {
  AddGang("train");
  Round();
  SetCondition("train", "Provisioned");
  Round();
  Round();
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kProvisioned), 1);
  Gang("train").need = Need::kTurn;
  Round();
  ASSERT_TRUE(HasRequest("train")) << "its nodes are kept until it is its turn";
  const std::string pod_template = Name("train") + "-0";
  ASSERT_FALSE(Object(kTemplates, pod_template).is_null());
  RemoveGang("train");
  Round();
  EXPECT_FALSE(HasRequest("train"));
  EXPECT_TRUE(Object(kTemplates, pod_template).is_null());
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kFulfilled), 1);
  EXPECT_EQ(metrics_.provisioning_requests.value(), 0);
  AwaitEvent("ProvisioningRequestProvisioned");
}

TEST_F(ProvisioningDeskTest, AGangThatWaitsForSomethingElseLosesItsRequest) {
  for (const Need need : {Need::kTurn, Need::kOther}) {
    const std::string gang = absl::StrFormat("train%d", static_cast<int>(need));
    AddGang(gang);
    Round();
    ASSERT_TRUE(HasRequest(gang));
    Gang(gang).need = need;
    Round();
    EXPECT_FALSE(HasRequest(gang));
  }
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kWithdrawn), 2);
}

TEST_F(ProvisioningDeskTest, WhatEndedIsDeletedAndTriedAgainAfterADoublingBackOff) {
  struct Case {
    const char* condition;
    ProvisioningOutcome outcome;
    const char* event;
  };
  const Case cases[] = {
      {"Failed", ProvisioningOutcome::kFailed, "ProvisioningRequestFailed"},
      {"BookingExpired", ProvisioningOutcome::kBookingExpired, "ProvisioningRequestExpired"},
      {"CapacityRevoked", ProvisioningOutcome::kCapacityRevoked, "ProvisioningRequestRevoked"}};
  AddGang("train");
  Round();
  seconds whole(60);
  int attempt = 1;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.condition);
    EXPECT_EQ(Request("train")["metadata"]["annotations"]["tutti.dev/provisioning-attempt"],
              absl::StrFormat("%d", attempt));
    SetCondition("train", c.condition);
    Round();
    EXPECT_FALSE(HasRequest("train"));
    EXPECT_EQ(Outcomes(c.outcome), 1);
    AwaitEvent(c.event);
    clock_.Advance(whole / 2 - seconds(1));
    Round();
    EXPECT_FALSE(HasRequest("train")) << "before the shortest pause is over";
    clock_.Advance(whole / 2 + seconds(1));
    Round();
    EXPECT_TRUE(HasRequest("train")) << "after the longest one";
    whole *= 2;
    ++attempt;
  }
}

TEST_F(ProvisioningDeskTest, TheBackOffHasALimit) {
  options_.retry_max = seconds(90);
  Restart();
  AddGang("train");
  Round();
  for (int i = 0; i < 8; ++i) {
    SetCondition("train", "Failed");
    Round();
    ASSERT_FALSE(HasRequest("train"));
    clock_.Advance(seconds(90));
    Round();
    ASSERT_TRUE(HasRequest("train")) << i;
  }
}

TEST_F(ProvisioningDeskTest, AnotherProcessGoesOnWithWhatIsThere) {
  AddGang("train");
  Round();
  SetCondition("train", "Failed");
  Round();
  clock_.Advance(seconds(60));
  Round();
  ASSERT_TRUE(HasRequest("train"));
  const std::string uid = Request("train")["metadata"]["uid"];
  Restart();
  Round();
  EXPECT_EQ(Request("train")["metadata"]["uid"], uid) << "no second one";
  EXPECT_EQ(api_.Count("POST", kRequests), 2u);
  SetCondition("train", "Failed");
  Round();
  EXPECT_FALSE(HasRequest("train"));
  clock_.Advance(seconds(59));
  Round();
  EXPECT_FALSE(HasRequest("train")) << "the pauses go on where they were";
  clock_.Advance(seconds(61));
  Round();
  EXPECT_EQ(Request("train")["metadata"]["annotations"]["tutti.dev/provisioning-attempt"], "3");
}

TEST_F(ProvisioningDeskTest, WhatIsLeftOfAGangThatHasGoneIsDeleted) {
  AddGang("train");
  Round();
  RemoveGang("train");
  Restart();
  gangs_.waiting.complete = false;
  Round();
  EXPECT_TRUE(HasRequest("train")) << "it may be one of those that were not told";
  gangs_.waiting.complete = true;
  Round();
  EXPECT_FALSE(HasRequest("train"));
}

TEST_F(ProvisioningDeskTest, RequestsOfOthersAreLeftAlone) {
  Expect("kueue-1");
  api_.Put(kRequests, "kueue-1",
           R"({"metadata": {"namespace": "team", "labels": {"tutti.dev/gang": "x"}}})");
  Round();
  Round();
  EXPECT_FALSE(Object(kRequests, "kueue-1").is_null());
}

TEST_F(ProvisioningDeskTest, OneThatIsBeingDeletedIsWaitedFor) {
  AddGang("train");
  Round();
  json leaving = Request("train");
  leaving["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
  api_.Put(kRequests, Name("train"), leaving.dump());
  SetCondition("train", "Failed");
  Round();
  EXPECT_EQ(api_.Count("DELETE", kRequests), 0u);
  EXPECT_EQ(api_.Count("POST", kRequests), 1u);
  api_.Delete(kRequests, Name("train"));
  Round();
  EXPECT_TRUE(HasRequest("train"));
}

TEST_F(ProvisioningDeskTest, WhoDoesNotLeadWritesNothingAndWhoLeadsAgainLooksAnew) {
  AddGang("train");
  gangs_.waiting.leads = false;
  Round();
  EXPECT_TRUE(api_.requests().empty());
  gangs_.waiting.leads = true;
  gangs_.answers = false;
  Round();
  EXPECT_TRUE(api_.requests().empty());
  gangs_.answers = true;
  Round();
  EXPECT_TRUE(HasRequest("train"));
  EXPECT_EQ(metrics_.provisioning_requests.value(), 1);
  gangs_.waiting.leads = false;
  Round();
  EXPECT_TRUE(HasRequest("train")) << "it is the next leader's";
  EXPECT_EQ(metrics_.provisioning_requests.value(), 0);
}

TEST_F(ProvisioningDeskTest, ARoundMakesABoundedNumberOfWrites) {
  AddGang("train", 150);
  Round();
  const auto writes = [&] {
    return api_.Count("POST", "/podtemplates") + api_.Count("POST", kRequests) +
           api_.Count("PATCH", kPods);
  };
  EXPECT_EQ(writes(), static_cast<size_t>(ProvisioningDesk::kMostWrites));
  Round();
  EXPECT_EQ(writes(), 152u);
}

TEST_F(ProvisioningDeskTest, PodsThatComeLaterAreAnnotatedToo) {
  AddGang("train", 2);
  Round();
  gangs_.members["train"].push_back("train-2");
  Gang("train").members = 3;
  api_.Put(kPods, "train-2");
  Round();
  EXPECT_EQ(Object(kPods, "train-2")["metadata"]["annotations"][kConsume], Name("train"));
  api_.Put(kPods, "train-0");  // another pod of that name
  clock_.Advance(ProvisioningDesk::kMarkAgain);
  Round();
  EXPECT_EQ(Object(kPods, "train-0")["metadata"]["annotations"][kConsume], Name("train"));
}

TEST_F(ProvisioningDeskTest, AGangThatGotOnMeanwhileGetsNone) {
  AddGang("train");
  gangs_.kinds["train"].kinds.clear();
  Round();
  EXPECT_FALSE(HasRequest("train"));
  gangs_.kinds["train"].kinds = {{"gone-0", 2}};
  Round();
  EXPECT_FALSE(HasRequest("train"));
  EXPECT_EQ(api_.Count("POST", kTemplates), 0u);
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kRejected), 0);
}

TEST_F(ProvisioningDeskTest, AGangOfTooManyKindsIsToldSo) {
  AddGang("motley");
  gangs_.kinds["motley"].all = false;
  Round();
  EXPECT_FALSE(HasRequest("motley"));
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kRejected), 1);
  Round();
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kRejected), 1) << "after its back-off";
}

}  // namespace
}  // namespace tutti::provisioning
