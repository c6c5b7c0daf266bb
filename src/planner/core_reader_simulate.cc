// CoreReader's answers to "what if".
#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "planner/core_reader.h"

namespace tutti::planner {
namespace {

using model::NodeIndex;
using model::ReasonCode;

constexpr size_t kMostForeseen = 8;  // gangs of one question

}  // namespace

// What the jobs of one question have taken so far.
class CoreReader::TakenRoom {
 public:
  explicit TakenRoom(CoreState& state) : s_(state) {}
  ~TakenRoom() {
    for (const Taken& one : taken_) s_.nodes.Unreserve(one.node, one.amount, one.shape->host_ports);
  }
  TakenRoom(const TakenRoom&) = delete;
  TakenRoom& operator=(const TakenRoom&) = delete;

  void Take(NodeIndex node, std::shared_ptr<const model::PodShape> shape,
            const model::DeviceSet& devices) {
    taken_.push_back({node, s_.ledger.AmountOf(*shape, devices), shape});
    s_.nodes.Reserve(node, taken_.back().amount, shape->host_ports);
  }
  // Of this question, those that would wait, in queue order.
  std::vector<Waiting>& waiting() { return waiting_; }
  size_t size() const { return taken_.size(); }
  NodeIndex node(size_t i) const { return taken_[i].node; }

 private:
  struct Taken {
    NodeIndex node;
    model::ResourceList amount;
    std::shared_ptr<const model::PodShape> shape;
  };

  CoreState& s_;
  std::vector<Taken> taken_;
  std::vector<Waiting> waiting_;
};

void SimulatedJob::Add(model::PodInfo pod) {
  pods.push_back(std::move(pod));
  gang->CountIn(pods.back());
  gang->members[pods.back().uid].pod = &pods.back();
  ++gang->waiting;
}

std::vector<SimulatedOutcome> CoreReader::Simulate(std::vector<SimulatedJob> jobs) {
  std::vector<QueuePlace> places;
  for (size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].gang->arrival = s_.next_arrival + i;
    places.push_back(gangs_.dates().PlaceFor(*jobs[i].gang));
  }
  std::vector<size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return gangs_.dates().GoesBefore(places[a], places[b]);
  });
  TakenRoom taken(s_);
  std::vector<SimulatedOutcome> outcomes;
  for (const size_t i : order) outcomes.push_back(SimulateOne(jobs[i], taken));
  return outcomes;
}

SimulatedOutcome CoreReader::SimulateOne(SimulatedJob& job, TakenRoom& taken) {
  Gang& gang = *job.gang;
  if (const auto live = s_.gangs.find(gang.key); gang.min_member() <= 0 && live != s_.gangs.end())
    gang.object_spec = live->second->object_spec.value_or(GangSpec{live->second->min_member()});
  SimulatedOutcome outcome;
  outcome.namespace_name = gang.key.namespace_name;
  outcome.name = gang.display_name;
  outcome.dialect = gang.key.dialect;
  outcome.single_pods = job.single_pods;
  outcome.pods = static_cast<int64_t>(gang.members.size());
  outcome.min_member = job.single_pods ? outcome.pods : gang.min_member();
  const QueuePlace place = gangs_.dates().PlaceFor(gang);
  outcome.position =
      job.single_pods ? 0 : static_cast<int64_t>(gangs_.dates().CountBefore(place)) + 1;
  const Gang* const head = queue_.Head();
  const bool before_head =
      head != nullptr &&
      (job.single_pods ? gang.priority() > s_.ledger.head_priority()
                       : gangs_.dates().GoesBefore(place, gangs_.dates().PlaceInQueue(*head)));

  WhyWaiting& why = outcome.why;
  if (!job.single_pods) why.reason = NotPlannable(gang, why.detail);
  if (why.reason.code != ReasonCode::kNone) {
    why.remedy = RemedyFor(gang, {}, why.reason);
    return outcome;
  }
  const std::vector<Member*> members = queue_.WaitingMembers(gang);
  MemberChoice choice(gang, members, job.single_pods ? 0 : static_cast<size_t>(gang.min_member()));
  if (choice.shortage()) {
    why.reason = choice.shortage()->reason;
    why.detail = choice.shortage()->detail;
    why.remedy = RemedyFor(gang, {}, why.reason);
    return outcome;
  }
  const size_t had = taken.size();
  outcome.fits_now =
      choice.first().empty() ||
      SimulateMinimum(gang, queue_.Classes(gang, choice.first()), before_head, taken, outcome);
  if (outcome.fits_now) {
    std::optional<ReservationLedger::Lifted> lifted;
    if (before_head) lifted.emplace(s_.ledger, head->head_reservations);
    TakeSurplus(gang, choice.Surplus(), taken);
  }
  outcome.placed = static_cast<int64_t>(taken.size() - had);
  std::map<std::string, int64_t> on_nodes;
  for (size_t i = had; i < taken.size(); ++i) ++on_nodes[s_.nodes.Info(taken.node(i))->name];
  outcome.nodes.assign(on_nodes.begin(), on_nodes.end());
  if (job.single_pods) JudgeSingles(gang, members, before_head, outcome);
  return outcome;
}

