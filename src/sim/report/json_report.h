// A report as one JSON document, for other programs. Keys do not change their meaning.
#pragma once

#include <string>

#include "sim/report/report.h"

namespace tutti::sim {

std::string JsonReport(const Report& report);

}  // namespace tutti::sim
