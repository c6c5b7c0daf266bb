// MarkerReader: which markers of a gang a pod or an object carries, by the rules of the dialects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/gang_marker.h"
#include "tutti/gang_grouping.h"

namespace tutti::objects {

// One thread at a time. Pods that carry the same markers get the same list, so a gang of ten
// thousand costs one; finding that out takes one look-up for each label and annotation.
class MarkerReader {
 public:
  // All must outlive the reader.
  explicit MarkerReader(const std::vector<const GangGrouping*>& groupings);

  // Of a pod that `winner`, one of the groupings, has claimed. Those of other dialects as well.
  // Null: none.
  model::SharedGangMarkers Read(const PodView& pod, const GangGrouping& winner,
                                const GangMembership& membership);

 private:
  struct Known {
    uint16_t grouping = 0;
    uint16_t rule = 0;
  };
  struct Found {
    uint16_t grouping = 0;
    uint16_t rule = 0;
    std::string_view value;
  };
  using Index = absl::flat_hash_map<std::string_view, std::vector<Known>>;

  static constexpr size_t kMostKept = 4096;

  static std::string Reading(const MarkerRule& rule, std::string_view value, bool counts,
                             const GangMembership* read);
  void Look(const Index& index, std::string_view key, std::string_view value);
  void AddToKey(std::string_view text);
  // The rules of `winner` first, then those of others in the order of the dialects; within one, in
  // the order of its rules.
  void Sort(const GangGrouping& winner);
  model::SharedGangMarkers Make(const PodView& pod, const GangGrouping& winner,
                                const GangMembership& membership) const;

  const std::vector<const GangGrouping*> groupings_;
  Index annotations_;
  Index labels_;
  std::vector<Known> scheduling_group_;
  // By all that they are made from. Emptied when it is full.
  absl::flat_hash_map<std::string, model::SharedGangMarkers> kept_;
  // Of the pod that is being read.
  std::vector<Found> found_;
  std::string key_;
};

// Of an object that `grouping` has made a gang of. Null: none.
model::SharedGangMarkers ReadObjectMarkers(const ObjectView& object, const GangGrouping& grouping,
                                           const GangObject& gang);

}  // namespace tutti::objects
