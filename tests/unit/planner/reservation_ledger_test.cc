#include "planner/reservation_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace tutti::planner {
namespace {

using model::kCpu;
using model::NodeIndex;
using Reserved = model::NodeTable::Reserved;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr model::HostPort kWeb{"0.0.0.0", "TCP", 80};

class ReservationLedgerTest : public ::testing::Test {
 protected:
  ReservationLedgerTest() {
    model::NodeInfo node;
    node.name = "a";
    node.allocatable = {{kCpu, 4000}};
    node_ = nodes_.Upsert(std::move(node));
  }
  ReservationId Reserve(int64_t cpu, Reserved what = Reserved::kPlaced, int32_t priority = 0) {
    model::PodShape shape;
    shape.requests = {{kCpu, cpu}};
    shape.host_ports = {kWeb};
    shape.priority = priority;
    return ledger_.Add({node_, std::make_shared<const model::PodShape>(shape), 1, {}, what});
  }

  model::NodeTable nodes_;
  ReservationLedger ledger_{nodes_};
  NodeIndex node_;
};

TEST_F(ReservationLedgerTest, WhatIsAddedIsTakenFromTheNodeUntilItIsReleased) {
  const ReservationId first = Reserve(1000);
  const ReservationId second = Reserve(500);
  EXPECT_EQ(nodes_.Free(kCpu, node_), 2500);
  EXPECT_FALSE(nodes_.PortsFree(node_, {kWeb}));
  EXPECT_THAT(ledger_.On(node_), ElementsAre(first, second)) << "the latest last";
  ledger_.Release(first);
  EXPECT_FALSE(nodes_.PortsFree(node_, {kWeb})) << "the other one holds the port, too";
  ledger_.Release(second);
  EXPECT_EQ(nodes_.Free(kCpu, node_), 4000);
  EXPECT_TRUE(nodes_.PortsFree(node_, {kWeb}));
  EXPECT_THAT(ledger_.On(node_), IsEmpty());
  EXPECT_EQ(ledger_.size(), 0u);
}

// Ops bug 2: giving back twice must not give back what belongs to another.
TEST_F(ReservationLedgerTest, Bug2AReleaseCountsOnce) {
  const ReservationId first = Reserve(1000);
  ledger_.Release(first);
  const ReservationId second = Reserve(1000);
  EXPECT_NE(first, second) << "an id is never used again";
  ledger_.Release(first);
  ledger_.Release(ReservationId());
  EXPECT_EQ(nodes_.Free(kCpu, node_), 3000);
}

TEST_F(ReservationLedgerTest, KnowsThePriorityOfTheHead) {
  // A pod that is being bound and matters more says nothing about the head.
  const ReservationId placed = Reserve(1, Reserved::kPlaced, 1000);
  EXPECT_EQ(ledger_.head_priority(), std::nullopt);
  EXPECT_TRUE(ledger_.any_placed());
  const ReservationId low = Reserve(1, Reserved::kForHead, -5);
  const ReservationId high = Reserve(1, Reserved::kForHead, 100);
  EXPECT_EQ(ledger_.head_priority(), 100);
  ledger_.Release(high);
  EXPECT_EQ(ledger_.head_priority(), -5);
  ledger_.Release(placed);
  EXPECT_FALSE(ledger_.any_placed());
  ledger_.Release(low);
  EXPECT_EQ(ledger_.head_priority(), std::nullopt);
}

TEST_F(ReservationLedgerTest, OfAnnouncedOnesThoseGivenBackAreToldAndThoseFulfilledAreNot) {
  const auto add = [&](uint64_t gang, bool announced) {
    model::PodShape shape;
    shape.requests = {{kCpu, 1000}};
    ReservationLedger::Reservation reservation{
        node_, std::make_shared<const model::PodShape>(shape), gang, {}};
    reservation.announced = announced;
    return ledger_.Add(std::move(reservation));
  };
  const ReservationId given_back = add(1, true);
  const ReservationId bound = add(2, true);
  const ReservationId silent = add(3, false);
  EXPECT_TRUE(ledger_.Fulfil(bound));
  EXPECT_FALSE(ledger_.Fulfil(bound));
  EXPECT_FALSE(ledger_.Fulfil(silent));
  EXPECT_FALSE(ledger_.any_given_back());
  ledger_.Release(given_back);
  ASSERT_TRUE(ledger_.any_given_back());
  const auto told = ledger_.TakeGivenBack();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].gang, 1u);
  EXPECT_FALSE(ledger_.any_given_back());
  EXPECT_EQ(nodes_.Free(kCpu, node_), 4000);
}

TEST_F(ReservationLedgerTest, AMemberThatComesTakesOverItsSlot) {
  const ReservationId id = Reserve(1000);
  ledger_.SetPod(id, {1, 2});
  ledger_.SetPod(ReservationId(99), {3, 4});
  EXPECT_EQ(ledger_.Find(id)->pod, (base::Uid{1, 2}));
  EXPECT_EQ(ledger_.Find(ReservationId(99)), nullptr);
}

TEST_F(ReservationLedgerTest, WhatIsLiftedIsBackAfterwards) {
  const ReservationId head = Reserve(1000, Reserved::kForHead);
  Reserve(500);
  const auto free = [&] { return nodes_.Free(model::kCpu, node_); };
  const int64_t before = free();
  {
    const ReservationLedger::Lifted lifted(ledger_, {head, ReservationId(99)});
    EXPECT_EQ(free(), before + 1000);
    EXPECT_EQ(ledger_.size(), 2u);
  }
  EXPECT_EQ(free(), before);
}

}  // namespace
}  // namespace tutti::planner
