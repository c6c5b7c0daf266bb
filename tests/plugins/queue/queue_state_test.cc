#include "queue/queue_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tutti::plugins {
namespace {

QueueState Some() {
  QueueState state;
  state.names = {"all", "a", "b"};
  state.stale = true;
  state.nodes.resize(4);
  for (size_t q = 1; q < 4; ++q) state.nodes[q].there = true;
  state.nodes[2].parent = QueueId(1);
  state.nodes[2].past = {0.1, 0, 3.5e9, 0, 0};
  state.nodes[2].past_at = std::chrono::hours(400'000);
  state.naps.resize(4);
  state.naps[3] = {QueueId(1), 7, std::chrono::seconds(5), false, true, 8, {3, 9, 1'000'000}};
  state.accounts = {{4, QueueId(2), "user ada", "group vision", "spot"},
                    {900, std::nullopt, "", "", ""}};
  state.homeless = {{11, "team", "gone", "user bob"}};
  state.in_round = {QueueId(2), QueueId(3)};
  state.refused = 12;
  state.full = QueueId(1);
  return state;
}

TEST(QueueStateTest, IsReadAsItWasWritten) {
  const std::string bytes = Some().ToBytes();
  const std::optional<QueueState> read = QueueState::FromBytes(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->names, Some().names);
  EXPECT_EQ(read->nodes[2].past, (std::vector<double>{0.1, 0, 3.5e9}))
      << "zeros at the end say nothing";
  EXPECT_EQ(read->nodes[2].past_at, std::chrono::hours(400'000));
  EXPECT_EQ(read->naps[3].refused, Some().naps[3].refused);
  EXPECT_EQ(read->accounts[0].queue, QueueId(2));
  EXPECT_EQ(read->accounts[1].gang, 900u);
  EXPECT_EQ(read->homeless[0].queue, "gone");
  EXPECT_EQ(read->full, QueueId(1));
  EXPECT_EQ(read->ToBytes(), bytes);
}

TEST(QueueStateTest, WhatContradictsItselfIsRefused) {
  const auto refused = [](auto&& change) {
    QueueState state = Some();
    change(state);
    return !QueueState::FromBytes(state.ToBytes()).has_value();
  };
  EXPECT_FALSE(refused([](QueueState&) {}));
  EXPECT_TRUE(refused([](QueueState& s) { s.names[1] = "all"; }));
  EXPECT_TRUE(refused([](QueueState& s) { s.names[1] = ""; }));
  EXPECT_TRUE(refused([](QueueState& s) { s.nodes[1].parent = QueueId(2); })) << "a circle";
  EXPECT_TRUE(refused([](QueueState& s) { s.nodes[1].there = false; })) << "below nobody";
  EXPECT_TRUE(refused([](QueueState& s) { s.names.pop_back(); }));
  EXPECT_TRUE(refused([](QueueState& s) { s.nodes[1].past = {std::nan("")}; }));
  EXPECT_TRUE(refused([](QueueState& s) { s.nodes.clear(), s.naps.clear(); }));
  EXPECT_TRUE(refused([](QueueState& s) { s.in_round = {QueueId(9)}; }));
}

// Nothing but ASan would notice.
TEST(QueueStateTest, DamagedBytesAreReadAsFarAsTheyMakeSense) {
  const std::string bytes = Some().ToBytes();
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(QueueState::FromBytes(bytes.substr(0, cut)).has_value());
  EXPECT_FALSE(QueueState::FromBytes(bytes + "x").has_value());
  std::mt19937_64 random(1);
  int sound = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string damaged = bytes;
    for (uint64_t n = 1 + random() % 3; n > 0; --n)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    const std::optional<QueueState> read = QueueState::FromBytes(damaged);
    if (!read) continue;
    ++sound;
    EXPECT_TRUE(QueueState::FromBytes(read->ToBytes()).has_value());
  }
  EXPECT_GT(sound, 0);
}

}  // namespace
}  // namespace tutti::plugins
