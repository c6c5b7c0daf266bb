#include "planner/tally.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace tutti::planner {
namespace {

TEST(TallyTest, KnowsTheEndsOfWhatIsLeft) {
  Tally<int> tally;
  std::map<int, int> expected;
  std::mt19937 random(1);
  for (int step = 0; step < 2000; ++step) {
    const int value = static_cast<int>(random() % 7) - 3;
    const bool less = expected.contains(value) && random() % 2 == 0;
    tally.Add(value, less ? -1 : +1);
    if ((expected[value] += less ? -1 : +1) == 0) expected.erase(value);
    ASSERT_EQ(tally.empty(), expected.empty()) << "step " << step;
    if (expected.empty()) continue;
    ASSERT_EQ(tally.least(), expected.begin()->first) << "step " << step;
    ASSERT_EQ(tally.greatest(), expected.rbegin()->first) << "step " << step;
  }
  tally.Clear();
  EXPECT_TRUE(tally.empty());
}

}  // namespace
}  // namespace tutti::planner
