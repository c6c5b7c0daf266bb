// CoreReader: answers questions about the core's state, and about what would be if.
//
// On the core's thread, between two events. Nothing of it can be seen in what the core decides: the
// room that a question takes on nodes is given back before it returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planner/core_state.h"
#include "planner/domain_chooser.h"
#include "planner/explanation.h"
#include "planner/gang_book.h"
#include "planner/gang_report.h"
#include "planner/holder_survey.h"
#include "planner/node_survey.h"
#include "planner/pre_enqueue.h"
#include "planner/queue_planner.h"
#include "planner/simulation.h"

namespace tutti::planner {

struct Page {
  size_t offset = 0;
  size_t limit = 0;
};

struct QueueReport {
  QueueDescription description;  // without a QueueSelect plugin: a name alone
  int64_t waiting_gangs = 0;
  int64_t waiting_pods = 0;
  std::optional<model::GangKey> head;
  std::string head_name;
  model::QueueGate gate = model::QueueGate::kOpen;
};

// What the gangs of its namespace that name it hold, and who of them waits.
struct HandleReport {
  QueueHandle handle;
  int64_t waiting_gangs = 0;
  int64_t waiting_pods = 0;
  int64_t running_gangs = 0;  // that have nodes
  model::ResourceList used;
};

struct ReservationReport {
  enum class Kind : uint8_t { kPlaced, kSlot, kHead, kAssumed };
  uint64_t id = 0;
  Kind kind = Kind::kPlaced;
  std::string node;
  std::optional<model::GangKey> gang;
  std::string gang_name;
  std::optional<model::PodRef> pod;
  model::ResourceList amounts;
};

class BoundPodIndex;
class ObjectDesk;

class CoreReader {
 public:
  static constexpr char kOnlyQueue[] = "default";  // where no plugin has queues

  CoreReader(CoreState& state, GangBook& gangs, PreEnqueue& pre_enqueue, QueuePlanner& queue,
             const BoundPodIndex& bound, const ObjectDesk& objects);

  bool ready() const { return s_.ready(); }
  int64_t nodes() const { return static_cast<int64_t>(s_.nodes.size()); }
  // One more than `page.limit`, where there are more.
  std::vector<GangReport> Gangs(const std::string& namespace_name, Page page) const;
  std::vector<GangReport> Queue(const std::string& namespace_name, Page page) const;
  std::vector<ReservationReport> Reservations(const std::string& node, Page page) const;
  // The only one; or those of the QueueSelect plugin, in its order.
  std::vector<QueueReport> Queues() const;
  std::vector<HandleReport> Handles() const;

  // All that are called so; `dialect` empty: any.
  std::vector<model::GangKey> FindGangs(const std::string& namespace_name, std::string_view name,
                                        std::string_view dialect) const;
  std::optional<base::Uid> FindPod(std::string_view namespace_name, std::string_view name) const;
  bool IsHeld(const model::GangKey& key) const;  // by itself, whatever its queue
  bool IsClosed(const std::string& node) const { return s_.nodes.closed().contains(node); }
  bool HasNode(const std::string& node) const { return s_.nodes.Find(node).valid(); }

  // Of those that exist. With members: by name, the first `most_members`.
  GangReport Report(const model::GangKey& key, size_t most_members) const;
  Explanation ExplainGang(const model::GangKey& key);
  Explanation ExplainPod(base::Uid uid);

  // What plugins have against an object that they watch; empty: nothing.
  std::vector<ConfigError> CheckObject(const model::WatchedObjectUpserted& object) const;

  // In queue order; each job sees what the ones before it took.
  std::vector<SimulatedOutcome> Simulate(std::vector<SimulatedJob> jobs);

 private:
  class TakenRoom;

  GangReport ReportOf(const Gang& gang) const;
  std::string QueueNameOf(const Gang& gang) const;
  size_t QueueLengthOf(const Gang& gang) const;
  void CountWaiting(const Gang& gang, QueueReport& report) const;
  void CountIn(const Gang& gang, HandleReport& report) const;
  void ExplainMembers(Gang& gang, base::Uid first, Explanation& explanation);
  void ExplainSingle(const PodRecord& record, Explanation& explanation);
  // `why.reason` is known: the rest of it.
  void Explain(const Gang& gang, const QueuePlanner::Wanted& wanted, WhyWaiting& why);
  // Of the head, whose room is lifted.
  StartRange StartOf(const Gang& gang, const QueuePlanner::Wanted& wanted) const;
  std::optional<base::Timestamp> StartBy(RunTimeSource source, const Gang& gang,
                                         const QueuePlanner::Wanted& wanted) const;
  std::vector<DomainRoom> Domains(const GangView& gang, const QueuePlanner::Wanted& wanted,
                                  const std::vector<NodeSurvey::Room>& rooms);
  Remedy RemedyFor(const Gang& gang, const QueuePlanner::Wanted& wanted,
                   const model::Reason& reason);
  std::vector<model::NodeIndex> LaterNodes(const Gang& gang, const QueuePlanner::Wanted& wanted);
  std::vector<model::Holder> WhoIsOn(const std::vector<model::NodeIndex>& nodes, const Gang& gang,
                                     model::ResourceId resource) const;

  SimulatedOutcome SimulateOne(SimulatedJob& job, TakenRoom& taken);
  // False: it does not fit, and the outcome says why.
  bool SimulateMinimum(Gang& gang, const QueuePlanner::Wanted& wanted, bool before_head,
                       TakenRoom& taken, SimulatedOutcome& outcome);
  void JudgeSingles(Gang& gang, const std::vector<Member*>& members, bool before_head,
                    SimulatedOutcome& outcome);
  // Why it would wait whatever the room; kNone: it would not.
  model::Reason NotPlannable(Gang& gang, std::string& detail) const;
  // As many as there is room for.
  void TakeUpTo(const QueuePlanner::Wanted& wanted, TakenRoom& taken);

  CoreState& s_;
  GangBook& gangs_;
  PreEnqueue& pre_enqueue_;
  QueuePlanner& queue_;
  const BoundPodIndex& bound_;
  const ObjectDesk& objects_;
  // Its own: whom the core's surveys name must not hang on when somebody asked here.
  HolderSurvey holders_{s_};
  NodeSurvey nodes_{s_};
  DomainChooser domains_{s_.plugins, s_.nodes, s_.labels};
};

}  // namespace tutti::planner
