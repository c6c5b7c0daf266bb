// PodViewBuilder: a PodView with memory of its own, and API objects, for tests of plugins.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "objects/json_object_view.h"
#include "tutti/pod_view.h"

namespace tutti::testing {

class PodViewBuilder {
 public:
  PodViewBuilder& Label(std::string key, std::string value) {
    labels_.push_back({Keep(std::move(key)), Keep(std::move(value))});
    return *this;
  }
  PodViewBuilder& Annotation(std::string key, std::string value) {
    annotations_.push_back({Keep(std::move(key)), Keep(std::move(value))});
    return *this;
  }
  PodViewBuilder& Owner(OwnerReferenceView owner) {
    owners_.push_back(owner);
    return *this;
  }
  PodViewBuilder& SchedulingGroup(std::string name) {
    scheduling_group_ = Keep(std::move(name));
    return *this;
  }
  PodViewBuilder& SchedulerName(std::string name) {
    scheduler_name_ = Keep(std::move(name));
    return *this;
  }
  // Good as long as the builder is, and until its next change.
  PodView View() const {
    PodView view;
    view.name = "pod";
    view.namespace_name = "default";
    view.labels = labels_;
    view.annotations = annotations_;
    view.owners = owners_;
    view.scheduling_group = scheduling_group_;
    view.scheduler_name = scheduler_name_;
    return view;
  }

 private:
  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::deque<std::string> texts_;  // its elements do not move
  std::vector<PodView::Entry> labels_;
  std::vector<PodView::Entry> annotations_;
  std::vector<OwnerReferenceView> owners_;
  std::string_view scheduling_group_;
  std::string_view scheduler_name_;
};

inline objects::JsonObjectView Object(std::string_view json) {
  return objects::JsonObjectView::Parse(json).value();
}

}  // namespace tutti::testing
