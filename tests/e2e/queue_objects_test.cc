// Queues as API objects on the real control plane: the CRDs refuse what cannot be, gangs follow the
// tree as it changes, and its status says what the queues hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/e2e/queue_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

template <class Way>
class QueueObjectsTest : public QueueBed<QueueObjectsTest<Way>> {
 public:
  using Bed = QueueBed<QueueObjectsTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 4;
    options.node.cpu = "4";
    options.kubelet = true;  // what is evicted goes
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = "plugins: [{name: HierarchicalQueues}]\n";
    return options;
  }

 protected:
  static absl::Status Change(const std::string& name, const json& spec) {
    return Bed::plane()
        .Send("PATCH", std::string(Bed::kQueues) + "/" + name, json{{"spec", spec}},
              "application/merge-patch+json")
        .status();
  }
  static bool Saw(const std::string& name, const std::function<bool(const json& status)>& check) {
    return Bed::plane().WaitFor(
        [&] {
          const absl::StatusOr<json> queue =
              Bed::plane().Get(std::string(Bed::kQueues) + "/" + name);
          return queue.ok() && check(queue->value("status", json::object()));
        },
        std::chrono::seconds(20));
  }
  static std::string ReadyReason(const json& status) {
    for (const json& condition : status.value("conditions", json::array())) {
      if (condition["type"] == "Ready") return condition.value("reason", "");
    }
    return "";
  }
};

TYPED_TEST_SUITE(QueueObjectsTest, WaysIn, WayName);

TYPED_TEST(QueueObjectsTest, TheExampleIsAppliedAndItsGangsAreInTheirQueues) {
  const absl::Status created =
      CreateManifests(this->plane(), Deploy("examples/queue-objects.yaml"));
  ASSERT_TRUE(created.ok()) << created;
  ASSERT_TRUE(this->Submit("small", 3, "").ok());  // in genomics, by the LocalQueue "default"
  EXPECT_TRUE(this->AllBound("small", 3));
  ASSERT_TRUE(this->Submit("more", 2, "genomics").ok());
  EXPECT_TRUE(this->SawReason("more", "QueueOverLimit"));
  EXPECT_TRUE(this->Saw("genomics", [](const json& status) {
    return status.value("used", json::object()).value("cpu", "") == "3" &&
           status.value("runningGangs", 0) == 1 && status.value("waitingGangs", 0) == 1;
  }));
  EXPECT_TRUE(this->Saw("science", [](const json& status) {
    return status.value("used", json::object()).value("cpu", "") == "3";
  })) << "what is below it";
  ASSERT_TRUE(this->Submit("endless", 1, "physics").ok());
  EXPECT_TRUE(this->SawReason("endless", "QueueRunTimeTooLong"));
}

TYPED_TEST(QueueObjectsTest, GangsFollowTheTreeAsItChanges) {
  ASSERT_TRUE(this->Submit("early", 2, "team").ok());
  EXPECT_TRUE(this->SawReason("early", "QueueNotFound"));
  ASSERT_TRUE(this->Create("team", {{"limit", {{"cpu", 2}}}}).ok());
  EXPECT_TRUE(this->AllBound("early", 2));
  ASSERT_TRUE(this->Submit("late", 2, "team").ok());
  EXPECT_TRUE(this->SawReason("late", "QueueOverLimit"));
  ASSERT_TRUE(this->Change("team", {{"limit", {{"cpu", "4"}}}}).ok());
  EXPECT_TRUE(this->AllBound("late", 2));
  ASSERT_TRUE(this->Change("team", {{"state", "Held"}}).ok());
  EXPECT_TRUE(this->Saw("team", [&](const json& s) { return this->ReadyReason(s) == "Held"; }));
  ASSERT_TRUE(this->plane().Send("DELETE", std::string(this->kQueues) + "/team", nullptr).ok());
  ASSERT_TRUE(this->Submit("after", 1, "team").ok());
  EXPECT_TRUE(this->SawReason("after", "QueueNotFound"));
  EXPECT_EQ(this->plane().CountBound("early") + this->plane().CountBound("late"), 4)
      << "what runs goes on";
}

