#include "planner/queue_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PluginWorld;

class Sorter final : public QueueSortPlugin {
 public:
  using Function = std::function<bool(const GangView&, const GangView&)>;
  explicit Sorter(Function less) : less_(std::move(less)) {}
  bool Less(const GangView& a, const GangView& b) const override { return less_(a, b); }

 private:
  const Function less_;
};

// Arrivals, in the order of service.
std::vector<uint64_t> Sorted(const QueueOrder& order, std::vector<QueuePlace> places) {
  std::sort(places.begin(), places.end(), order);
  std::vector<uint64_t> arrivals;
  for (const QueuePlace& place : places) arrivals.push_back(place.arrival);
  return arrivals;
}

std::shared_ptr<const GangCard> CardOf(const std::string& name, uint64_t arrival) {
  Gang gang;
  gang.display_name = name;
  gang.arrival = arrival;
  return std::make_shared<const GangCard>(gang, std::vector<MemberClass>());
}

TEST(QueueOrderTest, GangsBoundInPartThenByPriorityThenByArrival) {
  const framework::Plugins none;
  const QueueOrder order(none);
  EXPECT_FALSE(order.asks_plugin());
  EXPECT_THAT(Sorted(order, {{0, true, 0, 1, nullptr, nullptr},
                             {0, true, 5, 2, nullptr, nullptr},
                             {0, false, -7, 3, nullptr, nullptr},
                             {0, true, 5, 4, nullptr, nullptr},
                             {0, false, 0, 5, nullptr, nullptr}}),
              ElementsAre(5, 3, 2, 4, 1));
}

TEST(QueueOrderTest, APluginComesBeforePriorityAndArrivalAfterIt) {
  PluginWorld w;
  w.AddMade("ByName", [] {
    return std::make_unique<Sorter>(
        [](const GangView& a, const GangView& b) { return a.name < b.name; });
  });
  const framework::Plugins plugins = w.Plugins();
  const QueueOrder order(plugins);
  EXPECT_TRUE(order.asks_plugin());
  EXPECT_THAT(Sorted(order, {{0, true, 9, 1, nullptr, CardOf("b", 1)},
                             {0, true, 0, 2, nullptr, CardOf("a", 2)},
                             {0, false, 0, 3, nullptr, CardOf("c", 3)},
                             {0, true, 0, 4, nullptr, CardOf("a", 4)}}),
              ElementsAre(3, 2, 4, 1))
      << "bound in part goes first all the same";
}

TEST(QueueOrderTest, OneThatThrowsHasNoWish) {
  PluginWorld w;
  w.AddMade("Bad", [] {
    return std::make_unique<Sorter>([](const GangView&, const GangView&) -> bool { throw 1; });
  });
  const framework::Plugins plugins = w.Plugins();
  EXPECT_THAT(Sorted(QueueOrder(plugins), {{0, true, 0, 2, nullptr, CardOf("a", 2)},
                                           {0, true, 9, 1, nullptr, CardOf("b", 1)}}),
              ElementsAre(1, 2));
  EXPECT_FALSE(w.failures.empty());
}

TEST(QueueOrderTest, WithoutPluginsItIsAStrictOrderOfAllPlaces) {
  const framework::Plugins none;
  const QueueOrder less(none);
  std::mt19937_64 random(7);
  std::vector<QueuePlace> places;
  for (uint64_t i = 1; i <= 60; ++i)
    places.push_back({static_cast<uint32_t>(random() % 2), random() % 4 != 0,
                      static_cast<int32_t>(random() % 3), i, nullptr, nullptr});
  for (const QueuePlace& a : places) {
    for (const QueuePlace& b : places) {
      EXPECT_EQ(less(a, b) + less(b, a), a.arrival == b.arrival ? 0 : 1);
      for (const QueuePlace& c : places) {
        if (less(a, b) && less(b, c)) {
          EXPECT_TRUE(less(a, c));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tutti::planner
