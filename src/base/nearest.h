// Nearest: the "did you mean" of error messages.
#pragma once

#include <string_view>
#include <vector>

namespace tutti::base {

// The candidate closest to `word` in spelling, case ignored; the first of equals. Empty where none
// is close enough to be a typing error.
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace tutti::base
