// What the scalars of a YamlTree mean, read more strictly than YAML does, and how messages name
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/yaml_tree.h"

namespace tutti::base {

bool IsScalar(const YamlTree& value);

// "the text "x"", "a list": what stands in the file, for "expected ..., got %s".
std::string Describe(const YamlTree& value);

enum class IntegerForm { kDecimal, kLeadingZero, kTooLarge, kNone };

// `value` is meaningful for kDecimal only.
IntegerForm ParseInteger(std::string_view text, int64_t& value);

// Plain texts that YAML 1.1 or 1.2 readers take for something else than text.
bool LooksLikeAnotherType(std::string_view text);

}  // namespace tutti::base
