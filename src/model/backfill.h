// Backfill: which gangs may pass the first one that has no room, the head of the queue.
#pragma once

#include <cstdint>

namespace tutti::model {

enum class Backfill : uint8_t {
  kNone,               // none: strictly in the order of the queue
  kEasy,               // those that do not delay the head's expected start
  kEasyShortestFirst,  // the same, the shortest of them first
};

}  // namespace tutti::model
