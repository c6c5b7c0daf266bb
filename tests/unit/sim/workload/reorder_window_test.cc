#include "sim/workload/reorder_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;

Job At(int64_t submit_ms, std::string name = "") {
  Job job;
  job.submit_ms = submit_ms;
  job.name = std::move(name);
  return job;
}

TEST(ReorderWindowTest, SortsWithinTheWindowAndKeepsEqualsInOrder) {
  ReorderWindow window;
  for (const auto& [time, name] : {std::pair{5, "c"}, {3, "a"}, {5, "d"}, {4, "b"}}) {
    ASSERT_TRUE(window.Put(At(time, name), "f", 1, "submit").ok());
  }
  EXPECT_FALSE(window.Take(false));
  std::string order;
  while (const std::optional<Job> job = window.Take(true)) order += job->name;
  EXPECT_EQ(order, "abcd");
}

TEST(ReorderWindowTest, AJobThatComesTooLateIsAnError) {
  ReorderWindow window;
  const auto jobs = static_cast<int64_t>(ReorderWindow::kJobs);
  for (int64_t i = 0; i <= jobs; ++i) ASSERT_TRUE(window.Put(At(100 + i), "f", i, "submit").ok());
  EXPECT_EQ(window.Take(false)->submit_ms, 100);
  EXPECT_FALSE(window.Take(false));
  EXPECT_TRUE(window.Put(At(100), "f", 7, "submit").ok());
  const absl::Status late = window.Put(At(99), "f", 8, "submit");
  EXPECT_EQ(late.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(late.message()),
              HasSubstr("f:8: column submit: the job was submitted 1"));
}

}  // namespace
}  // namespace tutti::sim
