// CoreLoop: runs a Core on one thread, fed by a bounded mailbox.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/mailbox.h"
#include "framework/core_port.h"
#include "planner/core.h"
#include "planner/decision_recorder.h"

namespace tutti::planner {

// Carries out what the core wants done in the world. Called on the core loop's thread; must not
// block.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  virtual void Execute(model::Effect effect) = 0;
};

// What a batch cost: for metrics. Reported before its effects reach anybody, so that whoever hears
// of one finds the metrics up to date.
struct BatchReport {
  size_t events = 0;
  size_t mailbox_depth = 0;  // after it was taken
  base::Duration spent{0};
  base::Timestamp ended;
  size_t reservations = 0;
  Core::Counts counts;  // only in every report that `with_counts` marks: counting walks all gangs
  bool with_counts = false;
};

class CoreLoop final : public framework::CorePort {
 public:
  using Observer = std::function<void(const BatchReport&)>;

  // `sink` may be set until Start. Events posted before Start wait.
  CoreLoop(CoreOptions options, const base::Interner& labels, const base::Clock& clock,
           Observer observer = nullptr, framework::Plugins plugins = {});
  ~CoreLoop() override;

  // `recorder`: hears of every batch, checkpoint and answer; null: nobody does.
  void Start(EffectSink& sink, DecisionRecorder* recorder = nullptr);
  // Every callback still open is answered; after this no event is taken.
  void Stop();

  // From a watch: blocks while the mailbox is full, so that the stream slows down. False once
  // stopped.
  bool Post(model::ClusterEvent event);

  std::shared_ptr<const model::ClusterSnapshot> Snapshot() const override { return cell_.Get(); }
  uint64_t Bind(BindRequest request, BindDone done) override;
  void AbandonBind(uint64_t ticket) override;
  void Admit(model::PodInfo pod, bool dry_run, AdmissionDone done) override;
  void ReportNotOffered(base::Uid uid, std::string node_name) override;
  void ReportFilter(const FilterAnswer& answer) override {
    if (recorder_ != nullptr) recorder_->OnFilter(answer);
  }
  void ReportScore(const ScoreAnswer& answer) override {
    if (recorder_ != nullptr) recorder_->OnScore(answer);
  }

  // Runs `function` on the loop's thread between two batches and waits for it: for diagnostics.
  void Inspect(const std::function<void(const Core&)>& function);
  // The same without waiting. Once at most; false: it never will, the loop is overloaded or stops.
  bool Ask(std::function<void(Core&)> question);
  // An event from whoever cannot wait. False: it is dropped.
  bool TryPost(model::ClusterEvent event);

 private:
  struct Inspection {
    const std::function<void(const Core&)>* function;
    bool* done;
  };
  using Question = std::function<void(Core&)>;
  using Item = std::variant<model::ClusterEvent, Inspection, Question>;

  void Run();
  void RunBatch(std::vector<Item> batch);
  model::Effects Apply(base::Timestamp now, model::ClusterEvent event, RecordedBatch& record);
  void Report(BatchReport report, base::Timestamp begin);
  void Dispatch(model::Effect effect);
  base::Duration TimeUntilDue() const;

  const base::Clock& clock_;
  const Observer observer_;
  Core core_;
  model::SnapshotCell cell_;
  base::Mailbox<Item> mailbox_;
  EffectSink* sink_ = nullptr;
  DecisionRecorder* recorder_ = nullptr;
  std::thread thread_;
  uint64_t batches_ = 0;

  absl::Mutex mutex_;
  uint64_t next_ticket_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::flat_hash_map<uint64_t, BindDone> binds_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, AdmissionDone> admissions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::planner
