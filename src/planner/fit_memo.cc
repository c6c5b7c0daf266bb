#include "planner/fit_memo.h"

#include <algorithm>

namespace tutti::planner {
namespace {

// The same shortage, for another number of members.
model::Reason ForCount(model::Reason reason, const model::PodShape& shape, int64_t count) {
  reason.need = count;
  if (reason.resource.valid())
    reason.need = model::SaturatingProduct(shape.requests.Get(reason.resource), count);
  return reason;
}

}  // namespace

void FitMemo::DidNotFit(Kind kind, int64_t count, const model::Reason& reason) {
  Known& known = known_[kind];
  if (known.too_many <= count) return;
  known.too_many = count;
  known.reason = reason;
}

void FitMemo::FitsDrained(Kind kind, int64_t count) {
  int64_t& most = known_[kind].fits_drained;
  most = std::max(most, count);
}

void FitMemo::Exceeds(Kind kind, int64_t count, const model::Reason& reason) {
  Known& known = known_[kind];
  known.exceeds = count;
  known.exceeds_reason = reason;
}

bool FitMemo::TooMany(Kind kind, int64_t count) const {
  const Known* known = Find(kind);
  return known != nullptr && count >= known->too_many;
}

std::optional<model::Reason> FitMemo::Why(Kind kind, int64_t count) const {
  if (!TooMany(kind, count)) return std::nullopt;
  const Known& known = *Find(kind);
  const bool final =
      count == known.too_many || known.reason.code != model::ReasonCode::kWaitingForCapacity;
  if (final) return Shortage(kind, count);
  const std::optional<Drained> drained = WhenDrained(kind, count);
  if (!drained) return std::nullopt;
  return drained->fits ? Shortage(kind, count) : drained->reason;
}

model::Reason FitMemo::Shortage(Kind kind, int64_t count) const {
  return ForCount(Find(kind)->reason, *kind.shape, count);
}

std::optional<FitMemo::Drained> FitMemo::WhenDrained(Kind kind, int64_t count) const {
  const Known* known = Find(kind);
  if (known == nullptr) return std::nullopt;
  if (count <= known->fits_drained) return Drained{true, {}};
  if (count < known->exceeds) return std::nullopt;
  return Drained{false, ForCount(known->exceeds_reason, *kind.shape, count)};
}

}  // namespace tutti::planner
