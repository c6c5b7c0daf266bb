// ProvisioningDesk before an API server that refuses, lacks the kind, or fails.
#include "tests/unit/provisioning/desk_world.h"

namespace tutti::provisioning {
namespace {

using obs::ProvisioningOutcome;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::SizeIs;
using testing::StatusBody;

class ProvisioningDeskFaultsTest : public DeskWorld {
 protected:
  // Requests like this one are answered so.
  void Refuse(const std::string& method, const std::string& path, int code,
              const std::string& reason) {
    SetFault([=](const HttpRequest& request, HttpReply& reply) {
      if (request.method != method || !request.path.starts_with(path)) return false;
      reply.Send(code, StatusBody(code, reason, "because of the test"));
      return true;
    });
  }
};

TEST_F(ProvisioningDeskFaultsTest, WithoutTheKindOrTheRightsItWaitsAndSaysSoOnce) {
  struct Case {
    int code;
    const char* reason;
    const char* remedy;
  };
  const Case cases[] = {{404, "NotFound", "install the CRD"},
                        {403, "Forbidden", "apply deploy/rbac.yaml"},
                        {500, "InternalError", "because of the test"}};
  AddGang("train");
  double errors = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.code);
    warnings_.clear();
    Refuse("GET", kAll, c.code, c.reason);
    Round();
    const size_t lists = api_.Count("GET", kAll);
    Round();
    EXPECT_EQ(api_.Count("GET", kAll), lists) << "it backs off";
    clock_.Advance(std::chrono::minutes(5));
    Round();
    EXPECT_EQ(api_.Count("GET", kAll), lists + 1);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr(c.remedy)));
    errors += 2;
    EXPECT_EQ(Outcomes(ProvisioningOutcome::kError), errors);
    clock_.Advance(std::chrono::minutes(5));
  }
  EXPECT_EQ(api_.Count("POST", "/"), 0u);
  SetFault(nullptr);
  Round();
  EXPECT_TRUE(HasRequest("train"));
}

TEST_F(ProvisioningDeskFaultsTest, WhatIsRefusedForOneGangIsNoTroubleForTheNext) {
  const std::pair<int, const char*> refusals[] = {
      {422, "Invalid"}, {403, "Forbidden"}, {404, "NotFound"}, {409, "AlreadyExists"}};
  double rejected = 0;
  for (const auto& [code, reason] : refusals) {
    SCOPED_TRACE(code);
    const std::string suffix = absl::StrFormat("%d", code);
    AddGang("bad" + suffix, 1, seconds(20));
    AddGang("good" + suffix, 1, seconds(10));
    const std::string bad = Name("bad" + suffix);
    SetFault([=, code = code, reason = reason](const HttpRequest& request, HttpReply& reply) {
      if (request.method != "POST" || request.path != kRequests ||
          request.body.find("\"" + bad + "\"") == std::string::npos)
        return false;
      reply.Send(code, StatusBody(code, reason, "because of the test"));
      return true;
    });
    Round();
    EXPECT_FALSE(HasRequest("bad" + suffix));
    EXPECT_TRUE(HasRequest("good" + suffix));
    EXPECT_EQ(Outcomes(ProvisioningOutcome::kRejected), ++rejected);
    RemoveGang("bad" + suffix);
    RemoveGang("good" + suffix);
    Round();
  }
  AwaitEvent("ProvisioningRequestRejected");
}

TEST_F(ProvisioningDeskFaultsTest, ARefusedGangIsTriedAgainAfterItsBackOff) {
  AddGang("train");
  Refuse("POST", kRequests, 422, "Invalid");
  Round();
  Round();
  EXPECT_EQ(api_.Count("POST", kRequests), 1u);
  SetFault(nullptr);
  clock_.Advance(seconds(60));
  Round();
  EXPECT_TRUE(HasRequest("train")) << "the templates of the first try are in nobody's way";
}

TEST_F(ProvisioningDeskFaultsTest, ATemplateThatIsLeftIsReplaced) {
  AddGang("train");
  api_.Put(kTemplates, Name("train") + "-0", R"({"template": {"spec": {"nodeName": "old"}}})");
  Round();
  EXPECT_TRUE(HasRequest("train"));
  EXPECT_FALSE(Object(kTemplates, Name("train") + "-0")["template"]["spec"].contains("nodeName"));
}

TEST_F(ProvisioningDeskFaultsTest, WhatFailsHalfWayIsDoneInALaterRound) {
  AddGang("train");
  for (const std::string& path : {std::string(kTemplates), std::string(kRequests)}) {
    Refuse("POST", path, 500, "InternalError");
    Round();
    EXPECT_FALSE(HasRequest("train"));
    clock_.Advance(std::chrono::minutes(5));
  }
  Refuse("PATCH", kPods, 500, "InternalError");
  Round();
  EXPECT_TRUE(HasRequest("train"));
  EXPECT_FALSE(Object(kPods, "train-0")["metadata"].contains("annotations"));
  clock_.Advance(std::chrono::minutes(5));
  SetFault(nullptr);
  Round();
  EXPECT_TRUE(Object(kPods, "train-1")["metadata"].contains("annotations"));
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kCreated), 1);

  SetCondition("train", "Failed");
  for (const std::string& path : {std::string(kTemplates), std::string(kRequests)}) {
    Refuse("DELETE", path, 500, "InternalError");
    Round();
    EXPECT_TRUE(HasRequest("train"));
    EXPECT_EQ(Outcomes(ProvisioningOutcome::kFailed), 0);
    clock_.Advance(std::chrono::minutes(5));
  }
  SetFault(nullptr);
  Round();
  EXPECT_FALSE(HasRequest("train"));
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kFailed), 1);
}

// Somebody else has put another one in its place since the list.
TEST_F(ProvisioningDeskFaultsTest, OnlyTheRequestThatWasSeenIsDeleted) {
  AddGang("train");
  Round();
  RemoveGang("train");
  Refuse("DELETE", kRequests, 409, "Conflict");
  Round();
  EXPECT_TRUE(HasRequest("train"));
  EXPECT_THAT(warnings_, SizeIs(0));
  SetFault(nullptr);
  Round();
  EXPECT_FALSE(HasRequest("train"));
}

TEST_F(ProvisioningDeskFaultsTest, WhatIsGoneAlreadyIsDone) {
  AddGang("train");
  Round();
  RemoveGang("train");
  Refuse("DELETE", "/", 404, "NotFound");
  Round();
  EXPECT_EQ(Outcomes(ProvisioningOutcome::kWithdrawn), 1);
  EXPECT_THAT(warnings_, SizeIs(0));
}

}  // namespace
}  // namespace tutti::provisioning
