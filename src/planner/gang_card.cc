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

GangCard::GangCard(const Gang& gang, std::vector<MemberClass> classes)
    : key_(gang.key),
      name_(gang.display_name),
      classes_(std::move(classes)),
      fields_(classes_.size()) {
  for (size_t c = 0; c < classes_.size(); ++c)
    class_views_.push_back(ViewOf(classes_[c], fields_[c]));
  view_.namespace_name = key_.namespace_name;
  view_.name = name_;
  view_.dialect = key_.dialect;
  view_.priority = gang.priority();
  view_.arrival = gang.arrival;
  view_.min_member = gang.min_member();
  view_.members = static_cast<int64_t>(gang.members.size());
  view_.bound = gang.bound;
  view_.classes = class_views_;
  int64_t created = INT64_MAX;
  for (const auto& [uid, member] : gang.members)
    created = std::min(created, member.pod->created_seconds);
  if (created != INT64_MAX) view_.created = std::chrono::seconds(created);
}

}  // namespace tutti::planner
