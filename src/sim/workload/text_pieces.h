// Cutting and joining std::string_views; the distribution's Abseil has a string_view of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::sim {

// Without blanks at its ends.
std::string_view Stripped(std::string_view text);

// The pieces between any of `separators`, without the empty ones.
std::vector<std::string_view> Pieces(std::string_view text, std::string_view separators);

std::string Joined(const std::vector<std::string_view>& texts, std::string_view separator);

}  // namespace tutti::sim
