// OwnSchedulers: another grouping, for pods that name one of our schedulers. Those that name
// another one are left to it: room kept for them would never be used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class OwnSchedulers final : public GangGrouping {
 public:
  // `names`: as in spec.schedulerName; empty: every scheduler is ours.
  OwnSchedulers(std::unique_ptr<GangGrouping> grouping, std::vector<std::string> names);

  std::string_view name() const override { return grouping_->name(); }
  std::vector<ObjectKind> Watches() const override { return grouping_->Watches(); }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override {
    return grouping_->SpecOf(object);
  }
  std::span<const MarkerRule> PodMarkers() const override { return grouping_->PodMarkers(); }
  std::span<const MarkerRule> ObjectMarkers() const override { return grouping_->ObjectMarkers(); }

 private:
  const std::unique_ptr<GangGrouping> grouping_;
  const std::vector<std::string> names_;
};

}  // namespace tutti::gang