bool CoreReader::SimulateMinimum(Gang& gang, const QueuePlanner::Wanted& wanted, bool before_head,
                                 TakenRoom& taken, SimulatedOutcome& outcome) {
  WhyWaiting& why = outcome.why;
  QueuePlanner::Outlook outlook;
  if (std::optional<PreEnqueue::Refusal> held = pre_enqueue_.Ask(gang, wanted.card.get())) {
    outlook.judgement = {held->reason,
                         s_.placer.PlaceWhenDrained(wanted.classes, wanted.view()).fits};
    why.detail = std::move(held->detail);
  } else {
    outlook = queue_.Look(wanted, before_head, &gang);
  }
  outcome.fits_empty_cluster = outlook.now.fits || outlook.judgement.fits_later;
  if (!outlook.now.fits) {
    why.reason = outlook.judgement.reason;
    Explain(gang, wanted, why);
    if (outlook.judgement.fits_later && taken.waiting().size() < kMostForeseen)
      outcome.start = StartIfSubmitted(gang, wanted, taken.waiting());
    return false;
  }
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    for (size_t i = 0; i < outlook.now.nodes[c].size(); ++i)
      taken.Take(outlook.now.nodes[c][i], wanted.classes[c].shape, outlook.now.DevicesOf(c, i));
  }
  return true;
}

void CoreReader::JudgeSingles(Gang& gang, const std::vector<Member*>& members, bool before_head,
                              SimulatedOutcome& outcome) {
  const QueuePlanner::Wanted all = queue_.Classes(gang, members);
  outcome.fits_now = outcome.placed == outcome.pods;
  outcome.fits_empty_cluster = s_.placer.PlaceWhenDrained(all.classes, all.view()).fits;
  if (outcome.fits_now) return;
  const QueuePlanner::Wanted left =
      queue_.Classes(gang, {members.begin() + outcome.placed, members.end()});
  outcome.why.reason = queue_.Look(left, before_head, nullptr).judgement.reason;
  Explain(gang, left, outcome.why);
}

model::Reason CoreReader::NotPlannable(Gang& gang, std::string& detail) const {
  const int64_t need = gang.min_member();
  const auto have = static_cast<int64_t>(queue_.WaitingMembers(gang).size());
  if (s_.Held(gang)) return {ReasonCode::kHeld, 0, 0, {}};
  if (detail = gang.problem(); !detail.empty()) return {ReasonCode::kMisconfigured, 0, 0, {}};
  if (need <= 0) return {ReasonCode::kWaitingForSpec, 0, 0, {}};
  if (have < need) return {ReasonCode::kWaitingForMembers, need, have, {}};
  return {};
}

void CoreReader::TakeSurplus(Gang& gang, std::span<const MemberChoice::Unit> surplus,
                             TakenRoom& taken) {
  std::vector<Member*> singles;
  std::set<std::string> left_out;
  for (const MemberChoice::Unit& unit : surplus) {
    if (left_out.contains(unit.group)) continue;
    if (!unit.fills) {
      singles.insert(singles.end(), unit.members.begin(), unit.members.end());
      continue;
    }
    const QueuePlanner::Wanted wanted = queue_.Classes(gang, unit.members);
    const Placement placement = s_.placer.Place(wanted.classes, wanted.view());
    if (!placement.fits) {
      left_out.insert(unit.group);
      continue;
    }
    for (size_t c = 0; c < wanted.classes.size(); ++c) {
      for (size_t i = 0; i < placement.nodes[c].size(); ++i)
        taken.Take(placement.nodes[c][i], wanted.classes[c].shape, placement.DevicesOf(c, i));
    }
  }
  TakeUpTo(queue_.Classes(gang, singles), taken);
}

void CoreReader::TakeUpTo(const QueuePlanner::Wanted& wanted, TakenRoom& taken) {
  for (const MemberClass& of : wanted.classes) {
    MemberClass some = of;
    Placement best;
    // The largest number of them that fits: [fits, too_many).
    int64_t fits = 0;
    for (int64_t too_many = of.count + 1; fits + 1 < too_many;) {
      some.count = too_many > of.count ? of.count : fits + (too_many - fits) / 2;
      Placement placement = s_.placer.Place({&some, 1}, wanted.view());
      (placement.fits ? fits : too_many) = some.count;
      if (placement.fits) best = std::move(placement);
    }
    for (size_t i = 0; i < static_cast<size_t>(fits); ++i)
      taken.Take(best.nodes[0][i], of.shape, best.DevicesOf(0, i));
  }
}

}  // namespace tutti::planner
