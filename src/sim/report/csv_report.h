// A report as tables, for spreadsheets and data frames.
#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"

namespace tutti::sim {

struct CsvFile {
  std::string name;  // "series.csv"
  std::string text;  // a header line, then rows that end in LF
};

// summary.csv (key, value), series.csv (chart, series, unit, time_s, value), waits.csv (one row per
// class) and timeline.csv (one row per interval).
std::vector<CsvFile> CsvReport(const Report& report);

}  // namespace tutti::sim