// What runs counts for its user when the limit comes; each has the whole of it.
TYPED_TEST(QueueObjectsTest, AUsersLimitComesAndGoesWithTheQueuesSpec) {
  ASSERT_TRUE(this->Create("team", json::object()).ok());
  ASSERT_TRUE(this->Submit("ada-1", 3, "team", "ada").ok());
  ASSERT_TRUE(this->AllBound("ada-1", 3));
  ASSERT_TRUE(this->Change("team", {{"userLimit", {{"cpu", "4"}}}}).ok());
  ASSERT_TRUE(
      this->Saw("team", [](const json& s) { return s.value("observedGeneration", 0) == 2; }));
  ASSERT_TRUE(this->Submit("ada-2", 2, "team", "ada").ok());
  EXPECT_TRUE(this->SawReason("ada-2", "QueueUserOverLimit"));
  EXPECT_TRUE(this->Saw("team", [](const json& status) {
    const json users = status.value("users", json::array());
    return users.size() == 1 && users[0]["name"] == "user ada" && users[0]["used"]["cpu"] == "3" &&
           users[0]["limit"]["cpu"] == "4";
  }));
  ASSERT_TRUE(this->Submit("bob-1", 4, "team", "bob").ok());
  EXPECT_TRUE(this->AllBound("bob-1", 4));
  EXPECT_EQ(this->plane().CountBound("ada-2"), 0);
  ASSERT_TRUE(this->Change("team", {{"userLimit", nullptr}}).ok());
  EXPECT_TRUE(this->AllBound("ada-2", 2));
}

TYPED_TEST(QueueObjectsTest, AGangThatRunsForTooLongIsEvictedWholeAndOthersRunOn) {
  ASSERT_TRUE(this->Create("patient", json::object()).ok());
  ASSERT_TRUE(this->Create("brief", {{"maxRunTime", "2s"}, {"maxRunTimeAction", "Evict"}}).ok());
  ASSERT_TRUE(this->Submit("stays", 2, "patient").ok());
  ASSERT_TRUE(this->AllBound("stays", 2));
  ASSERT_TRUE(this->Submit("goes", 3, "brief").ok());  // it need not say how long
  EXPECT_TRUE(this->SawReason("goes", "MaxRunTimeExceeded"));
  EXPECT_TRUE(this->plane().WaitFor([&] {
    for (int i = 0; i < 3; ++i)
      if (!this->Pod(absl::StrFormat("goes-%d", i)).empty()) return false;
    return true;
  })) << "all of it";
  EXPECT_EQ(this->plane().CountBound("stays"), 2);
  EXPECT_THAT(std::string(this->Create("endless", {{"maxRunTimeAction", "Kill"}}).message()),
              HasSubstr("spec.maxRunTimeAction"));
}

TYPED_TEST(QueueObjectsTest, AGroupIsBoundedOverAllItsUsers) {
  const json named = {{"groups", {"optics"}}, {"limit", {{"cpu", 4}}}};
  ASSERT_TRUE(this->Create("team", {{"groupLimit", {{"cpu", 1}}}, {"limits", {named}}}).ok());
  const auto submit = [&](const char* gang, int members, const char* user, const char* group) {
    PodTemplate pod = GangPod(gang, members, "1");
    pod.labels["tutti.dev/queue"] = "team";
    pod.labels["tutti.dev/user"] = user;
    pod.labels["tutti.dev/group"] = group;
    return this->plane().CreatePods(members, gang, pod);
  };
  ASSERT_TRUE(submit("first", 3, "ada", "optics").ok());
  ASSERT_TRUE(this->AllBound("first", 3));
  ASSERT_TRUE(submit("second", 2, "bob", "optics").ok());
  EXPECT_TRUE(this->SawReason("second", "QueueGroupOverLimit"));
  ASSERT_TRUE(submit("other", 1, "bob", "plasma").ok());
  EXPECT_TRUE(this->AllBound("other", 1));
  EXPECT_TRUE(this->Saw("team", [](const json& status) {
    const json groups = status.value("groups", json::array());
    return groups.size() == 2 && groups[0]["name"] == "group plasma" &&
           groups[1]["name"] == "group optics" && groups[1]["used"]["cpu"] == "3";
  }));
  this->plane().DeletePods("first");
  EXPECT_TRUE(this->AllBound("second", 2));
  const json nobody = {{"limit", {{"cpu", 4}}}};
  EXPECT_THAT(std::string(this->Create("wrong", {{"limits", {nobody}}}).message()),
              HasSubstr("a limit is for users, for groups, or for both"));
}

