#include "remote/cycle_stream.h"

namespace tutti::remote {
namespace {

bool IsWithin(const NodeMask& inner, NodeMask outer) {
  outer &= inner;
  return outer == inner;
}

}  // namespace

CycleStream::~CycleStream() {
  if (session_ != nullptr) link_.GiveBack(std::move(session_));
}

Status CycleStream::Lost() const {
  return Status::Error(link_.target().address +
                       ": what it remembered of this cycle is lost: its stream has failed");
}

const CycleStream::Known* CycleStream::KnownOf(const NodeBlockView& block) const {
  const size_t number = block.first / kNodesPerBlock;
  return number < known_.size() ? &known_[number] : nullptr;
}

CycleStream::Known& CycleStream::KnownOf(const NodeBlockView& block) {
  const size_t number = block.first / kNodesPerBlock;
  if (known_.size() <= number) known_.resize(number + 1);
  return known_[number];
}

bool CycleStream::AllPassed(std::span<const NodeBlockView> blocks,
                            std::span<const BlockVerdict> asked) const {
  if (!answers_hold_) return false;
  absl::ReaderMutexLock lock(&mutex_);
  for (size_t b = 0; b < asked.size(); ++b) {
    if (asked[b].passing().empty()) continue;
    const Known* known = KnownOf(blocks[b]);
    if (known == nullptr || !IsWithin(asked[b].passing(), known->passed)) return false;
  }
  return true;
}

void CycleStream::Keep(std::span<const NodeBlockView> blocks,
                       std::span<const BlockVerdict> verdicts) {
  if (!answers_hold_) return;
  absl::MutexLock lock(&mutex_);
  for (size_t b = 0; b < verdicts.size(); ++b) KnownOf(blocks[b]).passed |= verdicts[b].passing();
}

bool CycleStream::AllScored(std::span<const NodeBlockView> blocks,
                            std::span<const NodeMask> candidates, std::span<int64_t> scores) const {
  if (!answers_hold_) return false;
  absl::ReaderMutexLock lock(&mutex_);
  for (size_t b = 0; b < candidates.size(); ++b) {
    if (candidates[b].empty()) continue;
    const Known* known = KnownOf(blocks[b]);
    if (known == nullptr || !IsWithin(candidates[b], known->scored)) return false;
  }
  for (size_t b = 0; b < candidates.size(); ++b) {
    candidates[b].ForEach([&](uint32_t offset) {
      scores[b * kNodesPerBlock + offset] = KnownOf(blocks[b])->scores[offset];
    });
  }
  return true;
}

void CycleStream::Keep(std::span<const NodeBlockView> blocks, std::span<const NodeMask> candidates,
                       std::span<const int64_t> scores) {
  if (!answers_hold_) return;
  absl::MutexLock lock(&mutex_);
  for (size_t b = 0; b < candidates.size(); ++b) {
    if (candidates[b].empty()) continue;
    Known& known = KnownOf(blocks[b]);
    known.scored |= candidates[b];
    known.scores.resize(kNodesPerBlock);
    candidates[b].ForEach(
        [&](uint32_t offset) { known.scores[offset] = scores[b * kNodesPerBlock + offset]; });
  }
}

}  // namespace tutti::remote
