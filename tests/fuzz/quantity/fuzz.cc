// Quantities: any text gives a number or an error, and a number that is written reads back the
// same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/quantity.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  using tutti::base::FormatBytes;
  using tutti::base::FormatMilli;
  using tutti::base::ParseMilliQuantity;
  using tutti::base::ParseQuantity;
  const absl::StatusOr<int64_t> value = ParseQuantity(text);
  if (value.ok() && *value >= 0) {
    const absl::StatusOr<int64_t> again = ParseQuantity(FormatBytes(*value));
    if (!again.ok() || *again != *value) std::abort();
  }
  const absl::StatusOr<int64_t> milli = ParseMilliQuantity(text);
  if (milli.ok()) {
    // Thousandths fit, so whole units do.
    if (!value.ok()) std::abort();
    const absl::StatusOr<int64_t> again = ParseMilliQuantity(FormatMilli(*milli));
    if (*milli >= 0 && (!again.ok() || *again != *milli)) std::abort();
  }
  return 0;
}
