// PodView: what a plugin sees of a Pod while it is being decoded.
//
// Lifetime: every view points into memory that lives for the call it is handed to, no longer.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace tutti {

struct OwnerReferenceView {
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view uid;
  bool controller = false;
};

struct PodView {
  using Entry = std::pair<std::string_view, std::string_view>;

  std::string_view name;  // empty at admission where the server generates it
  std::string_view namespace_name;
  std::span<const Entry> labels;
  std::span<const Entry> annotations;
  std::span<const OwnerReferenceView> owners;
  std::string_view scheduling_group;  // spec.schedulingGroup.podGroupName, or empty
  std::string_view scheduler_name;    // spec.schedulerName, or empty

  // Empty where absent; an empty value and no value are the same to every dialect we know.
  std::string_view Label(std::string_view key) const { return Find(labels, key); }
  std::string_view Annotation(std::string_view key) const { return Find(annotations, key); }
  // The scheduler that is to place it.
  std::string_view SchedulerName() const {
    return scheduler_name.empty() ? "default-scheduler" : scheduler_name;
  }
  // The owner that controls the pod, or null.
  const OwnerReferenceView* Controller() const {
    for (const OwnerReferenceView& owner : owners) {
      if (owner.controller) return &owner;
    }
    return nullptr;
  }

 private:
  static std::string_view Find(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries) {
      if (entry.first == key) return entry.second;
    }
    return {};
  }
};

}  // namespace tutti
