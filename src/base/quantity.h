// Kubernetes quantities ("100m", "2Gi", "1e3") as exact integers. No floating point anywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tutti::base {

// The value in whole units, rounded away from zero, as resource.Quantity.Value() does.
// Errors: InvalidArgument for a text that is no quantity, OutOfRange beyond int64.
absl::StatusOr<int64_t> ParseQuantity(std::string_view text);

// The value in thousandths, rounded away from zero, as resource.Quantity.MilliValue() does.
absl::StatusOr<int64_t> ParseMilliQuantity(std::string_view text);

// Human forms for messages: 1500 -> "1500m" or "1.5"; bytes with the largest exact binary suffix.
std::string FormatMilli(int64_t milli);
std::string FormatBytes(int64_t bytes);

}  // namespace tutti::base
