// Values that users write into markers.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace tutti::gang {

inline constexpr int kMostMembers = 100'000;
inline constexpr std::chrono::seconds kLongestWait = std::chrono::hours(30 * 24);

// "1".."100000"; nullopt for anything else.
std::optional<int> ParseMemberCount(std::string_view text);
// A whole number with a unit: "90s", "5m", "1h". Up to kLongestWait.
std::optional<std::chrono::nanoseconds> ParseWait(std::string_view text);

}  // namespace tutti::gang