TYPED_TEST(QueueObjectsTest, ALocalQueueSaysWhatItsGangsHold) {
  const auto saw = [&](const char* name, const std::function<bool(const json& status)>& check) {
    return this->plane().WaitFor(
        [&] {
          const auto local = this->plane().Get(std::string(this->kLocalQueues) + "/" + name);
          return local.ok() && check(local->value("status", json::object()));
        },
        std::chrono::seconds(40));
  };
  const auto is = [](const json& status, const std::string& reason) {
    for (const json& condition : status.value("conditions", json::array())) {
      if (condition["type"] == "Active") return condition.value("reason", "") == reason;
    }
    return false;
  };
  const json local = {{"apiVersion", "tutti.dev/v1beta1"},
                      {"kind", "LocalQueue"},
                      {"metadata", {{"name", "ours"}, {"namespace", "default"}}},
                      {"spec", {{"queue", "team"}}}};
  ASSERT_TRUE(this->plane().Send("POST", this->kLocalQueues, local).ok());
  EXPECT_TRUE(saw("ours", [&](const json& status) { return is(status, "QueueNotFound"); }));
  ASSERT_TRUE(this->Create("team", {{"limit", {{"cpu", 3}}}}).ok());
  ASSERT_TRUE(this->Submit("runs", 3, "ours").ok());
  ASSERT_TRUE(this->Submit("waits", 2, "ours").ok());
  ASSERT_TRUE(this->AllBound("runs", 3));
  EXPECT_TRUE(saw("ours", [&](const json& status) {
    return is(status, "QueueActive") && status.value("runningGangs", 0) == 1 &&
           status.value("waitingGangs", 0) == 1 && status.value("waitingPods", 0) == 2 &&
           status.value("used", json::object()).value("cpu", "") == "3";
  }));
}

// Ops bug 18: a tenant deletes its own queue.
TYPED_TEST(QueueObjectsTest, Bug18AQueueThatIsDeletedStopsItsOwnGangsAndNobodyElse) {
  for (const char* queue : {"gone", "stays"}) ASSERT_TRUE(this->Create(queue, json::object()).ok());
  ASSERT_TRUE(this->Submit("runs", 8, "gone").ok());
  ASSERT_TRUE(this->Submit("busy", 8, "stays").ok());
  ASSERT_TRUE(this->AllBound("runs", 8));
  ASSERT_TRUE(this->AllBound("busy", 8));
  ASSERT_TRUE(this->Submit("waits", 4, "gone").ok());
  ASSERT_TRUE(this->Submit("next", 4, "stays").ok());
  ASSERT_TRUE(this->plane().Send("DELETE", std::string(this->kQueues) + "/gone", nullptr).ok());
  EXPECT_TRUE(this->SawReason("waits", "QueueNotFound"));
  this->plane().DeletePods("busy");
  EXPECT_TRUE(this->AllBound("next", 4));
  EXPECT_EQ(this->plane().CountBound("waits"), 0);
  EXPECT_EQ(this->plane().CountBound("runs"), 8);
  ASSERT_TRUE(this->Create("gone", json::object()).ok());
  EXPECT_TRUE(this->AllBound("waits", 4));
}

// Ops bug 27: the status is the sum of the queue's pods, whatever became of them.
TYPED_TEST(QueueObjectsTest, Bug27TheStatusIsTheSumOfTheQueuesPods) {
  ASSERT_TRUE(this->Create("team", json::object()).ok());
  const auto holds = [&](const std::string& cpu, int gangs) {
    return this->Saw("team", [&](const json& status) {
      return status.value("used", json::object()).value("cpu", "0") == cpu &&
             status.value("runningGangs", 0) == gangs;
    });
  };
  ASSERT_TRUE(this->Submit("one", 3, "team").ok());
  EXPECT_TRUE(holds("3", 1));
  ASSERT_TRUE(this->Submit("two", 5, "team").ok());
  EXPECT_TRUE(holds("8", 2));
  this->plane().DeletePods("one");
  EXPECT_TRUE(holds("5", 1));
  ASSERT_TRUE(this->plane()
                  .Send("PATCH", "/api/v1/namespaces/default/pods/two-0",
                        {{"metadata", {{"labels", {{"tutti.dev/queue", "elsewhere"}}}}}},
                        "application/merge-patch+json")
                  .ok());
  ASSERT_TRUE(this->Submit("three", 2, "team").ok());
  EXPECT_TRUE(holds("7", 2)) << "a label moves nothing that runs";
  this->plane().DeletePods("two");
  EXPECT_TRUE(holds("2", 1));
}

