#include "sim/workload/number_text.h"

#include <array>

namespace tutti::sim {
namespace {

constexpr int64_t kMilli = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

struct Decimal {
  int64_t whole = 0;      // signed
  int64_t milli = 0;      // of the fraction, with the sign of the whole
  bool fraction = false;  // a fraction other than zero
};

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  Decimal decimal;
  size_t i = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) {
    if (__builtin_mul_overflow(decimal.whole, 10, &decimal.whole) ||
        __builtin_add_overflow(decimal.whole, text[i] - '0', &decimal.whole)) {
      return std::nullopt;
    }
  }
  if (i == 0) return std::nullopt;
  if (i < text.size() && text[i] == '.') {
    int64_t weight = kMilli / 10;
    for (++i; i < text.size() && IsDigit(text[i]); ++i, weight /= 10) {
      decimal.milli += weight * (text[i] - '0');
      decimal.fraction = decimal.fraction || text[i] != '0';
    }
  }
  if (i != text.size()) return std::nullopt;
  if (negative) {
    decimal.whole = -decimal.whole;
    decimal.milli = -decimal.milli;
  }
  return decimal;
}

// Exactly `count` digits from the front, then `after` unless it is 0.
bool Take(std::string_view& text, size_t count, char after, int64_t& value) {
  if (text.size() < count + (after == 0 ? 0 : 1)) return false;
  value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit(text[i])) return false;
    value = value * 10 + (text[i] - '0');
  }
  if (after != 0 && text[count] != after) return false;
  text.remove_prefix(count + (after == 0 ? 0 : 1));
  return true;
}

bool IsLeap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int64_t DaysOfMonth(int64_t year, int64_t month) {
  static constexpr std::array<int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && IsLeap(year) ? 1 : 0);
}

int64_t DaysSince1970(int64_t year, int64_t month, int64_t day) {
  const int64_t y = year - 1;
  int64_t days = y * 365 + y / 4 - y / 100 + y / 400 - 719162;
  for (int64_t m = 1; m < month; ++m) days += DaysOfMonth(year, m);
  return days + day - 1;
}

void DropSuffix(std::string_view& text, std::string_view suffix) {
  if (text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix) {
    text.remove_suffix(suffix.size());
  }
}

std::optional<int64_t> ParseDate(std::string_view text) {
  DropSuffix(text, "Z");
  DropSuffix(text, "UTC");
  DropSuffix(text, " ");
  int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0;
  if (!Take(text, 4, '-', year) || !Take(text, 2, '-', month) || !Take(text, 2, 0, day)) {
    return std::nullopt;
  }
  if (text.empty() || (text.front() != ' ' && text.front() != 'T')) return std::nullopt;
  text.remove_prefix(1);
  if (!Take(text, 2, ':', hour) || !Take(text, 2, ':', minute)) return std::nullopt;
  const bool two_digits = text.size() >= 2 && IsDigit(text[0]) && IsDigit(text[1]) &&
                          (text.size() == 2 || text[2] == '.');
  const std::optional<Decimal> second = ParseDecimal(text);
  if (!two_digits || !second || second->whole > 60) return std::nullopt;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysOfMonth(year, month) ||
      hour > 23 || minute > 59) {
    return std::nullopt;
  }
  const int64_t minutes = (DaysSince1970(year, month, day) * 24 + hour) * 60 + minute;
  return (minutes * 60 + second->whole) * kMilli + second->milli;
}

}  // namespace

std::optional<int64_t> ParseWhole(std::string_view text) {
  const std::optional<Decimal> decimal = ParseDecimal(text);
  if (!decimal || decimal->fraction) return std::nullopt;
  return decimal->whole;
}

std::optional<int64_t> ParseSeconds(std::string_view text) {
  const std::optional<Decimal> decimal = ParseDecimal(text);
  int64_t milli = 0;
  if (!decimal || __builtin_mul_overflow(decimal->whole, kMilli, &milli) ||
      __builtin_add_overflow(milli, decimal->milli, &milli)) {
    return std::nullopt;
  }
  return milli;
}

std::optional<int64_t> ParseTime(std::string_view text) {
  const std::optional<int64_t> seconds = ParseSeconds(text);
  return seconds ? seconds : ParseDate(text);
}

}  // namespace tutti::sim
