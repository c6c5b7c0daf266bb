#include "marker_values.h"

#include <charconv>
#include <cstdint>

namespace tutti::gang {
namespace {

std::optional<int64_t> Whole(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int> ParseMemberCount(std::string_view text) {
  const std::optional<int64_t> value = Whole(text);
  if (!value || *value < 1 || *value > kMostMembers) return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<std::chrono::nanoseconds> ParseWait(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const std::optional<int64_t> value = Whole(text.substr(0, text.size() - 1));
  const int64_t unit = text.back() == 's'   ? 1
                       : text.back() == 'm' ? 60
                       : text.back() == 'h' ? 3600
                                            : 0;
  if (!value || unit == 0 || *value < 1 || *value > kLongestWait.count() / unit)
    return std::nullopt;
  return std::chrono::seconds(*value * unit);
}

}  // namespace tutti::gang
