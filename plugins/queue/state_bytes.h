// StateWriter and StateReader: numbers and texts as bytes, for a state that is kept.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::plugins {

class StateWriter {
 public:
  void Number(uint64_t number) {  // short where it is small
    for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>(number | 0x80);
    bytes_ += static_cast<char>(number);
  }
  void Signed(int64_t number) { Number(static_cast<uint64_t>(number)); }
  void Flag(bool flag) { Number(flag ? 1 : 0); }
  void Exactly(double number) {
    const auto bits = std::bit_cast<uint64_t>(number);
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(bits >> shift);
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_ += text;
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Of bytes that nobody vouches for: after a mistake everything is zero or empty, and ok() is false.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

  uint64_t Number(uint64_t most = UINT64_MAX) {
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      number |= uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) == 0) return number <= most ? number : Fail();
    }
    return Fail();
  }
  int64_t Signed() { return static_cast<int64_t>(Number()); }
  bool Flag() { return Number(1) != 0; }
  // Of things of which each takes a byte at least.
  uint64_t Count() {
    const uint64_t count = Number();
    return count <= rest_.size() ? count : Fail();
  }
  double Exactly() {
    uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) bits |= uint64_t{Byte()} << shift;
    return std::bit_cast<double>(bits);
  }
  std::string Text() {
    const uint64_t size = Count();
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

 private:
  uint8_t Byte() {
    if (rest_.empty()) return static_cast<uint8_t>(Fail());
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  uint64_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tutti::plugins
