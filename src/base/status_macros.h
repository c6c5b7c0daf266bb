// Early return on a failed absl::Status; Abseil of this distribution has no such macros.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define TUTTI_CONCAT_INNER(a, b) a##b
#define TUTTI_CONCAT(a, b) TUTTI_CONCAT_INNER(a, b)

#define TUTTI_RETURN_IF_ERROR(expression)                                                  \
  do {                                                                                     \
    if (absl::Status tutti_status = (expression); !tutti_status.ok()) return tutti_status; \
  } while (false)

#define TUTTI_ASSIGN_OR_RETURN(target, expression) \
  TUTTI_ASSIGN_OR_RETURN_INNER(TUTTI_CONCAT(tutti_statusor_, __LINE__), target, expression)

#define TUTTI_ASSIGN_OR_RETURN_INNER(statusor, target, expression) \
  auto statusor = (expression);                                    \
  if (!statusor.ok()) return std::move(statusor).status();         \
  target = *std::move(statusor)
