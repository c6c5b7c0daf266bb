// SubmitRules: which objects name a queue for pods, and where in them. Data only; whoever reads it
// may do so on any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::admission {

// Pointers are those of RFC 6901; in them "[]" stands for every item of a list and "{}" for every
// value of an object. Versions make no difference: every one that is served has these fields.
struct WorkloadKind {
  std::string_view group;
  std::string_view resource;
  std::string_view kind;
  std::vector<std::string_view> metadata;    // whose labels and annotations may be markers
  std::vector<std::string_view> texts = {};  // that are a queue's name themselves
  std::string_view dialect = {};             // only with this one; empty: always
};

// A label or annotation whose value is a queue's name.
struct QueueMarker {
  std::string_view key;
  bool annotation = false;
  bool label = false;
  std::vector<std::string_view> beside = {};  // annotations without which it means nothing
  std::string_view dialect = {};              // only with this one; empty: always
};

struct SubmitRules {
  std::vector<WorkloadKind> kinds;
  std::vector<QueueMarker> markers;

  // Null where there is none.
  const WorkloadKind* Find(std::string_view group, std::string_view resource) const;
};

// `dialects`: the names of those that are on.
SubmitRules SubmitRulesFor(const std::vector<std::string>& dialects);

}  // namespace tutti::admission
