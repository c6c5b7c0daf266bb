#include "marker_json.h"

#include "marker_values.h"
#include "nlohmann/json.hpp"

namespace tutti::gang {
namespace {

using nlohmann::json;

// A list, without what is nested deeper than `depth`; else `discarded`.
json ParseList(std::string_view text, int depth) {
  const auto keep = [depth](int at, json::parse_event_t, json&) { return at <= depth; };
  json list = json::parse(text.begin(), text.end(), keep, /*allow_exceptions=*/false);
  return list.is_array() ? list : json(json::value_t::discarded);
}

}  // namespace

std::optional<std::vector<std::string>> ParseNames(std::string_view text) {
  const json list = ParseList(text, 1);
  if (list.is_discarded()) return std::nullopt;
  std::vector<std::string> names;
  for (const json& item : list) {
    if (!item.is_string()) return std::nullopt;
    names.push_back(item.get<std::string>());
  }
  return names;
}

std::optional<RoleCounts> ParseCounts(std::string_view text, const char* count) {
  const json list = ParseList(text, 2);
  if (list.is_discarded()) return std::nullopt;
  RoleCounts counts;
  for (const json& item : list) {
    if (!item.is_object()) return std::nullopt;
    const auto name = item.find("name");
    const auto number = item.find(count);
    if (name == item.end() || !name->is_string()) return std::nullopt;
    if (number == item.end() || !number->is_number_integer()) return std::nullopt;
    const auto value = number->get<int64_t>();
    if (value < 0 || value > kMostMembers) return std::nullopt;
    if (!counts.try_emplace(name->get<std::string>(), value).second) return std::nullopt;
  }
  return counts;
}

}  // namespace tutti::gang
