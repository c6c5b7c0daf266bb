#include "importer/queue_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "importer/object_report.h"

namespace tutti::importer {
namespace {

using ::testing::ElementsAre;

std::vector<std::optional<int64_t>> Written(const std::vector<std::optional<int64_t>>& milli,
                                            size_t* notes = nullptr) {
  Imported imported;
  for (const auto& weight : milli) {
    ImportedQueue queue;
    queue.weight_milli = weight;
    AddQueue(std::move(queue), {}, imported);
  }
  WriteWeights(imported);
  std::vector<std::optional<int64_t>> weights;
  for (const ImportedQueue& queue : imported.queues) weights.push_back(queue.weight);
  if (notes != nullptr) *notes = CountOf(Verdict::kChanged, imported);
  return weights;
}

TEST(QueueWeightsTest, WholeNumbersStay) {
  size_t notes = 0;
  EXPECT_THAT(Written({2000, std::nullopt, 4000}, &notes), ElementsAre(2, std::nullopt, 4));
  EXPECT_EQ(notes, 0u);
}

TEST(QueueWeightsTest, FractionsMultiplyAllAlike) {
  size_t notes = 0;
  EXPECT_THAT(Written({750, std::nullopt, 2000}, &notes), ElementsAre(3, 4, 8));
  EXPECT_EQ(notes, 3u);
}

TEST(QueueWeightsTest, NothingIsTheLeast) {
  size_t notes = 0;
  EXPECT_THAT(Written({0, 2000}, &notes), ElementsAre(1, 2));
  EXPECT_EQ(notes, 1u);
}

TEST(QueueWeightsTest, WhatIsTooLargeIsDividedAlike) {
  EXPECT_THAT(Written({4'000'000'000, 2'000'000'000, 1000}), ElementsAre(1'000'000, 500'000, 1));
}

}  // namespace
}  // namespace tutti::importer
