#include "kube/lease_state.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "tests/unit/kube/test_clock.h"

namespace tutti::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One Lease with the API server's rules for conditional writes.
struct LeaseServer {
  std::optional<LeaseRecord> record;
  int version = 0;

  absl::StatusOr<LeaseRecord> Create(LeaseRecord wanted) {
    if (record.has_value()) return absl::AlreadyExistsError("exists");
    return Store(wanted);
  }
  absl::StatusOr<LeaseRecord> Replace(LeaseRecord wanted) {
    if (!record.has_value()) return absl::NotFoundError("gone");
    if (wanted.resource_version != record->resource_version) return absl::AbortedError("conflict");
    return Store(wanted);
  }
  LeaseRecord Store(LeaseRecord wanted) {
    wanted.resource_version = std::to_string(++version);
    record = wanted;
    return wanted;
  }
};

struct Candidate {
  explicit Candidate(const std::string& identity) : election({.identity = identity}) {}

  // Does what the election wants, without loss of time; false when it wants to wait.
  bool Step(LeaseServer& server) {
    const base::Timestamp now = clock.Now();
    const LeaseElection::Action action = election.Next(now, clock.WallNanos());
    switch (action.step) {
      case LeaseElection::Step::kWait:
        return false;
      case LeaseElection::Step::kRead:
        election.OnRead(now, server.record);
        return true;
      case LeaseElection::Step::kCreate:
        election.OnWritten(now, now, server.Create(action.record));
        return true;
      case LeaseElection::Step::kReplace:
        election.OnWritten(now, now, server.Replace(action.record));
        return true;
    }
    return false;
  }
  void Run(LeaseServer& server) {
    while (Step(server)) {
    }
  }
  bool leads() const { return election.IsLeader(clock.Now()); }

  TestClock clock;
  LeaseElection election;
};

TEST(LeaseElectionTest, FirstOneCreatesAndKeepsIt) {
  LeaseServer server;
  Candidate a("a");
  Candidate b("b");
  a.Run(server);
  b.Run(server);
  EXPECT_TRUE(a.leads());
  EXPECT_FALSE(b.leads());
  EXPECT_EQ(b.election.holder(), "a");
  for (int i = 0; i < 60; ++i) {
    a.clock.Advance(seconds(1));
    b.clock.Advance(seconds(1));
    a.Run(server);
    b.Run(server);
    EXPECT_TRUE(a.leads());
    EXPECT_FALSE(b.leads());
  }
  EXPECT_EQ(server.record->transitions, 0);
}

TEST(LeaseElectionTest, DeadLeaderIsReplacedAfterTheLeaseAndStopsBefore) {
  LeaseServer server;
  Candidate a("a");
  Candidate b("b");
  a.Run(server);
  b.Run(server);
  base::Duration gap(0);
  while (!b.leads()) {
    a.clock.Advance(milliseconds(100));
    b.clock.Advance(milliseconds(100));
    gap += milliseconds(100);
    b.Run(server);  // a is cut off
    ASSERT_FALSE(a.leads() && b.leads());
    ASSERT_LE(gap, seconds(18));
  }
  EXPECT_GE(gap, seconds(15));
  EXPECT_EQ(server.record->transitions, 1);
  // The old one comes back, tries to renew, and learns.
  a.Run(server);
  EXPECT_FALSE(a.leads());
  a.clock.Advance(seconds(3));
  a.Run(server);
  EXPECT_EQ(a.election.holder(), "b");
}

TEST(LeaseElectionTest, ReleasedLeaseIsTakenAtTheNextLook) {
  LeaseServer server;
  Candidate a("a");
  Candidate b("b");
  a.Run(server);
  b.Run(server);
  const auto released = a.election.Release(a.clock.Now(), a.clock.WallNanos());
  ASSERT_TRUE(released.has_value());
  EXPECT_FALSE(a.leads());
  ASSERT_TRUE(server.Replace(*released).ok());
  b.clock.Advance(seconds(2));
  b.Run(server);
  EXPECT_TRUE(b.leads());
}

TEST(LeaseElectionTest, WriteOfUnknownFateIsLookedAtAndNotCounted) {
  LeaseServer server;
  Candidate a("a");
  a.election.OnRead(a.clock.Now(), std::optional<LeaseRecord>());
  auto action = a.election.Next(a.clock.Now(), a.clock.WallNanos());
  ASSERT_EQ(action.step, LeaseElection::Step::kCreate);
  ASSERT_TRUE(server.Create(action.record).ok());  // done, but the reply is lost
  a.election.OnWritten(a.clock.Now(), a.clock.Now(), absl::UnknownError("cut"));
  EXPECT_FALSE(a.leads());
  a.clock.Advance(seconds(2));
  EXPECT_EQ(a.election.Next(a.clock.Now(), 0).step, LeaseElection::Step::kRead);
  a.Run(server);
  EXPECT_TRUE(a.leads());
  EXPECT_EQ(server.record->transitions, 0) << "it was ours all the time";
}

