// Axis: round ticks over a range, and where values stand on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::sim {

struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  double min = 0;
  double max = 1;
  std::string unit;  // "h", "%"
  std::vector<Tick> ticks;

  // 0 at min, 1 at max; values beyond are held at the ends.
  double Place(double value) const;
};

// From 0 to a round number at or above `greatest`, in steps of 1, 2 or 5 times a power of ten.
Axis CountAxis(double greatest, std::string unit);
// 0 to 100 % for shares of 0..1.
Axis ShareAxis();
// 0 to `span_ms` exactly; labels in the unit that suits the span.
Axis TimeAxis(int64_t span_ms);

// Waits span from nothing to days: log(1 + seconds), from 0 to `greatest_s`.
Axis WaitAxis(double greatest_s);
double PlaceWait(const Axis& axis, double seconds);

}  // namespace tutti::sim
