#include "cli/trace/node_spec.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/quantity.h"
#include "base/status_macros.h"

namespace tutti::cli {
namespace {

constexpr int64_t kMostNodes = 100'000;
constexpr int64_t kMostGpus = 1'024;
constexpr char kExample[] = "100:cpu=64,memory=512Gi,gpu=8,rack=16";

absl::Status Wrong(const std::string& part, const std::string& expected) {
  return absl::InvalidArgumentError(
      absl::StrFormat("--nodes: got \"%s\": expected %s, as in %s", part, expected, kExample));
}

absl::StatusOr<int64_t> Whole(const std::string& part, const std::string& text, int64_t most) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < 1 || value > most)
    return Wrong(part, absl::StrFormat("a whole number from 1 to %d", most));
  return value;
}

struct Spec {
  sim::SimNode node;
  int64_t rack = 0;
};

absl::Status Read(const std::string& part, Spec& spec) {
  const std::pair<std::string, std::string> entry = absl::StrSplit(part, absl::MaxSplits('=', 1));
  const auto& [key, value] = entry;
  if (key == "rack") {
    TUTTI_ASSIGN_OR_RETURN(spec.rack, Whole(part, value, kMostNodes));
  } else if (key == "gpu") {
    TUTTI_ASSIGN_OR_RETURN(spec.node.gpus, Whole(part, value, kMostGpus));
  } else if (key == "model") {
    if (value.empty()) return Wrong(part, "a GPU model");
    spec.node.gpu_model = value;
  } else if (!value.empty()) {
    const absl::StatusOr<int64_t> amount =
        key == "cpu" ? base::ParseMilliQuantity(value) : base::ParseQuantity(value);
    if (!amount.ok() || *amount < 1) return Wrong(part, "RESOURCE=QUANTITY above zero");
    spec.node.allocatable.emplace_back(key, *amount);
  } else {
    return Wrong(part, "KEY=VALUE");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<sim::SimNode>> ParseNodeSpec(const std::string& text) {
  const std::pair<std::string, std::string> halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  TUTTI_ASSIGN_OR_RETURN(const int64_t count, Whole(text, halves.first, kMostNodes));
  Spec spec;
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(halves.second, ',', absl::SkipWhitespace()))) {
    TUTTI_RETURN_IF_ERROR(Read(part, spec));
  }
  if (!spec.node.gpu_model.empty() && spec.node.gpus == 0) return Wrong(text, "gpu=N beside model");
  if (spec.node.allocatable.empty()) spec.node.allocatable = {{"cpu", 1000}};
  std::vector<sim::SimNode> nodes;
  for (int64_t i = 0; i < count; ++i) {
    sim::SimNode& node = nodes.emplace_back(spec.node);
    node.name = absl::StrCat("node-", i);
    if (spec.rack > 0) node.labels.emplace_back("rack", absl::StrCat("rack-", i / spec.rack));
  }
  return nodes;
}

}  // namespace tutti::cli
