#include "admission/pod_patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace tutti::admission {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

model::AnswerAdmission Pins(std::vector<std::string> nodes) {
  model::AnswerAdmission answer;
  answer.pins = std::move(nodes);
  answer.plan_token = "plan-1/7";
  return answer;
}

model::AnswerAdmission Gate() {
  model::AnswerAdmission answer;
  answer.gate = true;
  return answer;
}

json Patched(const json& pod, const model::AnswerAdmission& answer) {
  const absl::StatusOr<std::string> patch = PodPatch(pod.dump(), answer);
  EXPECT_TRUE(patch.ok()) << patch.status();
  const json operations = json::parse(*patch, nullptr, false);
  EXPECT_TRUE(operations.is_array()) << *patch;
  return pod.patch(operations);
}

model::PodInfo Decoded(const json& pod) {
  testing::DoorWorld world;
  const testing::PaddedBody body(pod.dump());
  absl::StatusOr<model::PodInfo> info = world.MakeDecoder().Decode(body.view(), "default");
  EXPECT_TRUE(info.ok()) << info.status();
  return *std::move(info);
}

json Pod() { return json::parse(testing::PodJson(1, R"({"gang":"g"})")); }

json Required(const char* terms) {
  return {{"nodeAffinity",
           {{"requiredDuringSchedulingIgnoredDuringExecution",
             {{"nodeSelectorTerms", json::parse(terms)}}}}}};
}

TEST(PodPatchTest, NothingToSayIsNoPatch) {
  const absl::StatusOr<std::string> patch = PodPatch(Pod().dump(), model::AnswerAdmission());
  ASSERT_TRUE(patch.ok());
  EXPECT_EQ(*patch, "");
}

TEST(PodPatchTest, TheGateJoinsTheGatesThatAreThere) {
  json pod = Pod();
  EXPECT_EQ(Patched(pod, Gate())["spec"]["schedulingGates"],
            json::parse(R"([{"name":"tutti.dev/gang"}])"));
  pod["spec"]["schedulingGates"] = json::parse(R"([{"name":"other"}])");
  EXPECT_EQ(Patched(pod, Gate())["spec"]["schedulingGates"],
            json::parse(R"([{"name":"other"},{"name":"tutti.dev/gang"}])"));
  pod["spec"]["schedulingGates"] = nullptr;
  EXPECT_TRUE(Decoded(Patched(pod, Gate())).gated_by_tutti);
}

TEST(PodPatchTest, APodWithoutTermsGetsOneTermPerNode) {
  const json pod = Patched(Pod(), Pins({"node-a", "node-b"}));
  EXPECT_EQ(pod["spec"]["affinity"], Required(R"([
      {"matchFields":[{"key":"metadata.name","operator":"In","values":["node-a"]}]},
      {"matchFields":[{"key":"metadata.name","operator":"In","values":["node-b"]}]}])"));
  EXPECT_EQ(pod["metadata"]["annotations"],
            json({{"tutti.dev/pinned-nodes", "node-a,node-b"}, {"tutti.dev/plan", "plan-1/7"}}));
  const model::PodInfo info = Decoded(pod);
  EXPECT_THAT(info.pins, ElementsAre("node-a", "node-b"));
  EXPECT_EQ(info.plan_token, "plan-1/7");
  EXPECT_FALSE(info.shape->required_affinity) << "a pin of ours is no part of the shape";
}

TEST(PodPatchTest, WhateverIsThereOfTheAffinityStays) {
  for (
      const char* affinity :
      {"null", "{}", R"({"nodeAffinity":null})", R"({"nodeAffinity":{}})",
       R"({"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":null}})",
       R"({"podAntiAffinity":{"x":[1]},"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":
           [{"weight":1,"preference":{"matchExpressions":[{"key":"k","operator":"Exists"}]}}]}})"}) {
    SCOPED_TRACE(affinity);
    json pod = Pod();
    pod["spec"]["affinity"] = json::parse(affinity);
    json patched = Patched(pod, Pins({"node-a"}));
    EXPECT_THAT(Decoded(patched).pins, ElementsAre("node-a"));
    EXPECT_FALSE(Decoded(patched).shape->required_affinity);
    json& result = patched["spec"]["affinity"];
    result["nodeAffinity"].erase("requiredDuringSchedulingIgnoredDuringExecution");
    if (std::string_view(affinity).find("podAntiAffinity") != std::string_view::npos) {
      EXPECT_EQ(result, pod["spec"]["affinity"]);
    }
  }
}

