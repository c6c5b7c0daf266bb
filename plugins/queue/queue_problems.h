// QueueProblem: what is wrong with a tree of queues.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "queue_spec.h"

namespace tutti::plugins {

struct QueueProblem {
  size_t queue;  // its number
  std::string text;
  bool misplaced;  // it cannot be below the parent that it names
  bool orphan;     // because there is no such queue
};
std::vector<QueueProblem> ProblemsOf(std::span<const QueueSpec> specs);

}  // namespace tutti::plugins
