// ExtenderArgs: the requests of kube-scheduler's extender webhook, as slices of the body.
//
// Source of the rules: k8s.io/kube-scheduler/extender/v1. Keys match whatever their case; null and
// missing are the same.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tutti::extender {

inline constexpr size_t kMostNodes = 50'000;

struct FilterArgs {
  std::string_view pod;         // JSON object
  std::string_view node_names;  // JSON array; empty: null or missing
  std::string_view nodes;       // JSON object, a NodeList; empty: null or missing
};

struct BindingArgs {
  std::string name;
  std::string namespace_name;
  std::string uid;
  std::string node;
};

// Candidates for preemption, in the order of the request, as they must be answered.
struct PreemptionArgs {
  struct Victims {
    std::string node;
    std::vector<std::string> uids;  // in the order given: kube-scheduler sorted them by priority
    int64_t pdb_violations = 0;
  };
  std::string_view pod;
  std::vector<Victims> candidates;
};

// Parses request bodies. One thread at a time; the slices live as long as the body. Every body must
// be followed by at least 64 readable bytes. Errors are InvalidArgument and say what was expected;
// nesting is limited to 64.
class ExtenderArgsParser {
 public:
  ExtenderArgsParser();
  ~ExtenderArgsParser();

  absl::StatusOr<FilterArgs> ParseFilter(std::string_view body);
  absl::StatusOr<BindingArgs> ParseBinding(std::string_view body);
  absl::StatusOr<PreemptionArgs> ParsePreemption(std::string_view body);

  // Each name of a JSON array of strings, in order.
  absl::Status ForEachName(std::string_view array,
                           const std::function<void(std::string_view)>& each);
  // Each item of a NodeList with its metadata.name.
  absl::Status ForEachNode(
      std::string_view node_list,
      const std::function<void(std::string_view name, std::string_view json)>& each);
  // metadata.uid of a Pod; empty where there is none.
  absl::StatusOr<std::string> PodUid(std::string_view pod);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::extender
