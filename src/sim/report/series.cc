#include "sim/report/series.h"

#include <algorithm>
#include <cmath>

namespace tutti::sim {
namespace {

constexpr size_t kPerBucket = 4;
constexpr size_t kLeast = 8;

template <class Bucket>
void AddTo(Bucket& bucket, const Point& point) {
  if (point.value < bucket.least.value) bucket.least = point;
  if (point.value > bucket.greatest.value) bucket.greatest = point;
  bucket.last = point;
}

template <class Bucket>
std::vector<Point> PointsOf(const Bucket& bucket) {
  std::vector<Point> points = {bucket.first, bucket.least, bucket.greatest, bucket.last};
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.time_ms < b.time_ms; });
  points.erase(std::unique(points.begin(), points.end(),
                           [](const Point& a, const Point& b) { return a.time_ms == b.time_ms; }),
               points.end());
  return points;
}

}  // namespace

SeriesSampler::SeriesSampler(size_t max_points)
    : max_buckets_(static_cast<int64_t>(std::max(max_points, kLeast) / kPerBucket)) {}

void SeriesSampler::Add(int64_t time_ms, double value) {
  if (std::isnan(value)) return;
  if (has_pending_ && pending_.time_ms != time_ms) Put(pending_);
  pending_ = {time_ms, value};
  has_pending_ = true;
}

void SeriesSampler::Put(Point point) {
  while (point.time_ms / width_ms_ >= max_buckets_) Widen();
  const int64_t index = point.time_ms / width_ms_;
  if (!buckets_.empty() && buckets_.back().index == index) {
    AddTo(buckets_.back(), point);
  } else {
    buckets_.push_back({index, point, point, point, point});
  }
}

void SeriesSampler::Widen() {
  width_ms_ *= 2;
  std::vector<Bucket> wider;
  for (Bucket& bucket : buckets_) {
    bucket.index /= 2;
    if (wider.empty() || wider.back().index != bucket.index) {
      wider.push_back(bucket);
      continue;
    }
    Bucket& joined = wider.back();
    if (bucket.least.value < joined.least.value) joined.least = bucket.least;
    if (bucket.greatest.value > joined.greatest.value) joined.greatest = bucket.greatest;
    joined.last = bucket.last;
  }
  buckets_ = std::move(wider);
}

std::vector<Point> SeriesSampler::Points() const {
  SeriesSampler whole = *this;
  if (has_pending_) whole.Put(pending_);
  std::vector<Point> points;
  for (const Bucket& bucket : whole.buckets_) {
    const std::vector<Point> some = PointsOf(bucket);
    points.insert(points.end(), some.begin(), some.end());
  }
  return points;
}

}  // namespace tutti::sim
