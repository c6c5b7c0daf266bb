#include "marker_json.h"

#include <algorithm>

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

// A bounded one, without empty names.
bool IsPath(const std::string& role) {
  constexpr int kMostLevels = 16;
  return !role.empty() && role.front() != '/' && role.back() != '/' &&
         role.find("//") == std::string::npos &&
         std::count(role.begin(), role.end(), '/') < kMostLevels;
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

std::optional<std::vector<RoleMinimum>> ParseRoles(std::string_view text) {
  const json list = ParseList(text, 2);
  if (list.is_discarded()) return std::nullopt;
  std::vector<RoleMinimum> roles;
  for (const json& item : list) {
    if (!item.is_object() || item.empty()) return std::nullopt;
    RoleMinimum& role = roles.emplace_back();
    bool counts = false;
    for (const auto& [key, value] : item.items()) {
      if (key == "name") {
        if (!value.is_string()) return std::nullopt;
        role.role = value.get<std::string>();
        if (!IsPath(role.role)) return std::nullopt;
        continue;
      }
      int* const field = key == "minMember"      ? &role.min_member
                         : key == "minSubGroup"  ? &role.min_groups
                         : key == "subGroupSize" ? &role.group_size
                                                 : nullptr;
      if (field == nullptr || !value.is_number_integer()) return std::nullopt;
      const auto number = value.get<int64_t>();
      if (number < 0 || number > kMostMembers) return std::nullopt;
      *field = static_cast<int>(number);
      // Groups of which none is needed.
      if (key == "minSubGroup" && number == 0) *field = kNoGroups;
      counts = true;
    }
    if (!counts) return std::nullopt;
  }
  std::sort(roles.begin(), roles.end(),
            [](const RoleMinimum& a, const RoleMinimum& b) { return a.role < b.role; });
  const auto twice = std::adjacent_find(
      roles.begin(), roles.end(),
      [](const RoleMinimum& a, const RoleMinimum& b) { return a.role == b.role; });
  if (twice != roles.end()) return std::nullopt;
  return roles;
}

}  // namespace tutti::gang
