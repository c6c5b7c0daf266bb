#include "objects/shape_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace tutti::objects {
namespace {

using model::PodShape;
using model::ResourceList;

PodShape ShapeOf(int32_t priority) {
  PodShape shape;
  shape.priority = priority;
  shape.requests = {{model::kCpu, 100}};
  return shape;
}

TEST(ShapeTableTest, EqualShapesAreStoredOnce) {
  ShapeTable table;
  const auto first = table.Intern(ShapeOf(1));
  EXPECT_EQ(table.Intern(ShapeOf(1)), first);
  EXPECT_NE(table.Intern(ShapeOf(2)), first);
  const auto list = table.Intern(ResourceList{{model::kCpu, 100}});
  EXPECT_EQ(table.Intern(ResourceList{{model::kCpu, 100}}), list);
  EXPECT_NE(table.Intern(ResourceList{{model::kMemory, 100}}), list);
}

// A cluster that lives for months sees shapes without end.
TEST(ShapeTableTest, DropsWhatNobodyHolds) {
  ShapeTable table;
  const auto held = table.Intern(ShapeOf(-1));
  size_t largest = 0;
  for (int32_t i = 0; i < 100'000; ++i) {
    table.Intern(ShapeOf(i));
    largest = std::max(largest, table.size());
  }
  EXPECT_LE(largest, 2048u);
  EXPECT_EQ(table.Intern(ShapeOf(-1)), held);
  std::vector<std::shared_ptr<const PodShape>> all;
  for (int32_t i = 0; i < 5'000; ++i) all.push_back(table.Intern(ShapeOf(i)));
  for (int32_t i = 0; i < 5'000; ++i) EXPECT_EQ(table.Intern(ShapeOf(i)), all[i]);
}

TEST(ShapeTableTest, ThreadsShareOneShape) {
  ShapeTable table;
  const auto held = table.Intern(ShapeOf(7));
  std::vector<std::thread> threads;
  std::vector<int> misses(4, 0);
  for (size_t t = 0; t < misses.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int32_t i = 0; i < 3'000; ++i) {
        table.Intern(ShapeOf(i));
        misses[t] += table.Intern(ShapeOf(7)) != held;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(misses, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace tutti::objects
