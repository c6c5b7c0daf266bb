// The points about queues, watched objects and state: QueueSelect, ObjectWatch and State.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 65'537;
constexpr int kGangs = 24;
constexpr uint32_t kMostDescribed = 64;

// Gangs in the queues that the plugin puts them into, and rounds over these.
class QueueProbe {
 public:
  QueueProbe(const Subject& subject, Findings& findings)
      : findings_(findings), world_(subject, texts_), random_(kSeed) {
    if (!world_.error().empty()) return;
    const std::vector<std::string> some_texts = SomeTexts(subject);
    for (int i = 0; i < kGangs; ++i)
      gangs_.push_back(std::make_unique<ProbeGang>(i, 0, world_, some_texts, random_));
  }

  void Run() {
    point_ = world_.points().queue_select;
    if (point_ == nullptr || !Count()) return;
    for (const auto& gang : gangs_) Line(gang->view());
    for (int round = 0; round < 8; ++round) Round();
    for (uint32_t queue = 0; queue < std::min(queues_, kMostDescribed); ++queue) Describe(queue);
  }

 private:
  // False: what it threw has been told.
  template <class Call>
  bool Try(const char* function, Call&& call) {
    const Status status = Contained(std::forward<Call>(call));
    if (!status.ok()) findings_.Fail(absl::StrFormat("%s: %s", function, status.message()));
    return status.ok();
  }

  bool Count() {
    size_t queues = 0;
    if (!Try("queues", [&] { queues = point_->queues(); })) return false;
    if (queues == 0 || queues > QueueSelectPlugin::kMostQueues) {
      findings_.Fail(absl::StrFormat("there are %d queues: expected 1 to %d", queues,
                                     QueueSelectPlugin::kMostQueues));
      return false;
    }
    queues_ = static_cast<uint32_t>(queues);
    return true;
  }

  void Line(const GangView& gang) {
    QueueId queue;
    QueueId again;
    if (!Try("QueueOf", [&] { queue = point_->QueueOf(gang), again = point_->QueueOf(gang); }))
      return;
    if (queue != again)
      findings_.Fail(absl::StrFormat("QueueOf gave queue %d, then %d for the same gang",
                                     queue.value, again.value));
    if (queue.value >= queues_) {
      findings_.Fail(
          absl::StrFormat("QueueOf gave queue %d, and there are %d", queue.value, queues_));
    } else {
      lines_[queue].push_back(&gang);
    }
  }

  // As the host does it; what becomes of each gang is made up.
  void Round() {
    std::vector<QueueId> waiting;
    std::map<QueueId, size_t> next;
    for (const auto& [queue, line] : lines_) waiting.push_back(queue), next[queue] = 0;
    if (!Try("BeginRound", [&] { point_->BeginRound(waiting); })) return;
    while (true) {
      std::optional<QueueId> queue;
      if (!Try("NextQueue", [&] { queue = point_->NextQueue(); }) || !queue) return;
      const auto at = next.find(*queue);
      if (at == next.end()) {
        findings_.Fail(absl::StrFormat(
            "NextQueue gave queue %d, which is not in the round, or not any more", queue->value));
        return;
      }
      if (!Serve(at->first, at->second)) next.erase(at);
    }
  }
  // Whether the queue stays in the round.
  bool Serve(QueueId queue, size_t& next) {
    const std::vector<const GangView*>& line = lines_[queue];
    next += Skipped(queue, std::span(line).subspan(next));
    const GangView* gang = next < line.size() ? line[next++] : nullptr;
    const auto outcome =
        gang == nullptr ? QueueOutcome::kNotReady : static_cast<QueueOutcome>(random_.Below(4));
    const bool more = gang != nullptr && next < line.size();
    bool stays = false;
    return Try("Served", [&] { stays = point_->Served(queue, gang, outcome, more); }) && stays &&
           more;
  }
  size_t Skipped(QueueId queue, std::span<const GangView* const> line) {
    std::vector<uint64_t> arrivals;
    for (const GangView* gang : line) arrivals.push_back(gang->arrival);
    size_t skipped = 0;
    size_t alone = 0;
    const bool answered = Try("Skips", [&] {
      skipped = point_->CountSkipped(queue, arrivals);
      while (alone < arrivals.size() && point_->Skips(queue, arrivals[alone])) ++alone;
    });
    if (!answered) return 0;
    if (skipped != alone)
      findings_.Fail(
          absl::StrFormat("CountSkipped passed over %d gangs of queue %d, and Skips over %d",
                          skipped, queue.value, alone));
    return std::min(skipped, arrivals.size());
  }