// Ops bug 30: likewise the last of many.
TYPED_TEST(QueueObjectsTest, Bug30EveryItemIsCheckedHoweverManyThereAre) {
  constexpr int kMany = 32;
  for (const int wrong : {0, kMany / 2, kMany - 1}) {
    json spec;
    for (int r = 0; r < kMany; ++r) {
      const std::string resource = absl::StrFormat("example.com/r%d", r);
      spec["guaranteed"][resource] = r == wrong ? 3 : 2;
      spec["limit"][resource] = 2;
    }
    EXPECT_THAT(std::string(this->Create("many", spec).message()),
                HasSubstr("a queue cannot be guaranteed more than its limit"))
        << wrong;
  }
  json spec;
  for (int n = 0; n < 100; ++n) spec["namespaces"].push_back(absl::StrFormat("team-%d", n));
  EXPECT_TRUE(this->Create("teams", spec).ok());
  spec["namespaces"].push_back("");
  EXPECT_THAT(std::string(this->Create("teams-and-nobody", spec).message()),
              HasSubstr("spec.namespaces[100]"));
}

TYPED_TEST(QueueObjectsTest, WhatCannotBeIsRefusedByTheApiServerItself) {
  const auto refused = [&](const json& spec) {
    return std::string(this->Create("wrong", spec).message());
  };
  EXPECT_THAT(refused({{"parent", "wrong"}}), HasSubstr("a queue cannot be its own parent"));
  EXPECT_THAT(refused({{"guaranteed", {{"cpu", "2"}}}, {"limit", {{"cpu", 1}}}}),
              HasSubstr("a queue cannot be guaranteed more than its limit"));
  EXPECT_THAT(refused({{"lendLimit", {{"cpu", "2"}}}}), HasSubstr("lendLimit is a part of"));
  EXPECT_THAT(refused({{"limit", {{"cpu", "many"}}}}), HasSubstr("spec.limit.cpu"));
  EXPECT_THAT(refused({{"limit", {{"cpu", -1}}}}), HasSubstr("spec.limit.cpu"));
  EXPECT_THAT(refused({{"minRuntime", "soon"}}), HasSubstr("spec.minRuntime"));
  EXPECT_THAT(refused({{"weight", 0}}), HasSubstr("spec.weight"));
  EXPECT_THAT(refused({{"userLimit", {{"cpu", "many"}}}}), HasSubstr("spec.userLimit.cpu"));
  EXPECT_THAT(refused({{"maxRunningGangsPerUser", -1}}), HasSubstr("spec.maxRunningGangsPerUser"));
  EXPECT_THAT(refused({{"state", "Ajar"}}), HasSubstr("spec.state"));
}

using QueueObjectsWebhookTest = QueueObjectsTest<Webhook>;

TEST_F(QueueObjectsWebhookTest, ABadTreeIsRefusedByTutti) {
  ASSERT_TRUE(Create("top", {{"guaranteed", {{"cpu", 4}}}}).ok());
  ASSERT_TRUE(Create("left", {{"parent", "top"}, {"guaranteed", {{"cpu", 3}}}}).ok())
      << "a parent that was made a moment ago";
  ASSERT_TRUE(Saw("left", [&](const json& s) { return ReadyReason(s) == "Open"; }));
  const auto refused = [&](const std::string& name, const json& spec) {
    return std::string(Create(name, spec).message());
  };
  EXPECT_THAT(refused("right", {{"parent", "top"}, {"guaranteed", {{"cpu", 2}}}}),
              HasSubstr("queue top: the queues below it are guaranteed 5000"));
  EXPECT_THAT(refused("right", {{"parent", "nowhere"}}),
              HasSubstr("there is no queue nowhere that could be its parent"));
  EXPECT_THAT(std::string(Change("top", {{"parent", "left"}}).message()),
              HasSubstr("is above itself"));
}

using QueueObjectsExtenderOnlyTest = QueueObjectsTest<ExtenderOnly>;

// Nobody refuses it there.
TEST_F(QueueObjectsExtenderOnlyTest, ABadTreeHoldsItsOwnGangsOnly) {
  ASSERT_TRUE(Create("a", {{"parent", "b"}}).ok());
  ASSERT_TRUE(Create("b", {{"parent", "a"}}).ok());
  ASSERT_TRUE(Create("fine", json::object()).ok());
  ASSERT_TRUE(Submit("held", 1, "a").ok());
  ASSERT_TRUE(Submit("goes", 1, "fine").ok());
  EXPECT_TRUE(AllBound("goes", 1));
  EXPECT_TRUE(SawReason("held", "QueueMisconfigured"));
  EXPECT_TRUE(Saw("a", [&](const json& s) { return ReadyReason(s) == "Misconfigured"; }));
  EXPECT_TRUE(Saw("fine", [&](const json& s) { return ReadyReason(s) == "Open"; }));
  ASSERT_TRUE(Change("b", {{"parent", nullptr}}).ok());
  EXPECT_TRUE(AllBound("held", 1));
}

}  // namespace
}  // namespace tutti::testing
