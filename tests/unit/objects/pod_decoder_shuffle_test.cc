// The order of keys in an object means nothing: any order gives the same pod.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "objects/pod_decoder.h"
#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {
namespace {

using Json = nlohmann::ordered_json;

Json Shuffled(const Json& value, std::mt19937& random) {
  Json out = value;
  if (value.is_array()) {
    for (Json& item : out) item = Shuffled(item, random);
  }
  if (!value.is_object()) return out;
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [key, child] : value.items()) entries.emplace_back(key, Shuffled(child, random));
  std::shuffle(entries.begin(), entries.end(), random);
  out = Json::object();
  for (auto& [key, child] : entries) out[key] = std::move(child);
  return out;
}

TEST(PodDecoderShuffleTest, KeysMayComeInAnyOrder) {
  model::ResourceTable resources;
  ShapeTable shapes;
  PodDecoder decoder(resources, shapes, {});
  Json golden = Json::parse(ReadGolden("training_pod.json"));
  // A resize, so that the status has something to say about the spec's containers.
  golden["status"]["containerStatuses"] = Json::parse(
      R"([{"name":"trainer","resources":{"requests":{"cpu":"24"}},"allocatedResources":{"cpu":"23"}}])");
  const auto expected = decoder.Decode(Padded(golden.dump()).json());
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_NE(*expected->charge, expected->shape->requests);
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Json list = {{"kind", "PodList"}, {"items", Json::array()}};
    for (int i = 0; i < 3; ++i) list["items"].push_back(Shuffled(golden, random));
    const Padded page(Shuffled(list, random).dump(static_cast<int>(seed % 3) - 1));
    int decoded = 0;
    const absl::Status status = decoder.DecodeList(
        page.json(),
        [&](const model::PodInfo& pod) {
          ++decoded;
          EXPECT_EQ(Describe(pod, resources), Describe(*expected, resources)) << "seed " << seed;
          EXPECT_EQ(pod.shape, expected->shape) << "seed " << seed;
        },
        [&](const absl::Status& problem) { ADD_FAILURE() << "seed " << seed << ": " << problem; });
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status;
    EXPECT_EQ(decoded, 3) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::objects
