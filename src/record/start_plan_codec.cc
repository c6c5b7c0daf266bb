#include "record/start_plan_codec.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tutti::record {

using model::NodeIndex;
using planner::RoomProfile;

void Put(const planner::StartPlan::Entry& entry, pb::SavedPlannedStart& out) {
  const auto& [arrival, renewed, foreseen, nodes, devices, stay] = entry;
  out.set_arrival(arrival);
  out.set_renewed(renewed);
  out.set_foreseen(foreseen);
  out.set_from(stay.from().nanos);
  out.set_to(stay.to().nanos);
  for (size_t c = 0; c < nodes.size(); ++c) {
    pb::SavedPlannedStart::OfClass& to = *out.add_classes();
    for (const NodeIndex node : nodes[c]) to.add_nodes(PlusOne(node));
    for (const model::DeviceSet& set : devices[c]) to.add_devices(Bits(set));
  }
  std::vector<std::pair<NodeIndex, const model::ResourceList*>> room;
  for (const auto& [node, amount] : stay.room()) room.emplace_back(node, &amount);
  std::sort(room.begin(), room.end());
  for (const auto& [node, amount] : room) {
    pb::SavedPlannedStart::OnNode& to = *out.add_room();
    to.set_node(PlusOne(node));
    Put(*amount, *to.mutable_amount());
  }
}

void Get(const pb::SavedPlannedStart& in, planner::StartPlan::Entry& entry, ModelReader& reader) {
  entry.arrival = in.arrival();
  entry.renewed = in.renewed();
  entry.foreseen = in.foreseen();
  for (const pb::SavedPlannedStart::OfClass& from : in.classes()) {
    std::vector<NodeIndex>& nodes = entry.nodes.emplace_back();
    for (const uint32_t node : from.nodes())
      nodes.push_back(reader.MinusOne<NodeIndex>(node, "node"));
    std::vector<model::DeviceSet>& devices = entry.devices.emplace_back();
    for (const uint32_t bits : from.devices()) devices.push_back(reader.Devices(bits));
  }
  RoomProfile::Room room;
  for (const pb::SavedPlannedStart::OnNode& on : in.room())
    reader.Get(on.amount(), room[reader.MinusOne<NodeIndex>(on.node(), "node")], INT64_MAX);
  entry.stay = {reader.Time(in.from()), reader.Time(in.to()), std::move(room)};
}

}  // namespace tutti::record
