// Amounts as peers write them, into base units and back. Exact; no floating point anywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tutti::importer {

struct ParsedAmount {
  int64_t value = 0;  // thousandths of cpu, bytes, a count
  bool rounded =
      false;  // it was a fraction of one of these, and is now the next larger whole number
};

// A quantity as in the API ("500m", "1.5Gi", 16) or a number of JSON (2.5, 1e3), times ten to the
// power of `exponent`. InvalidArgument for anything else, and below zero; OutOfRange beyond int64.
absl::StatusOr<ParsedAmount> ParseAmount(std::string_view resource, std::string_view text,
                                         int exponent = 0);

// As the API writes it, the shortest: "500m", "64Gi", "8".
std::string AmountText(std::string_view resource, int64_t amount);

// The sum, or INT64_MAX where it does not fit.
int64_t SaturatingSum(int64_t a, int64_t b);

}  // namespace tutti::importer