// ops-reliability bug 16: a stepped clock made two leaders.
TEST(LeaseElectionTest, Bug16WallClocksDoNotMatter) {
  LeaseServer server;
  Candidate a("a");
  Candidate b("b");
  a.Run(server);
  b.Run(server);
  b.clock.StepWall(std::chrono::hours(24));  // a's record is now a day old, says b's calendar
  a.clock.StepWall(-std::chrono::hours(24));
  for (int i = 0; i < 30; ++i) {
    a.clock.Advance(seconds(1));
    b.clock.Advance(seconds(1));
    a.Run(server);
    b.Run(server);
    ASSERT_TRUE(a.leads());
    ASSERT_FALSE(b.leads());
  }
}

TEST(LeaseElectionTest, NeverTwoLeadersWhateverFails) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  int handovers = 0;
  for (int round = 0; round < 50; ++round) {
    LeaseServer server;
    std::vector<std::unique_ptr<Candidate>> candidates;
    for (const char* name : {"a", "b", "c"}) {
      candidates.push_back(std::make_unique<Candidate>(name));
    }
    std::string last;
    for (int tick = 0; tick < 600; ++tick) {
      for (size_t i = 0; i < candidates.size(); ++i) {
        Candidate* candidate = candidates[i].get();
        candidate->clock.Advance(milliseconds(245 + static_cast<int>(random() % 11)));
        if (random() % 50 == 0) {
          candidate->clock.StepWall(seconds(static_cast<int>(random() % 200) - 100));
        }
        // Each in turn is cut off for 20 s, and any write is lost before or after the server.
        if ((static_cast<size_t>(tick) / 80 + i) % 3 == 0) continue;
        const base::Timestamp sent = candidate->clock.Now();
        const auto action = candidate->election.Next(sent, candidate->clock.WallNanos());
        if (action.step == LeaseElection::Step::kWait) continue;
        if (action.step == LeaseElection::Step::kRead) {
          if (random() % 4 == 0) {
            candidate->election.OnRead(sent, absl::UnavailableError("cut"));
          } else {
            candidate->election.OnRead(sent, server.record);
          }
          continue;
        }
        absl::StatusOr<LeaseRecord> written = absl::UnavailableError("cut before");
        if (random() % 4 != 0) {
          written = action.step == LeaseElection::Step::kCreate ? server.Create(action.record)
                                                                : server.Replace(action.record);
        }
        if (random() % 4 == 0) written = absl::UnknownError("cut after");
        candidate->election.OnWritten(sent, candidate->clock.Now(), written);
      }
      int leaders = 0;
      for (auto& candidate : candidates) {
        if (!candidate->leads()) continue;
        ++leaders;
        handovers += candidate->election.holder() != last;
        last = candidate->election.holder();
      }
      ASSERT_LE(leaders, 1) << "round " << round << " tick " << tick;
    }
  }
  EXPECT_GT(handovers, 50) << "the rounds prove nothing when nobody ever takes over";
}

TEST(LeaseWatchTest, LeadsWhileKubeSchedulerBesideUsRenews) {
  TestClock clock;
  LeaseWatch watch("host-1_");
  EXPECT_FALSE(watch.Leads(clock.Now()));
  LeaseRecord record;
  record.holder = "host-1_4f1c";
  record.duration_seconds = 15;
  record.renew_time = "1";
  watch.Observe(clock.Now(), record);
  EXPECT_TRUE(watch.Leads(clock.Now()));
  clock.Advance(seconds(14));
  watch.Observe(clock.Now(), record);  // seen again, not renewed
  EXPECT_TRUE(watch.Leads(clock.Now()));
  clock.Advance(seconds(1));
  EXPECT_FALSE(watch.Leads(clock.Now()));
  record.renew_time = "2";
  watch.Observe(clock.Now(), record);
  EXPECT_TRUE(watch.Leads(clock.Now()));
  record.holder = "host-12_4f1c";
  watch.Observe(clock.Now(), record);
  EXPECT_FALSE(watch.Leads(clock.Now()));
  watch.Observe(clock.Now(), std::nullopt);
  EXPECT_FALSE(watch.Leads(clock.Now()));
}

TEST(LeaseRecordTest, JsonThereAndBack) {
  LeaseRecord record;
  record.holder = "me \"quoted\"";
  record.acquire_time = MicroTime(1'800'000'000'123'456'789);
  record.renew_time = record.acquire_time;
  record.transitions = 3;
  record.resource_version = "77";
  EXPECT_EQ(record.acquire_time, "2027-01-15T08:00:00.123456Z");
  const auto back = ParseLease(LeaseJson("kube-system", "tutti", record));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, record);
  EXPECT_FALSE(ParseLease("[1]").ok());
  EXPECT_FALSE(ParseLease("{").ok());
  EXPECT_EQ(ParseLease(R"({"metadata":{},"spec":{"holderIdentity":null}})")->holder, "");
}

}  // namespace
}  // namespace tutti::kube
