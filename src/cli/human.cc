#include "cli/human.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/quantity.h"

namespace tutti::cli {
namespace {

bool IsBytes(std::string_view resource) {
  return resource == "memory" || resource == "ephemeral-storage" ||
         resource.starts_with("hugepages-");
}

std::string Two(int64_t large, char large_unit, int64_t small, char small_unit) {
  std::string text = absl::StrCat(large, std::string(1, large_unit));
  if (small > 0) absl::StrAppend(&text, small, std::string(1, small_unit));
  return text;
}

}  // namespace

std::string HumanAmount(int64_t amount, std::string_view resource) {
  if (resource == "cpu") return base::FormatMilli(amount);
  if (IsBytes(resource)) return base::FormatBytes(amount);
  return absl::StrCat(amount);
}

std::string HumanQuantity(int64_t amount, std::string_view resource) {
  if (resource.empty()) return Count(amount, "pod");
  return absl::StrFormat("%s %s", HumanAmount(amount, resource), resource);
}

std::string HumanAge(double seconds) {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  const auto s = static_cast<int64_t>(std::clamp(seconds, 0.0, 1e12));
  if (s < 2 * kMinute) return absl::StrCat(s, "s");
  if (s < 10 * kMinute) return Two(s / kMinute, 'm', s % kMinute, 's');
  if (s < 3 * kHour) return absl::StrCat(s / kMinute, "m");
  if (s < 8 * kHour) return Two(s / kHour, 'h', s % kHour / kMinute, 'm');
  if (s < 2 * kDay) return absl::StrCat(s / kHour, "h");
  if (s < 8 * kDay) return Two(s / kDay, 'd', s % kDay / kHour, 'h');
  return absl::StrCat(s / kDay, "d");
}

std::string Count(int64_t count, std::string_view thing) {
  return absl::StrFormat("%d %s%s", count, thing, count == 1 ? "" : "s");
}

}  // namespace tutti::cli
