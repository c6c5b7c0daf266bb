#include "sim/report/axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sim/report/report_text.h"

namespace tutti::sim {
namespace {

constexpr double kMaxTicks = 8;

// The least of 1, 2 and 5 times a power of ten with at most kMaxTicks steps in `range`.
double RoundStep(double range) {
  double power = 1;
  while (power * 10 * kMaxTicks < range) power *= 10;
  while (power * kMaxTicks >= range) power /= 10;
  for (double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (factor * power * kMaxTicks >= range) return factor * power;
  }
  return 10 * power;
}

struct TimeUnit {
  const char* name;
  int64_t ms;
  std::array<int64_t, 5> steps;  // in this unit, 0 where there are fewer
};

constexpr std::array<TimeUnit, 5> kUnits = {{{"ms", 1, {1, 10, 100, 200, 0}},
                                             {"s", 1'000, {1, 2, 5, 10, 20}},
                                             {"min", 60'000, {1, 2, 5, 10, 20}},
                                             {"h", 3'600'000, {1, 2, 3, 6, 0}},
                                             {"d", 86'400'000, {1, 2, 7, 14, 28}}}};

std::pair<const TimeUnit*, int64_t> TimeStep(int64_t span_ms) {
  constexpr auto kMost = static_cast<int64_t>(kMaxTicks) + 2;
  for (const TimeUnit& unit : kUnits) {
    for (int64_t step : unit.steps) {
      if (step > 0 && span_ms / (step * unit.ms) <= kMost) return {&unit, step};
    }
  }
  const TimeUnit& days = kUnits.back();
  int64_t step = days.steps.back();
  while (span_ms / days.ms / step > kMost) step *= 2;
  return {&days, step};
}

}  // namespace

double Axis::Place(double value) const {
  if (!(max > min) || std::isnan(value)) return 0;
  return std::clamp((value - min) / (max - min), 0.0, 1.0);
}

Axis CountAxis(double greatest, std::string unit) {
  Axis axis;
  axis.unit = std::move(unit);
  const bool drawable = std::isfinite(greatest) && greatest > 1e-9 && greatest < 1e15;
  const double step = RoundStep(drawable ? greatest : 1);
  const double steps = std::max(1.0, std::ceil((drawable ? greatest : 1) / step - 1e-9));
  axis.max = step * steps;
  for (double i = 0; i <= steps; ++i) axis.ticks.push_back({i * step, ShortNumber(i * step)});
  return axis;
}

Axis ShareAxis() {
  Axis axis;
  axis.unit = "%";
  for (int percent = 0; percent <= 100; percent += 25) {
    axis.ticks.push_back({percent / 100.0, ShortNumber(percent)});
  }
  return axis;
}

Axis TimeAxis(int64_t span_ms) {
  Axis axis;
  const int64_t span = std::max<int64_t>(span_ms, 1);
  axis.max = static_cast<double>(span);
  const auto [unit, step] = TimeStep(span);
  axis.unit = unit->name;
  for (int64_t at = 0; at * unit->ms <= span; at += step) {
    axis.ticks.push_back({static_cast<double>(at * unit->ms), Grouped(at)});
  }
  return axis;
}

Axis WaitAxis(double greatest_s) {
  static constexpr std::array<std::pair<double, const char*>, 9> kTicks = {{{0, "0"},
                                                                            {1, "1 s"},
                                                                            {10, "10 s"},
                                                                            {60, "1 min"},
                                                                            {600, "10 min"},
                                                                            {3'600, "1 h"},
                                                                            {36'000, "10 h"},
                                                                            {345'600, "4 d"},
                                                                            {3'456'000, "40 d"}}};
  Axis axis;
  const double greatest = std::isfinite(greatest_s) ? std::max(greatest_s, 1.0) : 1.0;
  axis.max = std::log1p(greatest);
  for (const auto& [seconds, label] : kTicks) {
    if (seconds <= greatest) axis.ticks.push_back({std::log1p(seconds), label});
  }
  return axis;
}

double PlaceWait(const Axis& axis, double seconds) {
  return axis.Place(std::log1p(std::max(seconds, 0.0)));
}

}  // namespace tutti::sim
