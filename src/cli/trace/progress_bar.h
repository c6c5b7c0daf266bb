// ProgressBar: how far a simulation is, with its rate and the time left, on one line of a terminal.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/clock.h"
#include "sim/engine/simulation.h"

namespace tutti::cli {

class ProgressBar {
 public:
  // `expected_jobs` 0: not known; then there is no bar, only counts. Both must outlive the object.
  ProgressBar(std::ostream& out, const base::Clock& clock, int64_t expected_jobs)
      : out_(out), clock_(clock), expected_(expected_jobs), began_(clock.Now()), next_(began_) {}

  // Draws at most five times a second.
  void Show(const sim::SimulationProgress& progress);
  // Takes the line away.
  void Clear();

 private:
  std::string Line(const sim::SimulationProgress& progress, base::Timestamp now) const;

  std::ostream& out_;
  const base::Clock& clock_;
  const int64_t expected_;
  const base::Timestamp began_;
  base::Timestamp next_;
  bool drawn_ = false;
};

}  // namespace tutti::cli
