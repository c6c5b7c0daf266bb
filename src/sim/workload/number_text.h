// Numbers and times as workload files write them. Exact; nothing where the text is something else.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tutti::sim {

// A decimal integer with an optional sign, and ".0" or the like behind it, as tables written by
// data-frame libraries have them.
std::optional<int64_t> ParseWhole(std::string_view text);

// Seconds with an optional sign and fraction, as milliseconds; digits beyond those are cut.
std::optional<int64_t> ParseSeconds(std::string_view text);

// The same, or "YYYY-MM-DD HH:MM:SS" ('T' between them, a fraction, a final 'Z' or "UTC" allowed)
// as milliseconds since 1970 UTC.
std::optional<int64_t> ParseTime(std::string_view text);

}  // namespace tutti::sim
