// A report as one HTML page: no scripts, no fonts, nothing fetched, light and dark. It opens from
// file:// and may be sent by mail.
#pragma once

#include <string>

#include "sim/report/report.h"

namespace tutti::sim {

std::string HtmlReport(const Report& report);

}  // namespace tutti::sim
