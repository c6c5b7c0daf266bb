#include "base/duration_text.h"

#include <array>
#include <cstdint>

#include "absl/strings/str_format.h"

namespace tutti::base {
namespace {

struct Unit {
  std::string_view name;
  int64_t nanos;
};

// Largest first, and "ms" before "m" so that the longer name wins when reading.
constexpr std::array<Unit, 6> kUnits = {{{"h", 3'600'000'000'000},
                                         {"ms", 1'000'000},
                                         {"m", 60'000'000'000},
                                         {"s", 1'000'000'000},
                                         {"us", 1'000},
                                         {"ns", 1}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// One "12.5h" from the front of `text`; false where there is none or it overflows.
bool TakePart(std::string_view& text, int64_t& nanos) {
  int64_t whole = 0;
  int64_t fraction = 0;
  int64_t divisor = 1;
  size_t i = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) {
    if (__builtin_mul_overflow(whole, 10, &whole)) return false;
    if (__builtin_add_overflow(whole, text[i] - '0', &whole)) return false;
  }
  if (i == 0) return false;
  if (i < text.size() && text[i] == '.') {
    const size_t point = i++;
    for (; i < text.size() && IsDigit(text[i]); ++i) {
      if (i - point > 4) return false;  // thousandths of an hour times 1e12 still fit
      fraction = fraction * 10 + (text[i] - '0');
      divisor *= 10;
    }
    if (divisor == 1) return false;
  }
  text.remove_prefix(i);
  for (const Unit& unit : kUnits) {
    if (text.substr(0, unit.name.size()) != unit.name) continue;
    text.remove_prefix(unit.name.size());
    int64_t part = 0;
    return fraction * unit.nanos % divisor == 0 &&
           !__builtin_mul_overflow(whole, unit.nanos, &part) &&
           !__builtin_add_overflow(part, fraction * unit.nanos / divisor, &part) &&
           !__builtin_add_overflow(nanos, part, &nanos);
  }
  return false;
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text == "0") return Duration(0);
  int64_t nanos = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (!TakePart(text, nanos)) return std::nullopt;
  }
  return Duration(nanos);
}

std::string FormatDuration(Duration duration) {
  int64_t nanos = duration.count();
  if (nanos <= 0) return "0s";
  static constexpr std::array<Unit, 6> kDescending = {
      {kUnits[0], kUnits[2], kUnits[3], kUnits[1], kUnits[4], kUnits[5]}};
  std::string text;
  for (const Unit& unit : kDescending) {
    if (nanos < unit.nanos) continue;
    absl::StrAppendFormat(&text, "%d%s", nanos / unit.nanos, unit.name);
    nanos %= unit.nanos;
  }
  return text;
}

}  // namespace tutti::base
