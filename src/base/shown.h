// Shown: a text of somebody else in a message of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::base {

// Short, one line, nothing that a terminal would obey.
std::string Shown(std::string_view text, size_t longest = 60);

}  // namespace tutti::base
