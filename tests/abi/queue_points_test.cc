// QueueSelect, ObjectWatch and State behind the ABI: whatever is told and asked, in whatever order,
// and whatever is thrown, a shared object says what the class says that is linked in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/points.h"
#include "loader/handshake.h"
#include "tests/abi/plugin_world.h"
#include "tests/abi/plugins/queue_echo.h"
#include "tutti/export.h"

namespace tutti::testing {
namespace {

using ::testing::HasSubstr;

framework::PluginSpec Echo(int64_t throws) {
  return {"QueueEcho",
          1,
          framework::OnError::kDefault,
          {{"/throws", ConfigKind::kInteger, std::to_string(throws), "test"}},
          "test"};
}

framework::PluginRegistry LoadedEcho() {
  framework::PluginRegistry registry;
  absl::StatusOr<loader::LoadedPlugin> loaded = loader::LoadPlugin({TestObject("queue_echo"), ""});
  Must(loaded.status());
  Must(registry.Add(loaded->name, std::move(loaded->entry)));
  return registry;
}

framework::PluginRegistry LinkedEcho() {
  framework::PluginRegistry registry;
  Must(registry.AddBuiltin(QueueEcho::Descriptor()));
  return registry;
}

std::string Show(const Status& status) {
  return absl::StrFormat("%s %d %d/%d %s", CodeName(status.code()), status.reason().value,
                         status.have(), status.need(), status.message());
}

std::string Show(const QueueDescription& d) {
  std::string text =
      absl::StrFormat("%s %s %s %s %d %d %a %d", d.name, d.parent, d.state, d.problem, d.leaf,
                      d.running, d.share, d.generation.value_or(-1));
  for (const QueueAmount& amount : d.amounts)
    absl::StrAppendFormat(&text, " [%d %d %d %d]", amount.resource.value, amount.used,
                          amount.guaranteed, amount.limit);
  return text;
}

// One side of the boundary; every answer as a text.
class Caller {
 public:
  explicit Caller(const Side& side)
      : points_(framework::Points::Of(*side.profile->plugins()[0].plugin)) {}

  // The same calls for the same random numbers.
  std::string Call(Random& random) {
    switch (random.Below(12)) {
      case 0:
        return Try([&] { return std::to_string(points_.queue_select->queues()); });
      case 1: {
        const RandomGang gang(random);
        return Try(
            [&] { return std::to_string(points_.queue_select->QueueOf(gang.view()).value); });
      }
      case 2: {
        std::vector<QueueId> waiting;
        for (uint32_t q = 0; q < 7; ++q) {
          if (random.Maybe()) waiting.emplace_back(q);
        }
        return Try([&] { return points_.queue_select->BeginRound(waiting), "began"; });
      }
      case 3:
        return Try([&] {
          const std::optional<QueueId> next = points_.queue_select->NextQueue();
          return next ? std::to_string(next->value) : "over";
        });
      case 4:
        return Skip(random);
      case 5:
        return Serve(random);
      case 6: {
        const QueueId queue(static_cast<uint32_t>(random.Below(7)));
        return Try([&] { return Show(points_.queue_select->Describe(queue)); });
      }
      case 7:
        return Objects(random);
      case 8:
        return Reserve(random);
      case 9: {
        const RandomGang gang(random);
        return Try([&] { return Show(points_.pre_enqueue->PreEnqueue(gang.view(), {})); });
      }
      case 10:
        return Try([&] { return points_.state->Save(); });
      default: {
        const std::string bytes(static_cast<size_t>(random.Below(12)), 'x');
        return Try([&] { return Show(points_.state->Restore(bytes)); });
      }
    }
  }
  std::string Watches() const {
    std::string text;
    for (const ObjectKind& kind : points_.object_watch->Watches())
      absl::StrAppendFormat(&text, "%s/%s/%s ", kind.group, absl::StrJoin(kind.versions, ","),
                            kind.resource);
    return text;
  }

 private:
  // What was thrown is thrown again on our side.
  static std::string Try(const std::function<std::string()>& call) {
    try {
      return call();
    } catch (const std::exception& error) {
      return std::string("threw ") + error.what();
    }
  }

