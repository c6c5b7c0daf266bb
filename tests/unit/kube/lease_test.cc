#include "kube/lease.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::kube {
namespace {

constexpr char kLeases[] = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

// Remembers what a callback said and lets the test wait for it.
class Told {
 public:
  OnLeaderChange Callback() {
    return [this](bool leads) {
      std::lock_guard<std::mutex> lock(mutex_);
      said_.push_back(leads);
      changed_.notify_all();
    };
  }
  void Await(const std::vector<bool>& wanted) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [&] { return said_ == wanted; })) {
      ADD_FAILURE() << "said " << ::testing::PrintToString(said_);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> said_;
};

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() {
    client_ = testing::ClientOf(server_, clock_);
    server_.AddCollection(kLeases);
  }
  std::unique_ptr<LeaseElector> Elect(const std::string& identity, Told& told) {
    LeaseElectionOptions options;
    options.identity = identity;
    options.retry_period = std::chrono::milliseconds(5);
    return std::make_unique<LeaseElector>(*client_, clock_, LeaseName{"kube-system", "tutti"},
                                          options, told.Callback());
  }

  base::SystemClock clock_;
  testing::FakeApiServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(LeaseTest, OneLeadsAndHandsOverWhenItGoes) {
  Told told_a;
  Told told_b;
  auto a = Elect("a", told_a);
  told_a.Await({false, true});
  auto b = Elect("b", told_b);
  told_b.Await({false});
  EXPECT_TRUE(a->IsLeader());
  EXPECT_FALSE(b->IsLeader());
  EXPECT_EQ(b->holder(), "a");
  a.reset();
  told_a.Await({false, true, false});
  told_b.Await({false, true});
  EXPECT_TRUE(b->IsLeader());
  const auto lease = nlohmann::json::parse(server_.Get(kLeases, "tutti"));
  EXPECT_EQ(lease["spec"]["holderIdentity"], "b");
  EXPECT_EQ(lease["spec"]["leaseTransitions"], 1);
}

TEST_F(LeaseTest, FollowerLeadsWithItsKubeScheduler) {
  Told told;
  LeaseFollower follower(*client_, clock_, {"kube-system", "kube-scheduler"},
                         {.holder_prefix = "here_", .poll_period = std::chrono::milliseconds(5)},
                         told.Callback());
  told.Await({false});
  server_.Put(kLeases, "kube-scheduler",
              R"({"spec":{"holderIdentity":"here_1","leaseDurationSeconds":15,"renewTime":"1"}})");
  told.Await({false, true});
  EXPECT_TRUE(follower.IsLeader());
  server_.Put(kLeases, "kube-scheduler",
              R"({"spec":{"holderIdentity":"there_1","leaseDurationSeconds":15,"renewTime":"2"}})");
  told.Await({false, true, false});
  EXPECT_EQ(follower.holder(), "there_1");
}

}  // namespace
}  // namespace tutti::kube
