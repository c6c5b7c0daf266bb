#include "planner/room_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tutti::planner {
namespace {

using base::Timestamp;
using model::kCpu;
using model::NodeIndex;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const NodeIndex kA(0);
const NodeIndex kB(1);

RoomProfile::Room Cpus(NodeIndex node, int64_t cpus) { return {{node, {{kCpu, cpus}}}}; }

class RoomProfileTest : public ::testing::Test {
 protected:
  RoomProfileTest() {
    profile_.Give(Timestamp{200}, Cpus(kB, 4));
    profile_.Give(Timestamp{100}, Cpus(kA, 6));
  }
  int64_t Least(NodeIndex node, int64_t from, Timestamp to) const {
    const RoomProfile::Room least = profile_.Least(Timestamp{from}, to, Stays());
    const auto there = least.find(node);
    return there == least.end() ? 0 : there->second.Get(kCpu);
  }
  std::vector<const RoomProfile::Stay*> Stays() const {
    std::vector<const RoomProfile::Stay*> stays;
    for (const RoomProfile::Stay& stay : stays_) stays.push_back(&stay);
    return stays;
  }
  std::vector<int64_t> Times(int64_t need, int64_t have) const {
    std::vector<int64_t> times;
    for (const Timestamp at : profile_.Times(Timestamp{0}, {{kCpu, need}}, {{kCpu, have}}, Stays()))
      times.push_back(at.nanos);
    return times;
  }

  RoomProfile profile_;
  std::vector<RoomProfile::Stay> stays_;
};

TEST_F(RoomProfileTest, RoomIsThereFromTheMomentAtWhichItComesBack) {
  EXPECT_EQ(Least(kA, 99, Timestamp::Infinite()), 0);
  EXPECT_EQ(Least(kA, 100, Timestamp::Infinite()), 6);
  EXPECT_EQ(Least(kB, 100, Timestamp::Infinite()), 0) << "that comes later";
  EXPECT_EQ(Least(kB, 200, Timestamp{201}), 4);
}

TEST_F(RoomProfileTest, AStayTakesRoomWhileItLasts) {
  stays_.emplace_back(Timestamp{150}, Timestamp{300}, Cpus(kA, 8));
  EXPECT_EQ(Least(kA, 100, Timestamp{150}), 6) << "it is over when the stay begins";
  EXPECT_EQ(Least(kA, 100, Timestamp{151}), -2);
  EXPECT_EQ(Least(kA, 300, Timestamp{400}), 6) << "the stay is over when it begins";
  EXPECT_EQ(Least(kA, 0, Timestamp::Infinite()), -2);
}

TEST_F(RoomProfileTest, WhatComesBackIsTakenInTheSameMoment) {
  stays_.emplace_back(Timestamp{100}, Timestamp{300}, Cpus(kA, 6));
  EXPECT_EQ(Least(kA, 0, Timestamp::Infinite()), 0);
}

TEST_F(RoomProfileTest, StaysThatFollowOneAnotherDoNotAddUp) {
  stays_.emplace_back(Timestamp{100}, Timestamp{200}, Cpus(kA, 5));
  stays_.emplace_back(Timestamp{200}, Timestamp{300}, Cpus(kA, 4));
  EXPECT_EQ(Least(kA, 100, Timestamp{300}), 1);
  stays_.emplace_back(Timestamp{150}, Timestamp::Infinite(), Cpus(kA, 1));
  EXPECT_EQ(Least(kA, 100, Timestamp{300}), 0);
  EXPECT_EQ(Least(kA, 300, Timestamp{400}), 5) << "one stays for ever";
}

TEST_F(RoomProfileTest, OnlyTimesThatTheSumDoesNotRuleOutAreWorthALook) {
  EXPECT_THAT(Times(5, 0), ElementsAre(100, 200));
  EXPECT_THAT(Times(7, 0), ElementsAre(200));
  EXPECT_THAT(Times(11, 0), IsEmpty());
  EXPECT_THAT(Times(11, 1), ElementsAre(200));
  stays_.emplace_back(Timestamp{0}, Timestamp{500}, Cpus(kA, 3));
  EXPECT_THAT(Times(7, 0), ElementsAre(200, 500));
  EXPECT_THAT(Times(8, 0), ElementsAre(500));
}

TEST_F(RoomProfileTest, GiftsAreCountedWhereTheyMatter) {
  EXPECT_EQ(profile_.GiftsOn(Cpus(kA, 1), Timestamp{99}), 0);
  EXPECT_EQ(profile_.GiftsOn(Cpus(kA, 1), Timestamp{500}), 1);
  EXPECT_EQ(profile_.GiftsOn({{kA, {}}, {kB, {}}}, Timestamp{500}), 2);
}

}  // namespace
}  // namespace tutti::planner
