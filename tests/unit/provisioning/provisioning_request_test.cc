#include "provisioning/provisioning_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::provisioning {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

WantedRequest Wanted() {
  WantedRequest wanted;
  wanted.namespace_name = "team";
  wanted.name = "tutti-train-1";
  wanted.gang_label = "train";
  wanted.class_name = "check-capacity.autoscaling.x-k8s.io";
  wanted.parameters = {{"ValidUntilSeconds", "600"}};
  wanted.attempt = 3;
  wanted.owner = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "train-0"}, {"uid", "u"}};
  wanted.pod_sets = {{{{"spec", {{"priority", 1}}}}, 3}, {{{"spec", {{"priority", 2}}}}, 1}};
  return wanted;
}

json ReadBack(json request) {
  request["metadata"]["uid"] = "u-9";
  return request;
}

std::vector<ListedRequest> Read(const std::vector<json>& items) {
  const auto read = ReadRequests(json{{"items", items}}.dump());
  EXPECT_TRUE(read.ok()) << read.status();
  return read.value_or(std::vector<ListedRequest>());
}

TEST(ProvisioningRequestTest, TheObjectsAreThoseOfTheApi) {
  EXPECT_EQ(RequestJson(Wanted()), json::parse(R"({
    "apiVersion": "autoscaling.x-k8s.io/v1",
    "kind": "ProvisioningRequest",
    "metadata": {
      "name": "tutti-train-1", "namespace": "team",
      "labels": {"app.kubernetes.io/managed-by": "tutti", "tutti.dev/gang": "train"},
      "annotations": {"tutti.dev/provisioning-attempt": "3"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "train-0", "uid": "u"}]},
    "spec": {
      "provisioningClassName": "check-capacity.autoscaling.x-k8s.io",
      "parameters": {"ValidUntilSeconds": "600"},
      "podSets": [{"podTemplateRef": {"name": "tutti-train-1-0"}, "count": 3},
                  {"podTemplateRef": {"name": "tutti-train-1-1"}, "count": 1}]}})"));
  EXPECT_EQ(PodTemplateJson(Wanted(), 1), json::parse(R"({
    "apiVersion": "v1",
    "kind": "PodTemplate",
    "metadata": {
      "name": "tutti-train-1-1", "namespace": "team",
      "labels": {"app.kubernetes.io/managed-by": "tutti", "tutti.dev/gang": "train"},
      "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "train-0", "uid": "u"}]},
    "template": {"spec": {"priority": 2}}})"));
  WantedRequest plain = Wanted();
  plain.parameters.clear();
  EXPECT_FALSE(RequestJson(plain)["spec"].contains("parameters"));
}

TEST(ProvisioningRequestTest, WhatWasWrittenIsReadBack) {
  const std::vector<ListedRequest> read = Read({ReadBack(RequestJson(Wanted()))});
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].namespace_name, "team");
  EXPECT_EQ(read[0].name, "tutti-train-1");
  EXPECT_EQ(read[0].uid, "u-9");
  EXPECT_EQ(read[0].phase, RequestPhase::kPending);
  EXPECT_EQ(read[0].attempt, 3);
  EXPECT_FALSE(read[0].leaving);
  EXPECT_THAT(read[0].templates, ElementsAre("tutti-train-1-0", "tutti-train-1-1"));
}

TEST(ProvisioningRequestTest, TheWorstConditionThatIsTrueCounts) {
  const auto phase = [](const std::vector<std::pair<const char*, const char*>>& conditions) {
    json request = RequestJson(Wanted());
    for (const auto& [type, status] : conditions)
      request["status"]["conditions"].push_back({{"type", type}, {"status", status}});
    return Read({request}).at(0).phase;
  };
  EXPECT_EQ(phase({{"Accepted", "True"}, {"Provisioned", "False"}}), RequestPhase::kPending);
  EXPECT_EQ(phase({{"Provisioned", "Unknown"}}), RequestPhase::kPending);
  EXPECT_EQ(phase({{"Accepted", "True"}, {"Provisioned", "True"}}), RequestPhase::kProvisioned);
  EXPECT_EQ(phase({{"Provisioned", "True"}, {"BookingExpired", "True"}}),
            RequestPhase::kBookingExpired);
  EXPECT_EQ(phase({{"Provisioned", "True"}, {"CapacityRevoked", "True"}}),
            RequestPhase::kCapacityRevoked);
  EXPECT_EQ(phase({{"Failed", "True"}}), RequestPhase::kFailed);
  EXPECT_EQ(phase({{"Failed", "False"}}), RequestPhase::kPending);
}

TEST(ProvisioningRequestTest, TheReasonIsKept) {
  json request = RequestJson(Wanted());
  request["status"]["conditions"] = json::parse(
      R"([{"type": "Failed", "status": "True", "reason": "OutOfQuota", "message": "no GPUs"}])");
  EXPECT_EQ(Read({request}).at(0).message, "OutOfQuota: no GPUs");
  request["status"]["conditions"][0].erase("message");
  EXPECT_EQ(Read({request}).at(0).message, "OutOfQuota");
}

TEST(ProvisioningRequestTest, WhatIsNotOursIsLeftAlone) {
  json unlabelled = RequestJson(Wanted());
  unlabelled["metadata"]["labels"].erase(kManagedBy);
  json other = RequestJson(Wanted());
  other["metadata"]["labels"][kManagedBy] = "kueue";
  json no_gang = RequestJson(Wanted());
  no_gang["metadata"]["labels"].erase(kGangLabel);
  EXPECT_THAT(Read({unlabelled, other, no_gang, json(1), json::array(), json::object()}),
              IsEmpty());
}

// They would be deleted with the request.
TEST(ProvisioningRequestTest, ATemplateOfSomebodyElseIsNotTakenForOurs) {
  json request = RequestJson(Wanted());
  request["spec"]["podSets"][0]["podTemplateRef"]["name"] = "precious";
  EXPECT_THAT(Read({request}).at(0).templates, ElementsAre("tutti-train-1-1"));
}

TEST(ProvisioningRequestTest, OddObjectsAreRead) {
  json request = RequestJson(Wanted());
  request["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
  request["metadata"]["annotations"]["tutti.dev/provisioning-attempt"] = "many";
  request["spec"]["podSets"] = 5;
  request["status"] = {{"conditions", {1, "x"}}};
  const std::vector<ListedRequest> read = Read({request});
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_TRUE(read[0].leaving);
  EXPECT_EQ(read[0].attempt, 1);
  for (const char* text : {"", "[]", "{}", R"({"items": 1})"})
    EXPECT_FALSE(ReadRequests(text).ok()) << text;
}

}  // namespace
}  // namespace tutti::provisioning
