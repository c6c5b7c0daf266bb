#include "importer/queue_weights.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_format.h"

namespace tutti::importer {
namespace {

constexpr int64_t kWhole = 1000;
constexpr int64_t kMost = 1'000'000;

// What each weight in thousandths is divided by: `unit` exactly, then `shrink` with a remainder.
struct Scale {
  int64_t unit = kWhole;
  int64_t shrink = 1;
};

// A queue that says none has 1, and keeps its proportion to the others.
Scale ScaleOf(const Imported& imported) {
  int64_t common = kWhole;
  int64_t largest = kWhole;
  for (const ImportedQueue& queue : imported.queues) {
    const int64_t milli = queue.weight_milli.value_or(kWhole);
    common = std::gcd(common, milli);
    largest = std::max(largest, milli);
  }
  Scale scale{common, 1};
  if (largest / kWhole > kMost || largest / common > kMost) {
    scale.shrink = (largest / common + kMost - 1) / kMost;
  }
  return scale;
}

}  // namespace

void WriteWeights(Imported& imported) {
  const Scale scale = ScaleOf(imported);
  const bool same = scale.unit == kWhole && scale.shrink == 1;
  for (ImportedQueue& queue : imported.queues) {
    ObjectReport& report = imported.reports[queue.source];
    if (same && !queue.weight_milli) continue;
    const int64_t milli = queue.weight_milli.value_or(kWhole);
    queue.weight = std::max<int64_t>(milli / scale.unit / scale.shrink, 1);
    if (milli == 0) {
      report.Add(Verdict::kChanged, "",
                 absl::StrFormat("weight 0 is %d here, the least that there is", *queue.weight),
                 "limit what it may hold to its guarantee: limit, borrowLimit");
    } else if (!same) {
      report.Add(
          Verdict::kChanged, "",
          absl::StrFormat("its weight is %d here: all are multiplied alike, so that they are "
                          "whole numbers up to %d",
                          *queue.weight, kMost));
    }
  }
}

}  // namespace tutti::importer
