// Random worlds, recorded: deciding again gives the same, from the beginning and from any
// checkpoint, and whatever was changed in a recording is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "model/device_table.h"
#include "record/replay.h"
#include "record/snapshot.h"
#include "tests/support/core_world.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/plugin_world.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

constexpr model::ResourceId kGpu{4};

// Plugins that refuse plans, make binds wait and evict. They remember nothing, so they say the same
// when they are asked again.
class StatelessPlugins final : public record::ReplayWorld {
 public:
  StatelessPlugins() {
    PointFunctions account;
    account.reserve = [](const GangView& gang, const PlacementView& placement) {
      const bool refuses = gang.arrival % 5 == 2 && Sum(placement) % 3 == 1;
      return refuses ? Status::Pending(ReasonId(0)) : Status::Success();
    };
    account.unreserve = [](const GangView&, const PlacementView&) {};
    account.events = KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kGangPlaced) |
                     KindBit(ClusterEventKind::kGangArrived);
    account.on_event = [](const ClusterEventView& event) {
      const bool odd = event.gang != nullptr && event.gang->arrival % 2 == 1;
      return odd ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
    };
    made_.AddPoints("Account", account);
    PointFunctions gate;
    gate.permit = [](const PlacedPodView& pod, std::chrono::nanoseconds& timeout) {
      if ((pod.uid.low + pod.node.value) % 4 != 0) return Status::Success();
      timeout = std::chrono::seconds(2);
      return Status::Wait();
    };
    made_.AddPoints("Gate", gate);
    PointFunctions preempt;
    preempt.select_victims = [](const GangView& gang, const ClusterView& cluster,
                                const BoundPods& pods, std::vector<PodUid>& victims) {
      for (const NodeBlockView& block : cluster.blocks) {
        block.present.ForEach([&](uint32_t offset) {
          for (const PlacedPodView& pod : pods.On(block.Index(offset)))
            if (pod.evictable && pod.priority < gang.priority) victims.push_back(pod.uid);
        });
      }
      return Status::Success();
    };
    made_.AddPoints("Preempt", preempt);
  }

  base::Interner& labels() override { return made_.texts; }
  model::ResourceTable& resources() override { return made_.resources; }
  framework::Plugins plugins() override { return made_.Plugins(); }

 private:
  static uint64_t Sum(const PlacementView& placement) {
    uint64_t sum = 0;
    for (const auto& nodes : placement.nodes)
      for (const NodeIndex node : nodes) sum += node.value;
    return sum;
  }

  PluginWorld made_;
};

absl::StatusOr<std::unique_ptr<record::ReplayWorld>> MakeWorldOf(const record::LogHeader& header) {
  if (header.plugins.empty()) return std::make_unique<record::PlainWorld>();
  return std::make_unique<StatelessPlugins>();
}

enum class Cast {
  kPods,        // gangs and plain pods, nodes and writes
  kEverything,  // devices, durations, plugins and operators as well
};

// Gangs and plain pods come and go on nodes that flap, with writes that fail.
class RecordedStory {
 public:
  explicit RecordedStory(uint64_t seed, size_t batches_per_file = 40, Cast cast = Cast::kPods)
      : recorder(batches_per_file),
        devices(cast == Cast::kEverything && seed % 3 != 0
                    ? *model::DeviceTable::Make(resources, "nvidia.com/gpu", 4)
                    : model::DeviceTable()),
        operators_(cast == Cast::kEverything),
        random_(seed * 104729),
        options_(Options(seed, cast)),
        world(options_) {
    header.options = options_.core;
    if (options_.plugins) header.plugins = {"Account", "Gate", "Preempt"};
    resources.InternForNode("nvidia.com/gpu");
    for (const char* zone : {"z0", "z1"}) {
      using Operator = model::NodeSelectorRequirement::Operator;
      world.AddVolume({std::string("pv-") + zone,
                       model::NodeSelector{{{{"zone", Operator::kIn, {zone}}}, {}}}});
      world.AddClaim(std::string("claim-") + zone, std::string("pv-") + zone);
    }
    const int nodes = 2 + Below(7);
    for (int n = 0; n < nodes; ++n) AddNode(n);
    for (int g = 0; g < 10; ++g) {
      CreateGang(absl::StrFormat("g%d", g));
      if (Below(3) == 0) {
        world.CreatePod({absl::StrFormat("plain-%d", g), "", 0, Shape(), false});
      }
      if (Below(3) == 0) world.DeletePod(absl::StrFormat("g%d-0", Below(g + 1)));
      if (Below(3) == 0) Flap(Below(nodes));
      if (Below(4) == 0) world.SetLeading(Below(2) == 0);
      if (operators_) Operate(g);
      world.Pass(std::chrono::milliseconds(300));
    }
    world.SetLeading(true);
    world.Pass(std::chrono::seconds(90));
  }