  void Describe(uint32_t queue) {
    QueueDescription description;
    if (!Try("Describe", [&] { description = point_->Describe(QueueId(queue)); })) return;
    if (!std::isfinite(description.share))
      findings_.Fail(absl::StrFormat("Describe gave queue %d a share that is no number", queue));
    for (const QueueAmount& amount : description.amounts) {
      if (amount.resource.value < world_.services().resources.size()) continue;
      findings_.Fail(
          absl::StrFormat("Describe gave queue %d amounts of resource %d, which there "
                          "is not",
                          queue, amount.resource.value));
    }
  }

  Findings& findings_;
  base::Interner texts_;
  ProbeWorld world_;
  Random random_;
  std::vector<std::unique_ptr<ProbeGang>> gangs_;
  QueueSelectPlugin* point_ = nullptr;
  uint32_t queues_ = 0;
  std::map<QueueId, std::vector<const GangView*>> lines_;
};

// Objects of the kinds that the plugin watches, with what it asks their specs for.
class ObjectProbe {
 public:
  ObjectProbe(const Subject& subject, Findings& findings)
      : findings_(findings), world_(subject, texts_) {}

  void Run() {
    point_ = world_.points().object_watch;
    if (point_ == nullptr) return;
    for (const ObjectKind& kind : Kinds()) {
      const std::set<std::string, std::less<>> keys = Tell(kind, "plain", {});
      Tell(kind, "unknown", {Entry("/nobody/asks/for/this", ConfigKind::kString, "x")});
      for (const std::string& key : keys) {
        Tell(kind, "text", {Entry(key, ConfigKind::kString, "seventeen")});
        Tell(kind, "number", {Entry(key, ConfigKind::kInteger, "9223372036854775807")});
        Tell(kind, "negative", {Entry(key, ConfigKind::kInteger, "-9223372036854775808")});
        Tell(kind, "null", {Entry(key, ConfigKind::kNull, "")});
        Tell(kind, "list", {Entry(key + "/0", ConfigKind::kBoolean, "true")});
      }
      for (const char* name : {"plain", "text", "never-there"}) Gone(kind, name);
    }
  }

 private:
  static ConfigEntry Entry(std::string pointer, ConfigKind kind, std::string text) {
    return {std::move(pointer), kind, std::move(text), "probe"};
  }

  std::vector<ObjectKind> Kinds() {
    std::vector<ObjectKind> kinds;
    std::vector<ObjectKind> again;
    const Status status = Contained([&] { kinds = point_->Watches(), again = point_->Watches(); });
    if (!status.ok()) findings_.Fail("Watches: " + status.message());
    const auto same = [](const ObjectKind& a, const ObjectKind& b) {
      return a.group == b.group && a.versions == b.versions && a.resource == b.resource;
    };
    if (!std::equal(kinds.begin(), kinds.end(), again.begin(), again.end(), same))
      findings_.Fail("Watches gave other kinds when it was asked again");
    for (const ObjectKind& kind : kinds) {
      if (kind.resource.empty() || kind.versions.empty())
        findings_.Fail(absl::StrFormat(
            "Watches gave the kind \"%s\" of group \"%s\" with %d versions: expected a resource, "
            "in the plural, and a version at least",
            kind.resource, kind.group, kind.versions.size()));
    }
    return kinds;
  }

