#include "base/nearest.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"

namespace tutti::base {
namespace {

constexpr size_t kLongestCompared = 64;

// Levenshtein distance, case ignored.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]);
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view nearest;
  if (word.empty() || word.size() > kLongestCompared) return nearest;
  size_t best = std::max<size_t>(word.size() < 4 ? 1 : 2, word.size() / 3) + 1;
  for (std::string_view candidate : candidates) {
    const size_t distance = Distance(word, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace tutti::base
