#include "model/cow_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <thread>

namespace tutti::model {
namespace {

using Map = CowMap<std::string, int>;

TEST(CowMapTest, FindsWhatWasSetUntilItIsErased) {
  Map map;
  EXPECT_EQ(map.Find("a"), nullptr);
  map.Set("a", 1);
  map.Set("a", 2);
  ASSERT_NE(map.Find("a"), nullptr);
  EXPECT_EQ(*map.Find("a"), 2);
  EXPECT_EQ(map.size(), 1u);
  EXPECT_TRUE(map.Erase("a"));
  EXPECT_FALSE(map.Erase("a"));
  EXPECT_EQ(map.Find("a"), nullptr);
  EXPECT_EQ(map.size(), 0u);
}

TEST(CowMapTest, APublishedCopyDoesNotSeeLaterChanges) {
  Map map;
  map.Set("kept", 1);
  map.Set("erased", 2);
  const Map published = map.Publish();
  map.Set("kept", 10);
  map.Erase("erased");
  map.Set("added", 3);
  EXPECT_EQ(*published.Find("kept"), 1);
  EXPECT_EQ(*published.Find("erased"), 2);
  EXPECT_EQ(published.Find("added"), nullptr);
  EXPECT_EQ(published.size(), 2u);
  EXPECT_EQ(*map.Find("kept"), 10);
}

std::map<std::string, int> Contents(const Map& map) {
  std::map<std::string, int> contents;
  map.ForEach([&](const std::string& key, int value) { contents[key] = value; });
  return contents;
}

TEST(CowMapTest, EveryCopyStaysWhatTheMapWasWhenItWasMade) {
  std::mt19937 random(1);
  Map map;
  std::map<std::string, int> reference;
  std::vector<std::pair<Map, std::map<std::string, int>>> copies;
  for (int i = 0; i < 4000; ++i) {
    const std::string key = std::to_string(random() % 500);
    if (random() % 3 == 0) {
      EXPECT_EQ(map.Erase(key), reference.erase(key) == 1);
    } else {
      map.Set(key, i);
      reference[key] = i;
    }
    if (random() % 200 == 0) copies.emplace_back(map.Publish(), reference);
  }
  ASSERT_GT(copies.size(), 5u);
  for (const auto& [copy, expected] : copies) {
    EXPECT_EQ(Contents(copy), expected);
    EXPECT_EQ(copy.size(), expected.size());
  }
}

TEST(CowMapTest, ReadersOfACopyNeedNoLock) {
  Map map;
  for (int i = 0; i < 1000; ++i) map.Set(std::to_string(i), i);
  const Map published = map.Publish();
  std::jthread reader([&published] {
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(*published.Find(std::to_string(i)), i);
  });
  for (int i = 0; i < 1000; ++i) map.Set(std::to_string(i), -1);
}

}  // namespace
}  // namespace tutti::model
