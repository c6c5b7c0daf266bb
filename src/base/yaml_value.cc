#include "base/yaml_value.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_format.h"
#include "base/shown.h"

namespace tutti::base {

bool IsScalar(const YamlTree& value) {
  return value.kind == YamlTree::Kind::kPlain || value.kind == YamlTree::Kind::kQuoted;
}

std::string Describe(const YamlTree& value) {
  switch (value.kind) {
    case YamlTree::Kind::kNull:
      return "nothing";
    case YamlTree::Kind::kPlain:
      return Shown(value.text);
    case YamlTree::Kind::kQuoted:
      return absl::StrFormat("the text \"%s\"", Shown(value.text));
    case YamlTree::Kind::kSequence:
      return "a list";
    case YamlTree::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

IntegerForm ParseInteger(std::string_view text, int64_t& value) {
  std::string_view digits = text;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  if (digits.empty()) return IntegerForm::kNone;
  for (char c : digits) {
    if (c < '0' || c > '9') return IntegerForm::kNone;
  }
  if (digits.size() > 1 && digits.front() == '0') return IntegerForm::kLeadingZero;
  value = 0;
  for (char c : digits) {
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, negative ? '0' - c : c - '0', &value)) {
      return IntegerForm::kTooLarge;
    }
  }
  return IntegerForm::kDecimal;
}

bool LooksLikeAnotherType(std::string_view text) {
  static constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off",
                                                "True", "False", "Yes", "No", "On", "Off",
                                                "TRUE", "FALSE", "YES", "NO", "ON", "OFF"};
  if (std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords)) return true;
  return !text.empty() &&
         text.find_first_not_of("0123456789+-.eExXoO_") == std::string_view::npos &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace tutti::base
