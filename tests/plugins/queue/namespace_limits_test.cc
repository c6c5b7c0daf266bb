#include "queue/namespace_limits.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tutti/testing/fake_bound_pods.h"
#include "tutti/testing/fake_host.h"

namespace tutti::plugins {
namespace {

using testing::FakeBoundPods;
using testing::FakePod;

class NamespaceLimitsTest : public ::testing::Test {
 protected:
  static std::vector<ConfigEntry> Limit(std::string amount) {
    return {{"/limits/0/namespace", ConfigKind::kString, "default", ""},
            {"/limits/0/resource", ConfigKind::kString, "cpu", ""},
            {"/limits/0/amount", ConfigKind::kInteger, std::move(amount), ""}};
  }
  template <class Call>
  auto With(int64_t members, const char* namespace_name, Call&& call) {
    FakePod pod(host_);
    pod.Request("cpu", 1000).Gang("g", members);
    const PodClassView classes[] = {pod.view()};
    GangView gang;
    gang.namespace_name = namespace_name;
    gang.classes = classes;
    return call(gang);
  }
  // A gang of so many members of one cpu.
  Status Reserve(int64_t members, const char* namespace_name = "default") {
    return With(members, namespace_name,
                [&](const GangView& gang) { return plugin_->Reserve(gang, {}, {}); });
  }
  void Unreserve(int64_t members) {
    With(members, "default", [&](const GangView& gang) {
      plugin_->Unreserve(gang, {});
      return 0;
    });
  }
  QueueingHint Tell(ClusterEventKind kind, bool was_reserved = false) {
    FakeBoundPods pods(host_);
    const PlacedPodView pod = pods.Add("p", NodeIndex(0)).Request("cpu", 1000).view();
    ClusterEventView event;
    event.kind = kind;
    event.pod = &pod;
    event.was_reserved = was_reserved;
    return plugin_->OnClusterEvent(event);
  }

  testing::FakeHost host_;
  std::unique_ptr<NamespaceLimits> plugin_ =
      testing::MakePlugin<NamespaceLimits>(host_, Limit("4000"));
};

TEST_F(NamespaceLimitsTest, WhatIsPromisedCountsUntilItIsGivenBack) {
  EXPECT_TRUE(Reserve(3).ok());
  const Status held = Reserve(2);
  EXPECT_EQ(held.code(), Code::kPending);
  EXPECT_EQ(host_.ReasonCode(held.reason()), "NamespaceOverLimit");
  EXPECT_EQ(held.need(), 2000);
  EXPECT_EQ(held.have(), 1000);
  EXPECT_TRUE(Reserve(100, "other").ok()) << "no limit there";
  Unreserve(1);
  EXPECT_TRUE(Reserve(2).ok());
}

TEST_F(NamespaceLimitsTest, WhatIsBoundCountsOnceAndItsEndLetsOthersGo) {
  EXPECT_TRUE(Reserve(4).ok());
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(Tell(ClusterEventKind::kPodBound, /*was_reserved=*/true), QueueingHint::kQueueSkip);
  EXPECT_FALSE(Reserve(1).ok()) << "four are bound, none is promised";
  EXPECT_EQ(Tell(ClusterEventKind::kPodRemoved), QueueingHint::kQueue);
  EXPECT_TRUE(Reserve(1).ok());
  Tell(ClusterEventKind::kPodBound);  // of no gang: past us, and counted
  Unreserve(1);
  EXPECT_FALSE(Reserve(1).ok());
}

TEST_F(NamespaceLimitsTest, AbsurdAmountsDoNotWrapRound) {
  EXPECT_FALSE(Reserve(INT64_MAX / 2).ok());
  EXPECT_TRUE(Reserve(4).ok()) << "nothing of it was entered";
}

TEST_F(NamespaceLimitsTest, EachLimitNamesItsNamespaceResourceAndAmount) {
  for (size_t missing = 0; missing < 3; ++missing) {
    std::vector<ConfigEntry> entries = Limit("1");
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_THROW(testing::MakePlugin<NamespaceLimits>(host_, entries), std::invalid_argument);
  }
}

}  // namespace
}  // namespace tutti::plugins
