#include "planner/gang_card.h"

#include <algorithm>
#include <utility>

namespace tutti::planner {

PodClassView ViewOf(const MemberClass& wanted, std::vector<std::string_view>& fields) {
  fields.assign(wanted.shape->fields.begin(), wanted.shape->fields.end());
  PodClassView view;
  view.namespace_name = wanted.namespace_name;
  view.gang = wanted.gang;
  view.count = wanted.count;
  view.priority = wanted.shape->priority;
  view.requests = wanted.shape->requests.entries();
  view.fields = fields;
  return view;
}

GangCard::GangCard(const Gang& gang, std::vector<MemberClass> classes,
                   std::vector<model::NodeIndex> placed_on)
    : key_(gang.key),
      name_(gang.display_name),
      queue_(gang.queue()),
      user_(gang.user()),
      classes_(std::move(classes)),
      placed_on_(std::move(placed_on)),
      fields_(classes_.size()) {
  std::sort(placed_on_.begin(), placed_on_.end());
  placed_on_.erase(std::unique(placed_on_.begin(), placed_on_.end()), placed_on_.end());
  for (size_t c = 0; c < classes_.size(); ++c)
    class_views_.push_back(ViewOf(classes_[c], fields_[c]));
  view_.namespace_name = key_.namespace_name;
  view_.name = name_;
  view_.dialect = key_.dialect;
  view_.queue = queue_;
  view_.user = user_;
  view_.priority = gang.priority();
  view_.arrival = gang.arrival;
  view_.min_member = gang.min_member();
  view_.members = static_cast<int64_t>(gang.members.size());
  view_.bound = gang.bound;
  view_.duration = gang.expected_duration();
  view_.classes = class_views_;
  view_.created = std::chrono::seconds(gang.first_created_seconds());
  view_.placed_on = placed_on_;
}

}  // namespace tutti::planner
