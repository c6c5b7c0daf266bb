#include "objects/object_spec_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::objects {
namespace {

using ::testing::ElementsAre;

model::ObjectSpec Read(std::string_view json) {
  return ReadObjectSpec(JsonObjectView::Parse(json).value());
}

std::vector<std::string> Texts(const model::ObjectSpec& spec) {
  std::vector<std::string> texts;
  for (const ConfigEntry& entry : spec.entries) texts.push_back(entry.pointer + "=" + entry.text);
  return texts;
}

TEST(ObjectSpecReaderTest, ASpecIsReadAsConfigurationIs) {
  const model::ObjectSpec spec = Read(R"({"metadata": {"name": "q", "generation": 4}, "spec": {
      "limit": {"cpu": 8, "nvidia.com/gpu": "2k"}, "reclaimable": false, "namespaces": ["a", "b"],
      "nothing": null, "empty": {}, "none": [], "half": 1.5}, "status": {"used": 1}})");
  EXPECT_EQ(spec.generation, 4);
  EXPECT_THAT(Texts(spec), ElementsAre("/half=1.5", "/limit/cpu=8", "/limit/nvidia.com~1gpu=2k",
                                       "/namespaces/0=a", "/namespaces/1=b", "/reclaimable=false"));
  EXPECT_EQ(spec.entries[1].kind, ConfigKind::kInteger);
  EXPECT_EQ(spec.entries[2].kind, ConfigKind::kString);
  EXPECT_EQ(spec.entries[5].kind, ConfigKind::kBoolean);
  EXPECT_EQ(spec.entries[0].where, "q");
  Config config(spec.entries);
  EXPECT_THAT(config.Keys("/limit"), ElementsAre("cpu", "nvidia.com/gpu"));
}

TEST(ObjectSpecReaderTest, WhereThereIsNoSpecNothingIsRead) {
  EXPECT_TRUE(Read(R"({"metadata": {"name": "q"}})").entries.empty());
  EXPECT_TRUE(Read(R"({"metadata": {"name": "q"}, "spec": "all"})").entries.empty());
}

}  // namespace
}  // namespace tutti::objects
