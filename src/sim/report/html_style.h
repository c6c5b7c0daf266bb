// The style sheet of HTML reports. Internal to src/sim/report.
#pragma once

namespace tutti::sim {

extern const char kHtmlStyle[];

}  // namespace tutti::sim
