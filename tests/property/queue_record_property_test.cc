// Queues with a past, recorded: decided again from the beginning and from any checkpoint, the same
// queues are served, to the last byte. What queues held before, who was refused for what they hold
// and the round under way are in no event: the plugin's state carries them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "record/replay.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/core_world.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/plugin_world.h"
#include "tests/support/queue_args.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

class QueueProcess final : public record::ReplayWorld {
 public:
  QueueProcess() {
    AddBuiltin(made, "HierarchicalQueues",
               QueueArgs()
                   .Queue("all")
                   .Queue("a", "all")
                   .Guaranteed("cpu", "2")
                   .Queue("b", "all")
                   .Limit("cpu", "7")
                   .UserLimit("cpu", "4")
                   .Queue("c", "all")
                   .String("strictAfter", "5s")
                   .Global("defaultQueue", "a")
                   .Global("halfLife", "20s")
                   .entries());
    AddBuiltin(made, "NamespaceLimits", Limit());
  }

  base::Interner& labels() override { return made.texts; }
  model::ResourceTable& resources() override { return made.resources; }
  framework::Plugins plugins() override { return made.Plugins(); }

  PluginWorld made;

 private:
  static std::vector<ConfigEntry> Limit() {
    return {{"/limits/0/namespace", ConfigKind::kString, "default", "test"},
            {"/limits/0/resource", ConfigKind::kString, "cpu", "test"},
            {"/limits/0/amount", ConfigKind::kInteger, "14000", "test"}};
  }
};

absl::StatusOr<std::unique_ptr<record::ReplayWorld>> MakeProcess(const record::LogHeader&) {
  return std::make_unique<QueueProcess>();
}

class Story {
 public:
  explicit Story(uint64_t seed) : recorder(12), random_(seed * 50'021), world_(Options(seed)) {
    header.options = options_.core;
    header.plugins = {"HierarchicalQueues", "NamespaceLimits"};
    for (int n = 0; n < 4; ++n) world_.AddNode(absl::StrFormat("node-%d", n), 4000);
    for (int64_t g = 0; g < 40; ++g) {
      if (Below(3) == 0) ChangeObjects();
      CreateGang(absl::StrFormat("g%d", g));
      if (Below(3) == 0) world_.DeleteGang(absl::StrFormat("g%d", Below(g + 1)));
      if (Below(12) == 0) world_.SetLeading(Below(2) == 0);
      if (Below(12) == 0) FlapNode();
      world_.Pass(std::chrono::milliseconds(100 * (1 + Below(20))));
    }
    world_.SetLeading(true);
    world_.Pass(std::chrono::seconds(30));
  }
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  std::vector<record::LogFile> files() {
    return recorder.Write(header, world_.labels(), resources_);
  }
  const CoreWorld& world() const { return world_; }
  std::vector<std::string> failures() const {
    std::vector<std::string> all;
    for (const auto& process : processes_)
      all.insert(all.end(), process->made.failures.begin(), process->made.failures.end());
    return all;
  }

  MemoryRecorder recorder;
  record::LogHeader header;

 private:
  WorldOptions Options(uint64_t seed) {
    options_.seed = seed;
    options_.webhook = seed % 2 == 0;
    options_.write_failure = seed % 3 == 0 ? 0.2 : 0;
    options_.watch_lag = seed % 4 == 0 ? 0.4 : 0;
    options_.check_every = 1000;
    options_.recorder = &recorder;
    options_.core.timestamp_zero = std::chrono::hours(24 * 365 * 50);
    // Rounds stop in the middle of their queues.
    options_.core.failed_placements_per_pass = seed % 3 == 1 ? 1 : 512;
    options_.plugins = [this] {
      processes_.push_back(std::make_unique<QueueProcess>());
      return processes_.back()->plugins();
    };
    return options_;
  }
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