  // What it has asked the spec for.
  std::set<std::string, std::less<>> Tell(const ObjectKind& kind, const char* name,
                                          std::vector<ConfigEntry> entries) {
    const WatchedObject object{kind.resource, "default", name, 1};
    Config checked(entries);
    Config checked_again(entries);
    Config told(std::move(entries));
    Call("CheckObject", kind, name, [&] {
      point_->CheckObject(object, checked);
      point_->CheckObject(object, checked_again);
    });
    if (checked.errors().size() != checked_again.errors().size())
      findings_.Fail(absl::StrFormat("CheckObject found %d mistakes in a %s object, then %d",
                                     checked.errors().size(), name, checked_again.errors().size()));
    Call("OnObject", kind, name, [&] { point_->OnObject(object, told); });
    return told.known();
  }
  void Gone(const ObjectKind& kind, const char* name) {
    const WatchedObject object{kind.resource, "default", name, 0};
    Call("OnObjectGone", kind, name, [&] { point_->OnObjectGone(object); });
  }
  template <class Ask>
  void Call(const char* function, const ObjectKind& kind, const char* name, Ask&& ask) {
    const Status status = Contained(std::forward<Ask>(ask));
    if (status.ok()) return;
    findings_.Fail(absl::StrFormat(
        "%s: %s (asked about an object of %s, \"%s\"): what cannot be read belongs into "
        "spec.Fail",
        function, status.message(), kind.resource, name));
  }

  Findings& findings_;
  base::Interner texts_;
  ProbeWorld world_;
  ObjectWatchPlugin* point_ = nullptr;
};

class StateProbe {
 public:
  StateProbe(const Subject& subject, Findings& findings) : subject_(subject), findings_(findings) {}

  void Run() {
    const base::Interner texts;
    const ProbeWorld world(subject_, texts);
    if (world.points().state == nullptr) return;
    const std::optional<std::string> saved = Save(*world.points().state);
    if (!saved) return;
    if (saved->size() > StatePlugin::kMostBytes)
      findings_.Fail(absl::StrFormat("Save gave %d bytes: expected at most %d", saved->size(),
                                     StatePlugin::kMostBytes));
    if (Save(*world.points().state) != saved)
      findings_.Fail("Save gave other bytes when it was asked again");
    RestoreOwn(*saved);
    for (const std::string& bytes : Damaged(*saved)) RestoreDamaged(bytes);
  }

 private:
  std::optional<std::string> Save(const StatePlugin& plugin) {
    std::string bytes;
    const Status status = Contained([&] { bytes = plugin.Save(); });
    if (status.ok()) return bytes;
    findings_.Fail("Save: " + status.message());
    return std::nullopt;
  }
  void RestoreOwn(const std::string& bytes) {
    const base::Interner texts;
    const ProbeWorld world(subject_, texts);
    if (world.points().state == nullptr) return;
    const Status status = Contained([&] { return world.points().state->Restore(bytes); });
    if (!status.ok())
      findings_.Fail("Restore of what it has saved answered " + Show(status, world));
    if (status.ok() && Save(*world.points().state) != bytes)
      findings_.Fail("what it has restored it saves otherwise");
  }
  static std::vector<std::string> Damaged(const std::string& bytes) {
    std::vector<std::string> all = {"", std::string(1, '\0'), std::string(64, '\xFF'), "{}"};
    if (bytes.empty()) return all;
    all.push_back(bytes.substr(0, bytes.size() - 1));
    all.push_back(bytes + "x");
    Random random(kSeed);
    for (int i = 0; i < 32; ++i) {
      std::string flipped = bytes;
      char& at = flipped[static_cast<size_t>(random.Below(static_cast<int64_t>(bytes.size())))];
      at = static_cast<char>(at ^ (1 << random.Below(8)));
      all.push_back(std::move(flipped));
    }
    return all;
  }
  void RestoreDamaged(const std::string& bytes) {
    const base::Interner texts;
    const ProbeWorld world(subject_, texts);
    if (world.points().state == nullptr) return;
    const Status status = Contained([&] { return world.points().state->Restore(bytes); });
    const bool threw = status.message().starts_with("it threw");
    if (threw || (!status.ok() && status.code() != Code::kError))
      findings_.Fail(absl::StrFormat(
          "Restore of %d damaged bytes answered %s: expected Success, or Error and why",
          bytes.size(), Show(status, world)));
    static_cast<void>(Save(*world.points().state));
  }

  const Subject& subject_;
  Findings& findings_;
};

}  // namespace

void ProbeQueues(const Subject& subject, Findings& findings) {
  QueueProbe(subject, findings).Run();
}

void ProbeObjects(const Subject& subject, Findings& findings) {
  ObjectProbe(subject, findings).Run();
}

void ProbeState(const Subject& subject, Findings& findings) { StateProbe(subject, findings).Run(); }

}  // namespace tutti::check
