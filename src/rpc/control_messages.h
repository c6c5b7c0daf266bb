// What the control API's answers look like as messages of proto/tutti/v1/control.proto.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "control/control.h"
#include "control/decision_feed.h"
#include "control/plugin_catalog.h"
#include "model/resource_table.h"

namespace tutti::control::v1 {
class Decision;
class Explanation;
class Gang;
class Node;
class Plugin;
class Queue;
class Reservation;
class SimulatedGang;
}  // namespace tutti::control::v1

namespace tutti::rpc {

// `resources`: of the ids in what is converted. Messages are handed in empty.
void Fill(const planner::GangReport& gang, const model::ResourceTable& resources,
          control::v1::Gang& message);
void Fill(const planner::QueueReport& queue, const std::string& order,
          const model::ResourceTable& resources, control::v1::Queue& message);
void Fill(const control::NodeReport& node, const model::ResourceTable& resources,
          control::v1::Node& message);
void Fill(const planner::ReservationReport& reservation, const model::ResourceTable& resources,
          control::v1::Reservation& message);
void Fill(const control::PluginInfo& plugin, control::v1::Plugin& message);
void Fill(const control::Explained& explained, const model::ResourceTable& resources,
          control::v1::Explanation& message);
void Fill(const control::Simulated::Job& job, const model::ResourceTable& resources,
          control::v1::SimulatedGang& message);
void Fill(const control::Decision& decision, const model::ResourceTable& resources,
          control::v1::Decision& message);

}  // namespace tutti::rpc
