#include "planner/core_loop.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "planner/core_checkpoint.h"

namespace tutti::planner {
namespace {

constexpr size_t kMailboxCapacity = 65'536;
constexpr base::Duration kLongestSleep = std::chrono::seconds(1);
constexpr uint64_t kBatchesPerCount = 64;
// Under load events are taken together: each batch costs a wake-up here and one in every thread
// that its effects reach. An event after a quiet moment is taken at once.
constexpr base::Duration kCoalesce = std::chrono::microseconds(500);

}  // namespace

CoreLoop::CoreLoop(CoreOptions options, const base::Interner& labels, const base::Clock& clock,
                   Observer observer, framework::Plugins plugins)
    : clock_(clock),
      observer_(std::move(observer)),
      core_(std::move(options), labels, std::move(plugins)),
      mailbox_(kMailboxCapacity) {}

CoreLoop::~CoreLoop() { Stop(); }

void CoreLoop::Start(EffectSink& sink, DecisionRecorder* recorder) {
  sink_ = &sink;
  recorder_ = recorder;
  thread_ = std::thread([this] { Run(); });
}

void CoreLoop::Stop() {
  mailbox_.Close();
  if (thread_.joinable()) thread_.join();
  absl::flat_hash_map<uint64_t, BindDone> binds;
  absl::flat_hash_map<uint64_t, AdmissionDone> admissions;
  {
    absl::MutexLock lock(&mutex_);
    binds.swap(binds_);
    admissions.swap(admissions_);
  }
  for (auto& [ticket, done] : binds) done("tutti/NotReady: shutting down");
  for (auto& [ticket, done] : admissions) done({});
}

bool CoreLoop::Post(model::ClusterEvent event) { return mailbox_.Push(std::move(event)); }

uint64_t CoreLoop::Bind(BindRequest request, BindDone done) {
  uint64_t ticket = 0;
  {
    absl::MutexLock lock(&mutex_);
    ticket = next_ticket_++;
    binds_.emplace(ticket, std::move(done));
  }
  model::BindRequested event{request.uid, std::move(request.namespace_name),
                             std::move(request.name), std::move(request.node_name), ticket};
  if (!mailbox_.TryPush(std::move(event)))
    Dispatch(model::AnswerBind{ticket, "tutti/NotReady: overloaded"});
  return ticket;
}

void CoreLoop::AbandonBind(uint64_t ticket) { mailbox_.TryPush(model::BindAbandoned{ticket}); }

void CoreLoop::Admit(model::PodInfo pod, bool dry_run, AdmissionDone done) {
  uint64_t ticket = 0;
  {
    absl::MutexLock lock(&mutex_);
    ticket = next_ticket_++;
    admissions_.emplace(ticket, std::move(done));
  }
  if (!mailbox_.TryPush(model::PodAdmitted{std::move(pod), dry_run, ticket})) {
    model::AnswerAdmission unplanned;
    unplanned.ticket = ticket;
    Dispatch(std::move(unplanned));
  }
}

void CoreLoop::ReportNotOffered(base::Uid uid, std::string node_name) {
  mailbox_.TryPush(model::PlacementNotOffered{uid, std::move(node_name)});
}

void CoreLoop::Inspect(const std::function<void(const Core&)>& function) {
  bool done = false;
  if (!mailbox_.Push(Inspection{&function, &done})) return;
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&done));
}

bool CoreLoop::Ask(Question question) { return mailbox_.TryPush(std::move(question)); }

bool CoreLoop::TryPost(model::ClusterEvent event) { return mailbox_.TryPush(std::move(event)); }

base::Duration CoreLoop::TimeUntilDue() const {
  const base::Timestamp due = core_.NextDeadline();
  const base::Timestamp now = clock_.Now();
  if (due <= now) return base::Duration(0);
  return due == base::Timestamp::Infinite() ? kLongestSleep : std::min(due - now, kLongestSleep);
}

void CoreLoop::Run() {
  while (true) {
    std::vector<Item> batch = mailbox_.TakeAll(TimeUntilDue());
    if (batch.empty() && mailbox_.closed()) return;
    const bool quiet = batch.empty();
    RunBatch(std::move(batch));
    if (!quiet) std::this_thread::sleep_for(kCoalesce);
  }
}

void CoreLoop::RunBatch(std::vector<Item> batch) {
  const base::Timestamp begin = clock_.Now();
  BatchReport report;
  report.events = batch.size();
  std::vector<model::Effects> all;
  std::vector<Inspection> inspections;
  std::vector<Question> questions;
  RecordedBatch record;
  record.now = begin;
  if (recorder_ != nullptr && recorder_->WantsCheckpoint()) recorder_->OnCheckpoint(core_.Save());
  for (Item& item : batch) {
    if (auto* event = std::get_if<model::ClusterEvent>(&item)) {
      if (model::Effects effects = Apply(begin, std::move(*event), record); !effects.empty()) {
        all.push_back(std::move(effects));
      }
    } else if (auto* question = std::get_if<Question>(&item)) {
      questions.push_back(std::move(*question));
    } else {
      inspections.push_back(std::get<Inspection>(item));
    }
  }
  all.push_back(Apply(begin, model::TimePassed{}, record));
  // Readers see the plans before the world hears of them: a pod that is woken finds its verdict.
  std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Publish();
  record.generation = snapshot->generation;
  cell_.Set(std::move(snapshot));
  if (recorder_ != nullptr) recorder_->OnBatch(std::move(record));
  if (observer_) Report(std::move(report), begin);
  for (model::Effects& effects : all) {
    for (model::Effect& effect : effects) Dispatch(std::move(effect));
  }
  for (const Inspection& inspection : inspections) {
    (*inspection.function)(core_);
    absl::MutexLock lock(&mutex_);
    *inspection.done = true;
  }
  for (const Question& question : questions) question(core_);
}

model::Effects CoreLoop::Apply(base::Timestamp now, model::ClusterEvent event,
                               RecordedBatch& record) {
  if (recorder_ == nullptr) return core_.Apply(now, std::move(event));
  RecordedStep& step = record.steps.emplace_back();
  step.event = event;
  step.effects = core_.Apply(now, std::move(event));
  return step.effects;
}

void CoreLoop::Report(BatchReport report, base::Timestamp begin) {
  report.mailbox_depth = mailbox_.size();
  report.ended = clock_.Now();
  report.spent = report.ended - begin;
  report.reservations = core_.reservations();
  report.with_counts = batches_++ % kBatchesPerCount == 0 || report.events == 0;
  if (report.with_counts) report.counts = core_.Count();
  observer_(report);
}

void CoreLoop::Dispatch(model::Effect effect) {
  if (auto* bind = std::get_if<model::AnswerBind>(&effect)) {
    BindDone done;
    {
      absl::MutexLock lock(&mutex_);
      const auto it = binds_.find(bind->ticket);
      if (it == binds_.end()) return;
      done = std::move(it->second);
      binds_.erase(it);
    }
    return done(std::move(bind->error));
  }
  if (auto* admission = std::get_if<model::AnswerAdmission>(&effect)) {
    AdmissionDone done;
    {
      absl::MutexLock lock(&mutex_);
      const auto it = admissions_.find(admission->ticket);
      if (it == admissions_.end()) return;
      done = std::move(it->second);
      admissions_.erase(it);
    }
    return done(std::move(*admission));
  }
  sink_->Execute(std::move(effect));
}

}  // namespace tutti::planner