  // Names come in another order than that of the alphabet.
  void ChangeObjects() {
    const std::string name = absl::StrFormat("q%d", 4 - Below(5));
    if (Below(4) == 0) return world_.DeleteObject({"queues", "", name});
    model::WatchedObjectUpserted object{{"queues", "", name}, {}};
    const auto add = [&](const char* key, const std::string& value) {
      object.spec.entries.push_back({key, ConfigKind::kString, value, name});
    };
    if (Below(2) == 0) add("/parent", "all");
    if (Below(3) == 0) add("/limit/cpu", std::to_string(1 + Below(6)));
    if (Below(4) == 0) add("/userLimit/cpu", "3");
    if (Below(9) == 0) add("/limit/cpu", "garbled");
    world_.SetObject(std::move(object));
  }
  void CreateGang(const std::string& gang) {
    static constexpr const char* kQueues[] = {"a", "b", "c", "q0", "q1", "q2", "q3", ""};
    PodSpec spec;
    spec.gang = gang;
    spec.queue = kQueues[Below(8)];
    spec.submitter = absl::StrFormat("user/u%d", Below(3));
    const int64_t members = 1 + Below(3);
    spec.min_member = static_cast<int>(members);
    spec.shape.requests = {{model::kCpu, 500 * (1 + Below(5))}};
    for (int64_t m = 0; m < members; ++m) {
      spec.name = absl::StrFormat("%s-%d", gang, m);
      world_.CreatePod(spec);
    }
  }
  void FlapNode() {
    const std::string name = absl::StrFormat("node-%d", Below(4));
    if (world_.HasNode(name)) {
      world_.RemoveNode(name);
    } else {
      world_.AddNode(name, 4000);
    }
  }

  std::mt19937_64 random_;
  model::ResourceTable resources_;
  std::vector<std::unique_ptr<QueueProcess>> processes_;  // outlive the world
  WorldOptions options_;
  CoreWorld world_;
};

record::ReplayReport Replay(const std::vector<record::LogFile>& files) {
  absl::StatusOr<record::ReplayReport> report = record::Replay(files, MakeProcess);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *std::move(report) : record::ReplayReport();
}

std::string Shown(const record::ReplayReport& report) {
  return report.difference ? record::ToString(*report.difference) : "identical";
}

TEST(QueueRecordPropertyTest, AnyCheckpointIsAsGoodAsTheBeginning) {
  size_t bound = 0;
  int rounds = 0;
  int pasts = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Story story(seed);
    ASSERT_THAT(story.failures(), IsEmpty()) << "seed " << seed;
    const std::vector<record::LogFile> files = story.files();
    ASSERT_GT(files.size(), 10u);
    for (size_t i = 0; i < files.size(); i += i == 0 ? 1 + seed % 5 : 9) {
      const record::ReplayReport report =
          Replay({files.begin() + static_cast<std::ptrdiff_t>(i), files.end()});
      ASSERT_TRUE(report.identical()) << "seed " << seed << " from file " << i << "\n"
                                      << Shown(report);
    }
    bound += story.world().CountLogged("bind ");
    for (const MemoryRecorder::File& file : story.recorder.files) {
      rounds += file.checkpoint.round && file.checkpoint.round->unfinished ? 1 : 0;
      pasts += file.checkpoint.plugin_states.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(bound, 200u) << "stories in which nothing happens prove nothing";
  EXPECT_GT(rounds, 5);
  EXPECT_GT(pasts, 100);
}

// Without its state the plugin would decide otherwise: the test above is not about nothing.
TEST(QueueRecordPropertyTest, WithoutThePastOthersAreServed) {
  int otherwise = 0;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    Story story(seed);
    const size_t at = story.recorder.files.size() / 2;
    story.recorder.files[at].checkpoint.plugin_states.clear();
    const std::vector<record::LogFile> files = story.files();
    otherwise +=
        Replay({files.begin() + static_cast<std::ptrdiff_t>(at), files.end()}).identical() ? 0 : 1;
  }
  EXPECT_GT(otherwise, 3);
}

}  // namespace
}  // namespace tutti::testing
