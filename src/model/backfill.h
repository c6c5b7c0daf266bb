// Backfill: which gangs may pass those before them that have no room.
#pragma once

#include <cstdint>

namespace tutti::model {

enum class Backfill : uint8_t {
  kNone,               // none: strictly in the order of the queue
  kEasy,               // those that do not delay the head's expected start
  kEasyShortestFirst,  // the same, the shortest of them first
  kConservative,       // those that delay no planned start of a gang before them
};

}  // namespace tutti::model
