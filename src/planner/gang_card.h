// GangCard: a gang as plugins see it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "planner/gang.h"
#include "planner/member_class.h"
#include "tutti/gang_view.h"

namespace tutti::planner {

// Owns what its view points at. Immutable.
class GangCard {
 public:
  // `classes`: of the members that it is about; empty where only the queue asks. `placed_on`: the
  // nodes of members that have one, in any order.
  GangCard(const Gang& gang, std::vector<MemberClass> classes,
           std::vector<model::NodeIndex> placed_on = {});
  GangCard(const GangCard&) = delete;
  GangCard& operator=(const GangCard&) = delete;

  const GangView& view() const { return view_; }

 private:
  const model::GangKey key_;
  const std::string name_;
  const std::string queue_;
  const std::string user_;
  const std::vector<MemberClass> classes_;
  std::vector<model::NodeIndex> placed_on_;
  std::vector<std::vector<std::string_view>> fields_;
  std::vector<PodClassView> class_views_;
  GangView view_;
};

// One class as plugins see it; points into `wanted` and `fields`.
PodClassView ViewOf(const MemberClass& wanted, std::vector<std::string_view>& fields);

}  // namespace tutti::planner
