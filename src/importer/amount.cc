#include "importer/amount.h"

#include <array>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/quantity.h"
#include "base/status_macros.h"

namespace tutti::importer {
namespace {

bool IsCpu(std::string_view resource) { return resource == "cpu"; }

bool IsBytes(std::string_view resource) {
  return resource == "memory" || resource == "ephemeral-storage" || resource == "storage" ||
         resource.starts_with("hugepages-");
}

// "2.5" and 6: "2.5e6"; "1e3" and 6: "1e9".
std::string Scaled(std::string_view text, int exponent) {
  const size_t e = text.find_first_of("eE");
  int own = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.size() > 4 || !absl::SimpleAtoi(std::string(digits), &own)) return std::string(text);
    text = text.substr(0, e);
  }
  return absl::StrFormat("%se%d", std::string(text), own + exponent);
}

// With the largest suffix of a table that leaves a whole number.
template <size_t N>
std::string WithSuffix(int64_t amount, int64_t step, const std::array<const char*, N>& suffixes) {
  size_t at = 0;
  while (at + 1 < N && amount != 0 && amount % step == 0) {
    amount /= step;
    ++at;
  }
  return absl::StrFormat("%d%s", amount, suffixes[at]);
}

}  // namespace

absl::StatusOr<ParsedAmount> ParseAmount(std::string_view resource, std::string_view text,
                                         int exponent) {
  const std::string scaled = exponent == 0 ? std::string(text) : Scaled(text, exponent);
  ParsedAmount parsed;
  const absl::StatusOr<int64_t> milli = base::ParseMilliQuantity(scaled);
  if (IsCpu(resource)) {
    TUTTI_ASSIGN_OR_RETURN(parsed.value, milli);
  } else {
    TUTTI_ASSIGN_OR_RETURN(parsed.value, base::ParseQuantity(scaled));
    // What does not fit as thousandths is no fraction.
    parsed.rounded = milli.ok() && *milli % 1000 != 0;
  }
  if (parsed.value >= 0) return parsed;
  return absl::InvalidArgumentError("below zero: expected an amount from 0");
}

std::string AmountText(std::string_view resource, int64_t amount) {
  static constexpr std::array<const char*, 7> kBinary = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  static constexpr std::array<const char*, 7> kDecimal = {"", "k", "M", "G", "T", "P", "E"};
  if (IsCpu(resource)) return base::FormatMilli(amount);
  if (!IsBytes(resource)) return absl::StrFormat("%d", amount);
  std::string binary = WithSuffix(amount, 1024, kBinary);
  std::string decimal = WithSuffix(amount, 1000, kDecimal);
  return decimal.size() < binary.size() ? decimal : binary;
}

int64_t SaturatingSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

}  // namespace tutti::importer
