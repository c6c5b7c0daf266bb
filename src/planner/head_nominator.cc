#include "planner/head_nominator.h"

#include <map>
#include <utility>
#include <vector>

#include "planner/core_checkpoint.h"

namespace tutti::planner {
namespace {

constexpr base::Duration kInterval = std::chrono::milliseconds(500);
constexpr int kWritesPerInterval = 256;

}  // namespace

void HeadNominator::Follow() {
  if (!s_.options.nominate_head || (s_.head == 0 && s_.nominated_gated.empty())) {
    pending_ = false;
    return;
  }
  pending_ = true;
  if (s_.now < next_) return;
  next_ = s_.now + kInterval;
  writes_left_ = kWritesPerInterval;
  ClearOthers();
  if (const auto head = s_.by_arrival.find(s_.head); head != s_.by_arrival.end())
    NominateMembers(*head->second);
  pending_ = writes_left_ < kWritesPerInterval;
}

bool HeadNominator::Write(Member& member, const std::string& node) {
  if (member.write != 0 || writes_left_ == 0) return false;
  --writes_left_;
  gangs_.Nominate(member, node, WriteKind::kKeep);
  return true;
}

void HeadNominator::ClearOthers() {
  for (const base::Uid& uid : s_.nominated_gated) {
    const PodRecord* record = s_.FindPod(uid);
    if (record == nullptr || record->gang == nullptr || record->gang->arrival == s_.head) continue;
    const auto member = record->gang->members.find(uid);
    // One that is placed is about to be released.
    if (member != record->gang->members.end() && member->second.state == Member::State::kWaiting)
      Write(member->second, {});
  }
}

void HeadNominator::NominateMembers(Gang& head) {
  using Place = std::pair<const model::PodShape*, std::string>;
  std::map<Place, int> open;
  std::vector<Place> in_order;  // an order of addresses would not be the same in every run
  for (ReservationId id : head.head_reservations) {
    const ReservationLedger::Reservation* place = s_.ledger.Find(id);
    if (place == nullptr) continue;  // its node has gone since, in the middle of a pass
    in_order.emplace_back(place->shape.get(), s_.nodes.Info(place->node)->name);
    ++open[in_order.back()];
  }
  std::vector<Member*> elsewhere;
  for (auto& [uid, member] : head.members) {
    if (member.state != Member::State::kWaiting || !member.pod->gated_by_tutti) continue;
    const auto place = open.find({member.pod->shape.get(), member.pod->nominated_node});
    if (place != open.end() && place->second > 0) {
      --place->second;
    } else {
      elsewhere.push_back(&member);
    }
  }
  for (Member* member : elsewhere) {
    std::string node;
    for (const Place& place : in_order) {
      if (place.first != member->pod->shape.get() || open[place] == 0) continue;
      --open[place];
      node = place.second;
      break;
    }
    if (node != member->pod->nominated_node) Write(*member, node);
  }
}

// The number of writes left is set anew whenever it is looked at.
void HeadNominator::Save(CoreCheckpoint& checkpoint) const {
  checkpoint.next_nomination = next_;
  checkpoint.nominations_pending = pending_;
}

void HeadNominator::Restore(const CoreCheckpoint& checkpoint) {
  next_ = checkpoint.next_nomination;
  pending_ = checkpoint.nominations_pending;
}

}  // namespace tutti::planner