  std::string Skip(Random& random) {
    const QueueId queue(static_cast<uint32_t>(random.Below(7)));
    std::vector<uint64_t> arrivals;
    for (int64_t i = random.Below(20); i > 0; --i)
      arrivals.push_back(static_cast<uint64_t>(random.Below(1000)));
    return Try([&] {
      size_t alone = 0;
      while (alone < arrivals.size() && points_.queue_select->Skips(queue, arrivals[alone]))
        ++alone;
      const size_t at_once = points_.queue_select->CountSkipped(queue, arrivals);
      return absl::StrFormat("skips %d, one by one %d", at_once, alone);
    });
  }
  std::string Serve(Random& random) {
    const RandomGang gang(random);
    const QueueId queue(static_cast<uint32_t>(random.Below(7)));
    const auto outcome = static_cast<QueueOutcome>(random.Below(4));
    const bool gone = random.Maybe(4);
    const bool more = random.Maybe();
    return Try([&] {
      return points_.queue_select->Served(queue, gone ? nullptr : &gang.view(), outcome, more)
                 ? "stays"
                 : "is out";
    });
  }
  std::string Objects(Random& random) {
    const std::string name = random.Text("object", 5);
    const WatchedObject object{random.Maybe() ? "echoes" : "others", random.Maybe() ? "" : "team",
                               name, random.Below(9)};
    std::vector<ConfigEntry> entries;
    if (random.Maybe())
      entries.push_back({"/size", ConfigKind::kInteger, std::to_string(random.Below(200)), "here"});
    if (random.Maybe()) entries.push_back({"/text", ConfigKind::kString, "words", "there"});
    if (random.Maybe())
      entries.push_back({"/resource", ConfigKind::kString, random.Text("res", 40), "there"});
    Config config(entries);
    const int64_t what = random.Below(3);
    const std::string said = Try([&]() -> std::string {
      if (what == 0) return points_.object_watch->OnObjectGone(object), "gone";
      if (what == 1) return points_.object_watch->CheckObject(object, config), "checked";
      return points_.object_watch->OnObject(object, config), "told";
    });
    std::string text = said + " knows " + absl::StrJoin(config.known(), ",");
    for (const ConfigError& error : config.errors())
      absl::StrAppendFormat(&text, " %s %s: %s", error.where, error.pointer, error.message);
    return text;
  }
  std::string Reserve(Random& random) {
    const RandomGang gang(random);
    const std::vector<NodeIndex> nodes(3, NodeIndex(7));
    const std::vector<std::span<const NodeIndex>> by_class = {nodes, {}};
    const PlacementView placement{nullptr, by_class};
    const int64_t what = random.Below(3);
    return Try([&]() -> std::string {
      if (what == 0) return Show(points_.reserve->Reserve(gang.view(), placement, {}));
      if (what == 1) return points_.reserve->ReserveAgain(gang.view(), placement, {}), "again";
      return points_.reserve->Unreserve(gang.view(), placement), "unreserved";
    });
  }

  const framework::Points points_;
};

TEST(QueuePointsTest, ASharedObjectSaysWhatTheLinkedInClassSays) {
  const framework::PluginRegistry linked_plugins = LinkedEcho();
  const framework::PluginRegistry loaded_plugins = LoadedEcho();
  size_t throws = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    const base::Interner texts;
    const framework::PluginSpec spec = Echo(seed % 2 == 0 ? 0 : 5);
    const Side linked(linked_plugins, {spec}, texts);
    const Side loaded(loaded_plugins, {spec}, texts);
    ASSERT_EQ(linked.error, "");
    ASSERT_EQ(loaded.error, "");
    Caller a(linked);
    Caller b(loaded);
    ASSERT_EQ(a.Watches(), b.Watches());
    Random random_a(seed);
    Random random_b(seed);
    for (int call = 0; call < 200; ++call) {
      const std::string said = a.Call(random_a);
      ASSERT_EQ(said, b.Call(random_b)) << "call " << call;
      throws += said.find("an echo") != std::string::npos ? 1 : 0;
    }
    // Resources that its objects have named.
    EXPECT_EQ(linked.resources.size(), loaded.resources.size());
  }
  EXPECT_GT(throws, 100u) << "hardly anything was thrown: the test says too little";
}

TEST(QueuePointsTest, APluginOfQueuesIsRefusedByAHostThatWouldNotAskThem) {
  const auto loaded = loader::LoadPlugin({TestObject("queue_echo"), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const std::vector<std::string> points = [&] {
    const base::Interner texts;
    const Side side(LoadedEcho(), {Echo(0)}, texts);
    return framework::NamesOf(framework::Points::Of(*side.profile->plugins()[0].plugin));
  }();
  EXPECT_THAT(points, ::testing::ElementsAre("PreEnqueue", "QueueSelect", "Reserve", "ObjectWatch",
                                             "State"));
  tutti_plugin_descriptor descriptor = {};
  descriptor = abi::DescriptorOf<QueueEcho>();
  const auto refused = loader::CheckDescriptor(&descriptor, "/p/x.so", {.major = 1, .minor = 5});
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("ABI minor version: host 5, plugin needs 6 or later"));
}

}  // namespace
}  // namespace tutti::testing
