// RunTimeSource: how the planner knows how long a gang will run.
#pragma once

#include <cstdint>

namespace tutti::model {

enum class RunTimeSource : uint8_t {
  kDeclared,  // by what its pods say
  kLearned,   // by how long the last ones of its submitter ran; never longer than its pods say
};

}  // namespace tutti::model