  std::vector<record::LogFile> files() { return recorder.Write(header, world.labels(), resources); }

  MemoryRecorder recorder;
  model::ResourceTable resources;
  const model::DeviceTable devices;

 private:
  WorldOptions Options(uint64_t seed, Cast cast) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = seed % 2 == 0;
    options.write_failure = seed % 3 == 0 ? 0.2 : 0;
    options.lost_reply = seed % 5 == 0 ? 0.2 : 0;
    options.watch_lag = seed % 4 == 0 ? 0.4 : 0;
    options.referee_refusal = seed % 7 == 0 ? 0.05 : 0;
    options.core.nominate_head = seed % 3 == 1;
    options.core.report_scores = seed % 2 == 1;
    options.check_every = 1000;
    options.recorder = &recorder;
    if (cast == Cast::kPods) return options;
    options.core.devices = devices;
    constexpr planner::Backfill kWays[] = {planner::Backfill::kNone, planner::Backfill::kEasy,
                                           planner::Backfill::kEasyShortestFirst,
                                           planner::Backfill::kConservative};
    options.core.backfill = kWays[seed / 2 % 4];
    options.core.run_times =
        seed % 2 == 0 ? planner::RunTimeSource::kLearned : planner::RunTimeSource::kDeclared;
    options.core.tie_break =
        seed % 2 == 0 ? planner::TieBreak::kNodeName : planner::TieBreak::kBestFit;
    options.core.timestamp_zero = base::Duration(seed % 2);
    // Passes stop in the middle of the queue.
    options.core.failed_placements_per_pass = seed % 5 == 0 ? 512 : 1;
    if (seed % 4 != 0) {
      options.plugins = [this] {
        plugins_.push_back(std::make_unique<StatelessPlugins>());
        return plugins_.back()->plugins();
      };
    }
    return options;
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  void AddNode(int number) {
    model::NodeInfo node;
    node.name = absl::StrFormat("node-%d", number);
    node.labels = {
        {world.labels().Intern("zone"), world.labels().Intern(absl::StrFormat("z%d", number % 2))}};
    node.allocatable = {{model::kCpu, 4000}, {kGpu, Below(3) * 2}, {model::kPods, 20}};
    if (Below(6) == 0) node.taints = {{"spot", "", model::TaintEffect::kNoSchedule}};
    devices.AddToNode(node.allocatable);
    world.AddNode(std::move(node));
  }

  model::PodShape Shape() {
    model::PodShape shape;
    shape.requests = {{model::kCpu, 500 * (1 + Below(6))}};
    if (Below(4) == 0) {
      if (devices.active()) {
        const bool share = Below(2) == 0;
        devices.SetRequest(shape.requests, {share ? 1u : 1u + static_cast<uint32_t>(Below(2)),
                                            share ? 250 * (1 + Below(3)) : model::kWholeDevice});
      } else {
        shape.requests.Set(kGpu, 1);
      }
    }
    if (Below(5) == 0) shape.node_selector = {{"zone", absl::StrFormat("z%d", Below(2))}};
    if (Below(4) == 0) shape.tolerations = {{"spot", "", model::TaintEffect::kNone, true}};
    if (Below(6) == 0) shape.host_ports = {{"0.0.0.0", "TCP", 80 + Below(2)}};
    if (Below(6) == 0) shape.claims = {absl::StrFormat("claim-z%d", Below(2))};
    shape.priority = Below(4) == 0 ? 10 : 0;
    shape.needs_referee = Below(3) == 0;
    return shape;
  }

  void CreateGang(const std::string& gang) {
    const int members = 1 + Below(8);
    const int min_member = 1 + Below(members);
    const bool by_object = Below(4) == 0;
    const model::PodShape shape = Shape();
    const base::Duration duration =
        operators_ && Below(3) != 0 ? std::chrono::seconds(1 + Below(20)) : base::Duration(0);
    const std::string submitter =
        operators_ ? absl::StrFormat("user/%d", members % 2) : std::string();
    for (int m = 0; m < members; ++m) {
      world.CreatePod({absl::StrFormat("%s-%d", gang, m),
                       gang,
                       by_object ? 0 : min_member,
                       m == 0 && Below(3) == 0 ? Shape() : shape,
                       Below(2) == 0,
                       duration,
                       {},
                       submitter});
      for (int s = Below(5); s > 0; --s) world.Step();
    }
    if (by_object) world.SetGangObject(gang, min_member);
  }