TEST(PodPatchTest, EachTermOfThePodStandsThereOncePerNode) {
  json pod = Pod();
  pod["metadata"]["annotations"] = {{"mine", "1"}};
  pod["spec"]["affinity"] = Required(R"([
      {"matchExpressions":[{"key":"zone","operator":"In","values":["z"]}]},
      {},
      {"matchExpressions":null,
       "matchFields":[{"key":"metadata.name","operator":"NotIn","values":["bad"]}]}])");
  const json patched = Patched(pod, Pins({"node-a", "node-b"}));
  const json& terms =
      patched["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
             ["nodeSelectorTerms"];
  // The empty term matches nothing; with a pin it would match the node.
  ASSERT_EQ(terms.size(), 4u);
  EXPECT_EQ(terms[3]["matchFields"].size(), 2u);
  EXPECT_EQ(terms[3]["matchFields"][1]["values"], json({"node-b"}));
  EXPECT_EQ(patched["metadata"]["annotations"]["mine"], "1");
  const model::PodInfo info = Decoded(patched);
  EXPECT_THAT(info.pins, ElementsAre("node-a", "node-b"));
  pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
     ["nodeSelectorTerms"]
         .erase(1);
  EXPECT_EQ(*info.shape, *Decoded(pod).shape) << "stripped, it is the pod as its author wrote it";
}

// Ops bug 30: terms are alternatives. One that was left without the pin, the last of many, say,
// would let the pod go anywhere.
TEST(PodPatchTest, Bug30EveryTermIsPinnedHoweverManyThereAre) {
  for (size_t count = 1; count <= 200; count += 1 + count / 4) {
    json terms = json::array();
    for (size_t t = 0; t < count; ++t) {
      terms.push_back({{"matchExpressions",
                        {{{"key", "zone"}, {"operator", "In"}, {"values", {std::to_string(t)}}}}}});
    }
    json pod = Pod();
    pod["spec"]["affinity"] = Required(terms.dump().c_str());
    const json patched = Patched(pod, Pins({"node-a"}));
    const json& pinned =
        patched["spec"]["affinity"]["nodeAffinity"]
               ["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    ASSERT_EQ(pinned.size(), count);
    for (size_t t = 0; t < count; ++t) {
      EXPECT_EQ(pinned[t]["matchExpressions"], terms[t]["matchExpressions"]);
      ASSERT_EQ(pinned[t]["matchFields"].size(), 1u) << "term " << t << " of " << count;
      EXPECT_EQ(pinned[t]["matchFields"][0]["values"], json({"node-a"}));
    }
  }
}

TEST(PodPatchTest, APodThatNoNodeMatchesCannotBePinned) {
  for (const char* terms : {"[]", "[{}]", R"([{"matchExpressions":[]}])"}) {
    json pod = Pod();
    pod["spec"]["affinity"] = Required(terms);
    EXPECT_TRUE(absl::IsFailedPrecondition(PodPatch(pod.dump(), Pins({"a"})).status())) << terms;
  }
  EXPECT_FALSE(PodPatch("{", Pins({"a"})).ok());
  EXPECT_FALSE(PodPatch(R"({"metadata":{}})", Pins({"a"})).ok());
}

// Whatever terms a pod has, what Tutti adds comes out again.
TEST(PodPatchTest, PinsComeOutAgain) {
  const uint64_t seed = 3;
  SCOPED_TRACE("seed 3");
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    json terms = json::array();
    for (uint64_t t = random() % 4; t > 0; --t) {
      json term = json::object();
      for (const char* kind : {"matchExpressions", "matchFields"}) {
        if (random() % 3 == 0) continue;
        for (uint64_t r = 1 + random() % 2; r > 0; --r) {
          term[kind].push_back({{"key", random() % 2 == 0 ? "metadata.name" : "zone"},
                                {"operator", random() % 2 == 0 ? "In" : "NotIn"},
                                {"values", {"v" + std::to_string(random() % 5)}}});
        }
      }
      // Authors who write a term twice mean it once; so does the stripping.
      if (!term.empty() && std::find(terms.begin(), terms.end(), term) == terms.end())
        terms.push_back(term);
    }
    json pod = Pod();
    if (!terms.empty()) pod["spec"]["affinity"] = Required(terms.dump().c_str());
    std::vector<std::string> nodes;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) nodes.push_back("node-" + std::to_string(n));
    const model::PodInfo info = Decoded(Patched(pod, Pins(nodes)));
    ASSERT_EQ(info.pins, nodes) << pod.dump();
    ASSERT_EQ(*info.shape, *Decoded(pod).shape) << pod.dump();
  }
}

}  // namespace
}  // namespace tutti::admission
