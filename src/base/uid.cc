#include "base/uid.h"

#include <array>

namespace tutti::base {
namespace {

constexpr size_t kTextLength = 36;

constexpr bool IsDash(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Uid> Uid::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::array<uint64_t, 2> halves{};
  int digits = 0;
  for (size_t i = 0; i < kTextLength; ++i) {
    if (IsDash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0) return std::nullopt;
    uint64_t& half = halves[digits < 16 ? 0 : 1];
    half = (half << 4) | static_cast<uint64_t>(digit);
    ++digits;
  }
  return Uid{halves[0], halves[1]};
}

std::string Uid::ToString() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(kTextLength);
  for (int digit = 0; digit < 32; ++digit) {
    if (IsDash(text.size())) text.push_back('-');
    const uint64_t half = digit < 16 ? high : low;
    text.push_back(kDigits[(half >> (60 - 4 * (digit % 16))) & 0xf]);
  }
  return text;
}

}  // namespace tutti::base
