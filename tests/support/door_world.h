// DoorWorld: a small cluster behind a core port, for tests of the doors.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extender/workspace.h"
#include "framework/core_port.h"
#include "http/reply_sink.h"
#include "http/server.h"
#include "model/cluster_snapshot.h"
#include "model/node_table.h"
#include "objects/pod_decoder.h"
#include "tutti/gang_grouping.h"

namespace tutti::testing {

// Label "gang" names the gang; label "broken" is a problem.
class LabelGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "labels"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override {
    if (pod.Label("gang").empty()) return std::nullopt;
    GangMembership membership;
    membership.identity = pod.Label("gang");
    membership.display_name = membership.identity;
    membership.problem = pod.Label("broken");
    return membership;
  }
};

// A core that answers what the test tells it to. Thread-safe.
class FakeCore final : public framework::CorePort {
 public:
  struct ParkedBind {
    uint64_t ticket;
    BindRequest request;
    BindDone done;
  };

  std::shared_ptr<const model::ClusterSnapshot> Snapshot() const override { return cell_.Get(); }
  uint64_t Bind(BindRequest request, BindDone done) override {
    std::unique_lock lock(mutex_);
    const uint64_t ticket = ++tickets_;
    if (bind_error_) {
      lock.unlock();
      done(*bind_error_);
      return ticket;
    }
    parked_.push_back({ticket, std::move(request), std::move(done)});
    return ticket;
  }
  void AbandonBind(uint64_t ticket) override {
    std::lock_guard lock(mutex_);
    abandoned_.push_back(ticket);
  }
  void Admit(model::PodInfo pod, bool dry_run, AdmissionDone done) override {
    admitted.push_back({std::move(pod), dry_run});
    done(admission_answer);
  }
  void ReportNotOffered(base::Uid uid, std::string node_name) override {
    std::lock_guard lock(mutex_);
    not_offered_.emplace_back(uid, std::move(node_name));
  }

  void ReportFilter(const FilterAnswer& answer) override {
    if (on_filter) on_filter(answer);
  }
  void ReportScore(const ScoreAnswer& answer) override { score_answers.push_back(answer); }

  void Publish(std::shared_ptr<const model::ClusterSnapshot> snapshot) {
    cell_.Set(std::move(snapshot));
  }
  void AnswerBindsWith(std::optional<std::string> error) { bind_error_ = std::move(error); }
  // Takes out a bind that waits; the test calls its `done`.
  std::optional<ParkedBind> TakeBind() {
    std::lock_guard lock(mutex_);
    if (parked_.empty()) return std::nullopt;
    ParkedBind bind = std::move(parked_.front());
    parked_.erase(parked_.begin());
    return bind;
  }
  std::vector<uint64_t> abandoned() const {
    std::lock_guard lock(mutex_);
    return abandoned_;
  }
  std::vector<std::pair<base::Uid, std::string>> not_offered() const {
    std::lock_guard lock(mutex_);
    return not_offered_;
  }

  std::vector<std::pair<model::PodInfo, bool>> admitted;
  model::AnswerAdmission admission_answer;
  std::function<void(const FilterAnswer&)> on_filter;  // set before the core is asked
  std::vector<ScoreAnswer> score_answers;

 private:
  model::SnapshotCell cell_;
  mutable std::mutex mutex_;
  uint64_t tickets_ = 0;
  std::optional<std::string> bind_error_;  // set: binds are answered at once
  std::vector<ParkedBind> parked_;
  std::vector<uint64_t> abandoned_;
  std::vector<std::pair<base::Uid, std::string>> not_offered_;
};

class DoorWorld {
 public:
  explicit DoorWorld(framework::Plugins plugins = {})
      : workspaces([this] { return MakeDecoder(); }, std::move(plugins), texts) {}

  objects::PodDecoder MakeDecoder() {
    return objects::PodDecoder(resources, shapes, objects::GangGroupings{&grouping});
  }
  model::NodeIndex AddNode(const std::string& name, int64_t milli_cpu = 8000) {
    model::NodeInfo info;
    info.name = name;
    info.allocatable = {{model::kCpu, milli_cpu}, {model::kPods, 110}};
    return nodes.Upsert(std::move(info));
  }
  void Place(base::Uid uid, model::NodeIndex node) {
    verdicts.Set(uid, {node, {model::ReasonCode::kPlaced, 0, 0, {}}});
  }
  void Hold(base::Uid uid, model::Reason reason) { verdicts.Set(uid, {{}, reason}); }
  void Reserve(model::NodeIndex node, int64_t milli_cpu) {
    nodes.Reserve(node, {{model::kCpu, milli_cpu}, {model::kPods, 1}}, {});
    any_placed = true;
  }
  void ReserveForHead(model::NodeIndex node, int64_t milli_cpu, int32_t priority) {
    nodes.Reserve(node, {{model::kCpu, milli_cpu}, {model::kPods, 1}}, {},
                  model::NodeTable::Reserved::kForHead);
    head_priority = priority;
  }
  // What was set up until now becomes what requests see.
  void Publish(bool ready = true) {
    auto snapshot = std::make_shared<model::ClusterSnapshot>();
    snapshot->generation = ++generation_;
    snapshot->ready = ready;
    model::NodeTable::Published published = nodes.Publish();
    snapshot->blocks = std::move(published.blocks);
    snapshot->directory = std::move(published.directory);
    snapshot->verdicts = verdicts.Publish();
    snapshot->plans = plans.Publish();
    snapshot->any_placed = any_placed;
    snapshot->head_priority = head_priority;
    core.Publish(std::move(snapshot));
  }

  base::Interner texts;
  model::ResourceTable resources;
  objects::ShapeTable shapes;
  LabelGrouping grouping;
  model::NodeTable nodes;
  model::CowMap<base::Uid, model::PodVerdict> verdicts;
  model::CowMap<std::string, bool> plans;
  bool any_placed = false;
  std::optional<int32_t> head_priority;
  FakeCore core;
  extender::WorkspacePool workspaces;

 private:
  uint64_t generation_ = 0;
};

// A body as the HTTP server hands it out: readable bytes behind its end.
class PaddedBody {
 public:
  explicit PaddedBody(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_.append(objects::kJsonPadding, '\0');
  }
  std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  size_t size_;
  std::string bytes_;
};

inline std::string UidText(int number) {
  std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}
inline base::Uid UidOf(int number) { return *base::Uid::Parse(UidText(number)); }

// `labels`: the text of a JSON object.
inline std::string PodJson(int uid, std::string_view labels = "{}", std::string_view cpu = "1",
                           int priority = 0) {
  return R"({"metadata":{"name":"pod-)" + std::to_string(uid) +
         R"(","namespace":"default","uid":")" + UidText(uid) + R"(","labels":)" +
         std::string(labels) +
         R"(},"spec":{"containers":[{"name":"main","resources":{"requests":{"cpu":")" +
         std::string(cpu) + R"("}}}],"priority":)" + std::to_string(priority) +
         R"(},"status":{"phase":"Pending"}})";
}

// The end of a Reply that a test looks at.
class RecordingSink final : public http::Reply::Sink {
 public:
  void Answer(int code, std::string text, std::string) override {
    ++answers;
    status = code;
    body = std::move(text);
  }
  bool abandoned() const override { return gone; }

  int answers = 0;
  int status = 0;
  std::string body;
  bool gone = false;
};

}  // namespace tutti::testing