  void Flap(int number) {
    world.RemoveNode(absl::StrFormat("node-%d", number));
    if (Below(2) == 0) world.Step();
    if (Below(3) != 0) AddNode(number);
  }

  // What people do by the control API, and pods that end.
  void Operate(int gangs) {
    const model::GangKey gang{"default", "test", absl::StrFormat("g%d", Below(gangs + 1))};
    const std::string node = absl::StrFormat("node-%d", Below(4));
    const auto gate = static_cast<model::QueueGate>(Below(3));
    if (Below(3) == 0) world.Apply(model::GangHeld{gang, Below(2) == 0});
    if (Below(4) == 0) world.Apply(model::QueueGateSet{gate});
    if (Below(3) == 0) world.Apply(model::NodeClosed{node, Below(2) == 0});
    if (Below(2) == 0) world.Apply(model::QueueGateSet{model::QueueGate::kOpen});
    const std::string pod = absl::StrFormat("g%d-%d", Below(gangs + 1), Below(3));
    const model::PodInfo* info = world.Pod(pod);
    if (info != nullptr && info->bound()) world.FinishPod(pod);
  }

  const bool operators_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<StatelessPlugins>> plugins_;  // of each process; outlive the world
  const WorldOptions options_;

 public:
  CoreWorld world;
  record::LogHeader header;
};

record::ReplayReport Replay(const std::vector<record::LogFile>& files) {
  absl::StatusOr<record::ReplayReport> report = record::Replay(files, MakeWorldOf);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *std::move(report) : record::ReplayReport();
}

std::string Shown(const record::ReplayReport& report) {
  return report.difference ? record::ToString(*report.difference) : "identical";
}

TEST(RecordPropertyTest, DecidingAgainGivesTheSame) {
  uint64_t effects = 0;
  uint64_t checkpoints = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    RecordedStory story(seed);
    const record::ReplayReport report = Replay(story.files());
    ASSERT_TRUE(report.identical()) << "seed " << seed << "\n" << Shown(report);
    ASSERT_THAT(report.notes, IsEmpty()) << "seed " << seed;
    effects += report.effects;
    checkpoints += report.checkpoints;
  }
  EXPECT_GT(effects, 2000u) << "stories in which nothing is decided prove nothing";
  EXPECT_GT(checkpoints, 200u) << "each compares the whole state that was reached";
}

// Of the states that were saved, what those of a plain story hardly ever hold.
struct Seen {
  int heads_in_a_pass = 0;
  int binds_that_wait = 0;
  int evictions = 0;
  int closed_nodes = 0;
  int held_gangs = 0;
  int devices = 0;
  int submitters = 0;

  void Count(const RecordedStory& story) {
    for (const MemoryRecorder::File& file : story.recorder.files) {
      const planner::CoreCheckpoint& c = file.checkpoint;
      heads_in_a_pass += c.head_room ? 1 : 0;
      binds_that_wait += c.permits.empty() ? 0 : 1;
      submitters += c.submitters.empty() ? 0 : 1;
      closed_nodes += c.closed_nodes.empty() ? 0 : 1;
      for (const planner::Gang& gang : c.gangs) held_gangs += gang.held ? 1 : 0;
      for (const auto& pod : c.pods) {
        evictions += pod.evicting ? 1 : 0;
        devices += pod.info.devices.empty() ? 0 : 1;
      }
    }
  }
};

TEST(RecordPropertyTest, DevicesDurationsPluginsAndOperatorsAreDecidedAgainAlike) {
  Seen seen;
  for (uint64_t seed = 100; seed < 112; ++seed) {
    RecordedStory story(seed, 10, Cast::kEverything);
    const record::ReplayReport report = Replay(story.files());
    ASSERT_TRUE(report.identical()) << "seed " << seed << "\n" << Shown(report);
    ASSERT_THAT(report.notes, IsEmpty()) << "seed " << seed;
    seen.Count(story);
  }
  EXPECT_GT(seen.heads_in_a_pass, 0) << "stories in which nothing happens prove nothing";
  EXPECT_GT(seen.binds_that_wait, 0);
  EXPECT_GT(seen.evictions, 0);
  EXPECT_GT(seen.closed_nodes, 0);
  EXPECT_GT(seen.held_gangs, 0);
  EXPECT_GT(seen.devices, 0);
  EXPECT_GT(seen.submitters, 0);
}

