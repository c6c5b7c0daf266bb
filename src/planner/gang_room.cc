#include "planner/gang_room.h"

namespace tutti::planner {

void AddRoomOf(const Gang& gang, const CoreState& state, GangPlacer::Released& room) {
  const model::DeviceTable& devices = state.options.devices;
  for (const auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kWaiting) continue;
    const model::PodInfo& pod = *member.pod;
    if (member.runs()) {
      const model::NodeIndex node = state.nodes.Find(pod.node_name);
      if (!node.valid()) continue;
      room[node].Add(*pod.charge);
      if (const model::DeviceSet taken = state.devices.Of(pod); !taken.empty())
        room[node].Add(devices.AmountOf(devices.RequestOf(*pod.charge), taken));
    } else if (const auto* reservation = state.ledger.Find(member.reservation)) {
      room[member.node].Add(state.ledger.AmountOf(*pod.shape, reservation->devices));
    }
  }
}

void AddRoomOf(std::span<const MemberClass> classes, const Placement& placement,
               const ReservationLedger& ledger, GangPlacer::Released& room) {
  for (size_t c = 0; c < classes.size(); ++c) {
    for (size_t i = 0; i < placement.nodes[c].size(); ++i)
      room[placement.nodes[c][i]].Add(
          ledger.AmountOf(*classes[c].shape, placement.DevicesOf(c, i)));
  }
}

}  // namespace tutti::planner
