#include "apps/access_cache.h"

#include <gtest/gtest.h>

#include "tests/unit/kube/test_clock.h"

namespace tutti::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class AccessCacheTest : public ::testing::Test {
 protected:
  kube::TestClock clock_;
  AccessCache cache_{clock_, {.allowed_for = seconds(10), .denied_for = seconds(2), .most = 3}};
};

TEST_F(AccessCacheTest, AnAnswerIsKnownForItsTimeOnly) {
  EXPECT_EQ(cache_.Find("alice"), std::nullopt);
  cache_.Put("alice", true);
  cache_.Put("bob", false);
  EXPECT_EQ(cache_.Find("alice"), true);
  EXPECT_EQ(cache_.Find("bob"), false);
  clock_.Advance(seconds(2));
  EXPECT_EQ(cache_.Find("bob"), std::nullopt) << "a refusal is asked again sooner";
  EXPECT_EQ(cache_.Find("alice"), true);
  clock_.Advance(seconds(8) - milliseconds(1));
  EXPECT_EQ(cache_.Find("alice"), true) << "reading it makes it no younger, and no older";
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(cache_.Find("alice"), std::nullopt);
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(AccessCacheTest, ANewAnswerTakesTheOldOnesPlace) {
  cache_.Put("alice", true);
  clock_.Advance(seconds(9));
  cache_.Put("alice", false);
  EXPECT_EQ(cache_.Find("alice"), false);
  EXPECT_EQ(cache_.size(), 1u);
  cache_.Put("alice", true);
  clock_.Advance(seconds(9));
  EXPECT_EQ(cache_.Find("alice"), true);
}

TEST_F(AccessCacheTest, BeyondItsBoundTheOldestIsForgotten) {
  for (const char* key : {"a", "b", "c"}) cache_.Put(key, true);
  cache_.Put("a", true);
  cache_.Put("d", true);
  EXPECT_EQ(cache_.size(), 3u);
  EXPECT_EQ(cache_.Find("b"), std::nullopt);
  for (const char* key : {"a", "c", "d"}) EXPECT_EQ(cache_.Find(key), true) << key;
}

TEST_F(AccessCacheTest, AQuestionThatIsTooLongIsNotKept) {
  AccessCache cache(clock_, {.longest_key = 4});
  cache.Put("12345", true);
  EXPECT_EQ(cache.Find("12345"), std::nullopt);
  cache.Put("1234", true);
  EXPECT_EQ(cache.Find("1234"), true);
}

}  // namespace
}  // namespace tutti::apps
