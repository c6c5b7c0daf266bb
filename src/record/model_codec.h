// The model's values as messages and back. Internal to src/record.
//
// Encoders name every member of what they encode, so that a new one does not compile until it is
// encoded as well.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "model/cluster_event.h"
#include "model/device_table.h"
#include "model/effect.h"
#include "objects/resource_accounting.h"
#include "objects/shape_table.h"
#include "record/replay_world.h"
#include "record/table_writer.h"

namespace tutti::record {

void Put(const model::ResourceList& list, pb::ResourceList& out);
void Put(const model::PodShape& shape, pb::PodShape& out);
void Put(const base::Uid& uid, pb::Uid& out);
void Put(const model::GangKey& key, pb::GangKey& out);
void Put(const GangSpec& spec, pb::GangSpec& out);
void Put(const model::GangMarkers& markers, pb::GangMarkers& out);
void Put(const model::GangObjectUpserted& object, pb::GangObjectUpserted& out,
         TableWriter& tables);
void Put(const model::GangMember& member, pb::GangMembership& out, TableWriter& tables);
void Put(const model::WatchedObjectUpserted& object, pb::WatchedObject& out);
void Put(const model::NodeInfo& node, pb::NodeInfo& out);
void Put(const model::PodInfo& pod, pb::PodInfo& out, TableWriter& tables);
void Put(const model::VolumeClaimInfo& claim, pb::VolumeClaimInfo& out);
void Put(const model::VolumeInfo& volume, pb::VolumeInfo& out);
void Put(const model::Reason& reason, pb::Reason& out, TableWriter& tables);
void Put(const model::PodRef& pod, pb::PodRef& out);

// A number plus one; 0 for none.
template <class Id>
uint32_t PlusOne(Id id) {
  return id.valid() ? uint32_t{id.value} + 1 : 0;
}

// Device number 0 is the lowest bit.
uint32_t Bits(const model::DeviceSet& devices);

// The other direction, for input that nobody vouches for: whatever is wrong is remembered
// (status()), the values stay harmless. Amounts, times and enumerators are within their ranges,
// numbers within the tables, and every pod has a shape.
class ModelReader {
 public:
  // The texts and resources of the file get into `world`, under the numbers that they had.
  explicit ModelReader(ReplayWorld& world) : world_(world) {}

  void AddTables(const pb::Tables& tables);

  void Get(const pb::Uid& in, base::Uid& uid) const { uid = {in.high(), in.low()}; }
  void Get(const pb::GangKey& in, model::GangKey& key) const;
  void Get(const pb::GangSpec& in, GangSpec& spec);
  void Get(const pb::GangObjectUpserted& in, model::GangObjectUpserted& object);
  void Get(const pb::GangMembership& in, model::GangMember& member);
  void Get(const pb::WatchedObject& in, model::WatchedObjectUpserted& object);
  void Get(const pb::NodeInfo& in, model::NodeInfo& node);
  void Get(const pb::PodInfo& in, model::PodInfo& pod);
  void Get(const pb::VolumeClaimInfo& in, model::VolumeClaimInfo& claim) const;
  void Get(const pb::VolumeInfo& in, model::VolumeInfo& volume);
  void Get(const pb::Reason& in, model::Reason& reason);
  void Get(const pb::PodRef& in, model::PodRef& pod) const;
  // `most`: of one resource; more than one pod or node has it only as a sum of many.
  void Get(const pb::ResourceList& in, model::ResourceList& list,
           int64_t most = objects::kMostOfOneResource);

  std::shared_ptr<const model::PodShape> Shape(uint32_t number);
  model::SharedGangMarkers Markers(uint32_t plus_one);
  base::Timestamp Time(int64_t nanos);
  base::Timestamp Now(int64_t nanos);         // a time at which something happened
  base::Timestamp SignedTime(int64_t nanos);  // may be before the process
  base::Duration Length(int64_t nanos);
  model::DeviceSet Devices(uint32_t bits);
  // `value` as an enumerator of E, whose last one is `last`.
  template <class E>
  E Enumerator(uint32_t value, E last, const char* what) {
    if (value <= static_cast<uint32_t>(last)) return static_cast<E>(value);
    Fail(std::string("there is no ") + what + " number " + std::to_string(value));
    return E{};
  }
  template <class Id>
  Id MinusOne(uint32_t value, const char* what) {
    if (value == 0) return Id();
    if (value - 1 < Id::kNone) return Id(static_cast<decltype(Id::value)>(value - 1));
    Fail(std::string("there is no ") + what + " number " + std::to_string(value - 1));
    return Id();
  }

  void Fail(const std::string& what);
  const absl::Status& status() const { return status_; }

 private:
  void Get(const pb::NodeSelector& in, model::NodeSelector& selector);
  void Get(const pb::PodShape& in, model::PodShape& shape);
  void Get(const pb::GangMarkers& in, model::GangMarkers& markers);
  base::StringId Text(uint32_t number);
  model::TaintEffect TaintEffectOf(uint32_t value);
  const model::PluginReason* FindReason(const pb::PluginReason& in);

  ReplayWorld& world_;
  size_t texts_ = 0;
  size_t resources_ = 0;
  std::vector<const model::PluginReason*> reasons_;
  std::vector<std::shared_ptr<const model::ResourceList>> lists_;
  std::vector<std::shared_ptr<const model::PodShape>> shapes_;
  std::vector<model::SharedGangMarkers> markers_;
  std::deque<model::PluginReason> unknown_reasons_;  // of plugins that are not here
  absl::Status status_;
};

}  // namespace tutti::record
