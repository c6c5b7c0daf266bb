#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_format.h"

namespace tutti::base {
namespace {

// 128 bits hold any mantissa we accept times any suffix, so overflow is checked once, at the end.
__extension__ using Wide = __int128;

struct Suffix {
  int exponent = 0;  // of ten
  int shift = 0;     // of two
};

std::optional<int> SmallInteger(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  int value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Suffix> ParseSuffix(std::string_view text) {
  struct Named {
    std::string_view name;
    Suffix suffix;
  };
  static constexpr std::array<Named, 17> kNamed = {{{"", {0, 0}},
                                                    {"n", {-9, 0}},
                                                    {"u", {-6, 0}},
                                                    {"m", {-3, 0}},
                                                    {"k", {3, 0}},
                                                    {"M", {6, 0}},
                                                    {"G", {9, 0}},
                                                    {"T", {12, 0}},
                                                    {"P", {15, 0}},
                                                    {"E", {18, 0}},
                                                    {"Ki", {0, 10}},
                                                    {"Mi", {0, 20}},
                                                    {"Gi", {0, 30}},
                                                    {"Ti", {0, 40}},
                                                    {"Pi", {0, 50}},
                                                    {"Ei", {0, 60}},
                                                    {"e0", {0, 0}}}};
  for (const Named& named : kNamed) {
    if (named.name == text) return named.suffix;
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  std::string_view digits = text.substr(1);
  int sign = 1;
  if (digits[0] == '+' || digits[0] == '-') {
    sign = digits[0] == '-' ? -1 : 1;
    digits.remove_prefix(1);
  }
  const std::optional<int> exponent = SmallInteger(digits);
  if (!exponent) return std::nullopt;
  return Suffix{sign * *exponent, 0};
}

absl::Status Malformed(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is not a quantity: expected digits with an optional suffix, such as "
                      "500m, 2, 1.5Gi or 1e3",
                      text.substr(0, 64)));
}

absl::Status TooLarge(std::string_view text) {
  return absl::OutOfRangeError(
      absl::StrFormat("quantity \"%s\" does not fit 64 bits", text.substr(0, 64)));
}

struct Mantissa {
  Wide digits = 0;
  int scale = 0;  // decimal places that `digits` holds
  bool negative = false;
  std::string_view rest;
};

// 18 significant digits are exact in what follows; Kubernetes itself caps its values there.
constexpr Wide kMantissaLimit = static_cast<Wide>(1'000'000'000'000'000'000);

absl::StatusOr<Mantissa> ParseMantissa(std::string_view text) {
  Mantissa m;
  size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) m.negative = text[i++] == '-';
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (m.digits >= kMantissaLimit) return TooLarge(text);
    m.digits = m.digits * 10 + (c - '0');
    if (point) ++m.scale;
  }
  if (!any) return Malformed(text);
  m.rest = text.substr(i);
  return m;
}

absl::StatusOr<int64_t> Parse(std::string_view text, int extra_exponent) {
  absl::StatusOr<Mantissa> mantissa = ParseMantissa(text);
  if (!mantissa.ok()) return mantissa.status();
  const std::optional<Suffix> suffix = ParseSuffix(mantissa->rest);
  if (!suffix) return Malformed(text);
  Wide value = mantissa->digits;
  if (value == 0) return 0;
  if (suffix->shift > 0) value <<= suffix->shift;  // < 2^60 * 2^60
  int exponent = suffix->exponent - mantissa->scale + extra_exponent;
  for (; exponent > 0; --exponent) {
    if (value > static_cast<Wide>(INT64_MAX)) return TooLarge(text);
    value *= 10;
  }
  bool inexact = false;
  for (; exponent < 0 && value != 0; ++exponent) {
    inexact = inexact || value % 10 != 0;
    value /= 10;
  }
  if (inexact) value += 1;  // away from zero, as resource.Quantity rounds either sign
  if (mantissa->negative) value = -value;
  if (value > static_cast<Wide>(INT64_MAX) || value < -static_cast<Wide>(INT64_MAX)) {
    return TooLarge(text);
  }
  return static_cast<int64_t>(value);
}

}  // namespace

absl::StatusOr<int64_t> ParseQuantity(std::string_view text) { return Parse(text, 0); }

absl::StatusOr<int64_t> ParseMilliQuantity(std::string_view text) { return Parse(text, 3); }

std::string FormatMilli(int64_t milli) {
  return milli % 1000 == 0 ? absl::StrFormat("%d", milli / 1000) : absl::StrFormat("%dm", milli);
}

std::string FormatBytes(int64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return absl::StrFormat("%d%s", bytes, kUnits[unit]);
}

}  // namespace tutti::base
