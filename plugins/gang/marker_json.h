// JSON that users write into annotations. No text can exhaust the stack.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gang_objects.h"

namespace tutti::gang {

// ["a", "b"]; nullopt for anything else.
std::optional<std::vector<std::string>> ParseNames(std::string_view text);
// [{"name": "a", `count`: 1, ...}, ...]: the counts by name, each from 0 to kMostMembers and each
// name once; nullopt for anything else. What else the objects have is left aside.
std::optional<RoleCounts> ParseCounts(std::string_view text, const char* count);

// [{"name": "a", "minMember": 1, "minSubGroup": 2, "subGroupSize": 4}, ...]: the roles, sorted,
// each once and with one of the numbers at least, from 0 to kMostMembers; without a name: of the
// gang itself. nullopt for anything else, other keys as well.
std::optional<std::vector<RoleMinimum>> ParseRoles(std::string_view text);

}  // namespace tutti::gang
