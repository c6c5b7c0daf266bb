// CsvColumns and CsvRow: tables with a header line. Fields may be quoted as RFC 4180 says, but a
// row is one line. Which column is which is told by its name, case ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/workload/row_errors.h"

namespace tutti::sim {

// The fields of one line; nothing where a quote does not end.
std::optional<std::vector<std::string>> SplitCsv(std::string_view line);

struct CsvColumn {
  // The first is the one that messages propose. Lower case, '_' between words: headers are compared
  // with blanks and '-' read as '_'.
  std::vector<std::string_view> names;
  bool required = true;
};

class CsvColumns {
 public:
  // Columns are then spoken of by their index in `wanted`. InvalidArgument names every required
  // column that the header lacks, and one that occurs twice.
  static absl::StatusOr<CsvColumns> Resolve(std::string_view header,
                                            const std::vector<CsvColumn>& wanted,
                                            std::string_view file, int64_t row);

  bool has(size_t column) const { return at_[column] >= 0; }
  // As the file writes it; the proposed name where it has none.
  const std::string& name(size_t column) const { return name_[column]; }
  size_t width() const { return width_; }

 private:
  friend class CsvRow;
  std::vector<int> at_;  // the field of each wanted column, -1 for none
  std::vector<std::string> name_;
  size_t width_ = 0;
};

// One row; remembers the first thing that is wrong with it.
class CsvRow {
 public:
  CsvRow(const CsvColumns& columns, std::string_view line, int64_t row);

  // Empty where the table has no such column.
  std::string_view Text(size_t column) const;
  // 0, and an error, where the field is no number or out of range.
  int64_t Whole(size_t column, int64_t min, int64_t max);
  int64_t Time(size_t column);  // milliseconds, from seconds or a date
  void Refuse(size_t column, std::string expected);

  bool ok() const { return !error_.has_value(); }
  const RowError& error() const { return *error_; }

 private:
  const CsvColumns& columns_;
  const int64_t row_;
  std::vector<std::string> fields_;
  std::optional<RowError> error_;
};

}  // namespace tutti::sim