// Each file stands for itself: a core made from its checkpoint goes on as the one that ran.
TEST(RecordPropertyTest, AnyCheckpointIsAsGoodAsTheBeginning) {
  for (uint64_t seed = 40; seed <= 52; ++seed) {
    RecordedStory story(seed, 15, seed % 4 == 0 ? Cast::kPods : Cast::kEverything);
    const std::vector<record::LogFile> files = story.files();
    for (size_t i = 1 + seed % 7; i < files.size(); i += 21) {
      const record::ReplayReport report =
          Replay({files.begin() + static_cast<std::ptrdiff_t>(i), files.end()});
      ASSERT_TRUE(report.identical()) << "seed " << seed << " from file " << i << "\n"
                                      << Shown(report);
    }
  }
}

TEST(RecordPropertyTest, FilesThatAreMissingAreAGapAndTheRestIsDecidedAgain) {
  RecordedStory story(60, 15);
  std::vector<record::LogFile> files = story.files();
  ASSERT_GT(files.size(), 4u);
  files.erase(files.begin() + 2);
  const record::ReplayReport report = Replay(files);
  EXPECT_TRUE(report.identical()) << Shown(report);
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_THAT(report.notes[0], ::testing::HasSubstr("batches 31 to 45 were dropped"));
}

// Another node in an effect, another message: found at the event that it belongs to.
TEST(RecordPropertyTest, AChangedEffectIsFoundWhereItStands) {
  int found = 0;
  for (uint64_t seed = 70; seed <= 76; ++seed) {
    RecordedStory story(seed);
    uint64_t events = 0;
    uint64_t changed = 0;
    for (MemoryRecorder::File& file : story.recorder.files) {
      for (planner::RecordedBatch& batch : file.batches) {
        for (planner::RecordedStep& step : batch.steps) {
          ++events;
          for (model::Effect& effect : step.effects) {
            auto* bind = std::get_if<model::BindPod>(&effect);
            if (bind == nullptr || changed != 0) continue;
            bind->node_name = "another";
            changed = events;
          }
        }
      }
    }
    if (changed == 0) continue;
    const record::ReplayReport report = Replay(story.files());
    ASSERT_FALSE(report.identical()) << "seed " << seed;
    EXPECT_EQ(report.difference->event, changed) << "seed " << seed;
    EXPECT_THAT(Shown(report), ::testing::HasSubstr("to node another"));
    ++found;
  }
  EXPECT_GT(found, 3);
}

TEST(RecordPropertyTest, AnEventThatIsLeftOutIsFound) {
  int found = 0;
  for (uint64_t seed = 80; seed <= 86; ++seed) {
    RecordedStory story(seed);
    bool dropped = false;
    for (MemoryRecorder::File& file : story.recorder.files) {
      for (planner::RecordedBatch& batch : file.batches) {
        for (auto it = batch.steps.begin(); it != batch.steps.end() && !dropped; ++it) {
          const auto* pod = std::get_if<model::PodUpserted>(&it->event);
          if (pod == nullptr || !pod->pod.gang) continue;
          batch.steps.erase(it);
          dropped = true;
          break;
        }
      }
    }
    ASSERT_TRUE(dropped);
    found += Replay(story.files()).identical() ? 0 : 1;
  }
  EXPECT_GE(found, 6) << "a pod that is shown again at once may not be missed";
}

// The state that a checkpoint holds is compared with the state that was reached.
TEST(RecordPropertyTest, AChangedCheckpointIsFound) {
  RecordedStory story(90, 15);
  ASSERT_GT(story.recorder.files.size(), 3u);
  planner::CoreCheckpoint& checkpoint = story.recorder.files[2].checkpoint;
  ASSERT_FALSE(checkpoint.pods.empty());
  checkpoint.pods[0].info.nominated_node = "another";
  const record::ReplayReport report = Replay(story.files());
  ASSERT_FALSE(report.identical());
  EXPECT_THAT(Shown(report), ::testing::HasSubstr("nominated node: another -> "));
}

TEST(RecordPropertyTest, AFileThatIsCutOffAnywhereIsReadUpToThere) {
  RecordedStory story(95, 1'000'000);
  const std::string bytes = MemoryRecorder::Bytes(story.recorder.files[0], story.header,
                                                  story.world.labels(), story.resources);
  int noticed = 0;
  for (size_t cut = 8; cut < bytes.size(); cut += 1 + bytes.size() / 40) {
    const record::ReplayReport report = Replay({FileOf("cut.tlog", bytes.substr(0, cut))});
    EXPECT_TRUE(report.identical()) << Shown(report);
    // Cut between two frames it looks like one that ended there.
    if (report.notes.empty()) continue;
    ASSERT_EQ(report.notes.size(), 1u) << "cut at " << cut << " of " << bytes.size();
    EXPECT_THAT(report.notes[0], ::testing::HasSubstr("cut off"));
    ++noticed;
  }
  EXPECT_GT(noticed, 30);
}

}  // namespace
}  // namespace tutti::testing
