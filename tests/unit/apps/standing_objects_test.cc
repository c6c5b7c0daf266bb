#include "apps/standing_objects.h"

#include <gtest/gtest.h>

namespace tutti::apps {
namespace {

TEST(StandingObjectsTest, AKindIsThereWhileOneObjectOfItIs) {
  StandingObjects standing;
  EXPECT_FALSE(standing.Any("queues"));
  standing.Notice(model::WatchedObjectUpserted{{"queues", "", "a"}, {}});
  standing.Notice(model::WatchedObjectUpserted{{"queues", "", "a"}, {}});
  standing.Notice(model::WatchedObjectUpserted{{"queues", "", "b"}, {}});
  standing.Notice(model::CachesSynced{});
  EXPECT_TRUE(standing.Any("queues"));
  EXPECT_FALSE(standing.Any("localqueues")) << "which comes before it";
  EXPECT_FALSE(standing.Any("queue"));
  standing.Notice(model::WatchedObjectDeleted{{"queues", "", "a"}});
  EXPECT_TRUE(standing.Any("queues"));
  standing.Notice(model::WatchedObjectDeleted{{"queues", "", "b"}});
  EXPECT_FALSE(standing.Any("queues"));
}

}  // namespace
}  // namespace tutti::apps
