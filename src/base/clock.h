// Clock: time as a constructor parameter, so that tests and simulations own it.
#pragma once

#include <chrono>
#include <cstdint>

namespace tutti::base {

using Duration = std::chrono::nanoseconds;

// Nanoseconds on a steady axis with an arbitrary zero. Never compare it with a date.
struct Timestamp {
  int64_t nanos = 0;

  static constexpr Timestamp Infinite() { return Timestamp{INT64_MAX}; }
  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr Timestamp operator+(Duration d) const {
    return nanos > INT64_MAX - d.count() ? Infinite() : Timestamp{nanos + d.count()};
  }
  constexpr Duration operator-(Timestamp other) const { return Duration(nanos - other.nanos); }
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
  // Nanoseconds since 1970: only for what leaves the process (leases, events, token expiry).
  virtual int64_t WallNanos() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() const override {
    return Timestamp{
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())
            .count()};
  }
  int64_t WallNanos() const override {
    return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace tutti::base
