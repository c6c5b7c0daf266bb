// Amounts: how much of which resources, for queues and who is in them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tutti/gang_view.h"
#include "tutti/views.h"

namespace tutti::plugins {

// By resource, ascending, each once; in base units.
using Amounts = std::vector<PodClassView::Request>;

int64_t AmountOf(const Amounts& amounts, ResourceId resource, int64_t otherwise = 0);
// `sum` and these together (sign 1), or without them (-1). Nothing stays of what is zero then.
void AddTo(Amounts& sum, std::span<const PodClassView::Request> amounts, int64_t sign = 1);
// What the members of these classes ask for together.
Amounts Asked(const GangView& gang);

}  // namespace tutti::plugins
