// RowJobSource: what all readers of one-job-per-line files share: bad rows, order, the end.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/workload/job_source.h"
#include "sim/workload/line_reader.h"
#include "sim/workload/reorder_window.h"

namespace tutti::sim {

class RowJobSource : public JobSource {
 public:
  absl::StatusOr<std::optional<Job>> Next() final;
  const RowErrors& errors() const final { return errors_; }

  // Rows that are jobs but were left out because the options say so.
  int64_t skipped() const { return skipped_; }

 protected:
  struct NoJob {};     // a comment, an empty line
  struct Unwanted {};  // counted in skipped()
  using Row = std::variant<Job, NoJob, Unwanted, RowError>;

  // `order_column` is what the file calls the submit time.
  RowJobSource(std::unique_ptr<std::istream> in, const std::string& file, BadRows bad_rows,
               std::string order_column);

  virtual Row ParseRow(std::string_view line, int64_t row) = 0;

  LineReader& lines() { return lines_; }
  // The line that lines() stands on was read ahead and is the next row.
  void KeepLine() { line_kept_ = true; }
  void set_order_column(std::string name) { order_column_ = std::move(name); }

 private:
  absl::StatusOr<std::optional<Job>> Advance();
  absl::Status Take(Row row);

  std::unique_ptr<std::istream> in_;
  LineReader lines_;
  RowErrors errors_;
  std::string order_column_;
  ReorderWindow window_;
  absl::Status failure_;
  int64_t skipped_ = 0;
  bool line_kept_ = false;
  bool at_end_ = false;
};

}  // namespace tutti::sim
