// What the two writers of pins write, the decoder takes out again: a member that was placed keeps
// the shape of its siblings that wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "admission/pod_patch.h"
#include "kube/effect_writer.h"
#include "nlohmann/json.hpp"
#include "objects/pod_decoder.h"

namespace tutti {
namespace {

using nlohmann::json;
using ::testing::ElementsAreArray;

constexpr char kUid[] = "0f1c7b52-5f0e-4c5c-9a49-6e4d3c1f2a07";

class RandomPod {
 public:
  explicit RandomPod(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool Maybe() { return Below(2) == 0; }

  json Pod() {
    json pod = json::parse(absl::StrFormat(
        R"({"metadata":{"name":"p","namespace":"ns","uid":"%s"},"spec":{"containers":[]}})", kUid));
    if (Maybe()) pod["metadata"]["annotations"] = {{"tutti.dev/gang", "g"}};
    if (Below(4) == 0) return pod;
    json& affinity = pod["spec"]["affinity"] = json::object();
    if (Maybe()) affinity["podAffinity"] = json::object();
    if (Below(4) == 0) return pod;
    json& node = affinity["nodeAffinity"] = json::object();
    if (Maybe()) node["preferredDuringSchedulingIgnoredDuringExecution"] = json::array();
    if (Below(4) == 0) return pod;
    json terms = json::array();
    for (uint32_t i = 0; i <= Below(3); ++i) terms.push_back(Term());
    node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] = terms;
    return pod;
  }

  std::vector<std::string> Nodes() {
    std::vector<std::string> nodes;
    for (uint32_t i = 0; i <= Below(4); ++i) nodes.push_back(absl::StrFormat("node-%d", i));
    return nodes;
  }

 private:
  static json In(const char* key, const std::string& value) {
    return {{"key", key}, {"operator", "In"}, {"values", {value}}};
  }
  json Term() {
    json term = json::object();
    const bool fields = Below(3) == 0;
    if (fields) term["matchFields"] = {In("metadata.name", absl::StrFormat("node-%d", Below(3)))};
    if (!fields || Maybe())
      term["matchExpressions"] = {In("zone", absl::StrFormat("z%d", Below(2)))};
    if (Below(4) == 0 && !fields) term["matchFields"] = json::array();
    return term;
  }

  std::mt19937 random_;
};

class PinRoundTripTest : public ::testing::Test {
 protected:
  model::PodInfo Decode(const json& pod) {
    std::string text = pod.dump();
    const size_t size = text.size();
    text.append(objects::kJsonPadding, '\0');
    return decoder_.Decode(std::string_view(text).substr(0, size)).value();
  }

  model::ResourceTable resources_;
  objects::ShapeTable shapes_;
  objects::PodDecoder decoder_{resources_, shapes_, {}};
};

TEST_F(PinRoundTripTest, ThePatchOfTheAdmissionWebhook) {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    RandomPod random(seed);
    const json plain = random.Pod();
    model::AnswerAdmission answer;
    answer.pins = random.Nodes();
    answer.plan_token = "plan/3";
    const auto patch = admission::PodPatch(plain.dump(), answer);
    ASSERT_TRUE(patch.ok()) << "seed " << seed << ": " << patch.status();
    const json pinned = plain.patch(json::parse(*patch));
    const model::PodInfo pod = Decode(pinned);
    EXPECT_EQ(pod.shape, Decode(plain).shape) << "seed " << seed << ": " << pinned;
    EXPECT_THAT(pod.pins, ElementsAreArray(answer.pins)) << "seed " << seed;
    EXPECT_EQ(pod.plan_token, "plan/3");
  }
}

TEST_F(PinRoundTripTest, TheReleaseOfAGatedPod) {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    RandomPod random(seed);
    json gated = random.Pod();
    // A JSON patch adds to this map and fails where it is missing.
    gated["metadata"]["annotations"]["example.com/any"] = "";
    gated["spec"]["schedulingGates"] = json::parse(R"([{"name":"tutti.dev/gang"}])");
    const model::PodInfo before = Decode(gated);
    ASSERT_TRUE(before.gated_by_tutti);
    model::ReleasePod release;
    release.pod = {before.uid, before.namespace_name, before.name};
    release.shape = before.shape;
    release.nodes = random.Nodes();
    // A gated pod's terms can be narrowed, not multiplied: then it is one node.
    if (before.shape->required_affinity) release.nodes.resize(1);
    const kube::Request request = kube::EffectWriter::ReleaseRequest(release);
    json released = gated;
    if (request.content_type == "application/json-patch+json") {
      ASSERT_NO_THROW(released = gated.patch(json::parse(request.body)))
          << "seed " << seed << ": " << request.body << "\non " << gated;
    } else {
      released.merge_patch(json::parse(request.body));
    }
    const model::PodInfo pod = Decode(released);
    EXPECT_FALSE(pod.gated_by_tutti) << "seed " << seed;
    EXPECT_EQ(pod.shape, before.shape) << "seed " << seed << ": " << released;
    EXPECT_THAT(pod.pins, ElementsAreArray(release.nodes)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti
