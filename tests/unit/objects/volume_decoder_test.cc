#include "objects/volume_decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {
namespace {

JsonObjectView Parse(const std::string& json) { return JsonObjectView::Parse(json).value(); }

TEST(VolumeDecoderTest, ReadsAClaim) {
  const auto bound = DecodeVolumeClaim(Parse(R"({
    "kind": "PersistentVolumeClaim", "metadata": {"name": "corpus", "namespace": "research"},
    "spec": {"accessModes": ["ReadOnlyMany"], "resources": {"requests": {"storage": "1Ti"}}, "volumeName": "pv-7"},
    "status": {"phase": "Bound"}})"));
  EXPECT_EQ(bound.namespace_name, "research");
  EXPECT_EQ(bound.name, "corpus");
  EXPECT_EQ(bound.volume_name, "pv-7");
  EXPECT_EQ(DecodeVolumeClaim(Parse(R"({"metadata":{"name":"x","namespace":"y"},"spec":{}})"))
                .volume_name,
            "");
}

TEST(VolumeDecoderTest, ReadsAVolumesNodeAffinity) {
  const auto volume = DecodeVolume(Parse(R"({
    "kind": "PersistentVolume", "metadata": {"name": "pv-7"},
    "spec": {"local": {"path": "/mnt/disk"}, "nodeAffinity": {"required": {"nodeSelectorTerms": [
      {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["a", "b"]}]}]}}}})"));
  EXPECT_EQ(volume.name, "pv-7");
  ASSERT_TRUE(volume.node_affinity);
  EXPECT_EQ(Describe(*volume.node_affinity), "(kubernetes.io/hostname In a b;|)");
}

TEST(VolumeDecoderTest, AVolumeWithoutAffinityIsReachableFromEverywhere) {
  for (const char* spec :
       {R"({})", R"({"nodeAffinity":null})", R"({"nodeAffinity":{"required":null}})"}) {
    const std::string json = std::string(R"({"metadata":{"name":"v"},"spec":)") + spec + "}";
    EXPECT_FALSE(DecodeVolume(Parse(json)).node_affinity) << spec;
  }
}

// Better that its pods wait than that they land where the volume is not.
TEST(VolumeDecoderTest, AnUnreadableAffinityMatchesNothing) {
  for (const char* required : {R"([])", R"("x")", R"({"nodeSelectorTerms":{}})",
                               R"({"nodeSelectorTerms":[{"matchExpressions":[{"key":1}]}]})"}) {
    const std::string json =
        std::string(R"({"metadata":{"name":"v"},"spec":{"nodeAffinity":{"required":)") + required +
        "}}}";
    const auto volume = DecodeVolume(Parse(json));
    ASSERT_TRUE(volume.node_affinity) << required;
    EXPECT_TRUE(volume.node_affinity->empty()) << required;
  }
}

}  // namespace
}  // namespace tutti::objects
