// SeriesSampler: a step function of any length, kept in a bounded number of points. One thread.
//
// Time is cut into equal intervals whose width doubles when the last one is reached. Of each the
// first, least, greatest and last point are kept, so that a line drawn at that width looks the same
// as the whole one (the M4 aggregation), and the extremes of the whole are exact.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/report/report.h"

namespace tutti::sim {

class SeriesSampler {
 public:
  // At most `max_points` points are returned, and little more held; at least 8.
  explicit SeriesSampler(size_t max_points);

  // Times never decrease, from 0; of points at the same time the last one holds. NaN is ignored.
  void Add(int64_t time_ms, double value);

  std::vector<Point> Points() const;

 private:
  struct Bucket {
    int64_t index;
    Point first;
    Point least;
    Point greatest;
    Point last;
  };

  void Put(Point point);
  void Widen();

  const int64_t max_buckets_;
  int64_t width_ms_ = 1;
  std::vector<Bucket> buckets_;  // only those with points
  Point pending_;                // may yet be replaced by one of the same time
  bool has_pending_ = false;
};

}  // namespace tutti::sim
