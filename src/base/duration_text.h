// Durations as people write them in files: "10s", "1h30m", "250ms", "1.5h".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tutti::base {

// Go's time.ParseDuration without a sign: numbers with a unit out of h, m, s, ms, us, ns; "0" alone
// needs none. Exact. Nothing for any other text and beyond 292 years.
std::optional<Duration> ParseDuration(std::string_view text);

// The shortest such text: 90 minutes -> "1h30m", 300 s -> "5m".
std::string FormatDuration(Duration duration);

}  // namespace tutti::base
