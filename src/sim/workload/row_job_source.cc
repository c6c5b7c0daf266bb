#include "sim/workload/row_job_source.h"

#include <utility>

#include "base/status_macros.h"

namespace tutti::sim {

RowJobSource::RowJobSource(std::unique_ptr<std::istream> in, const std::string& file,
                           BadRows bad_rows, std::string order_column)
    : in_(std::move(in)),
      lines_(*in_, file),
      errors_(file, bad_rows),
      order_column_(std::move(order_column)) {}

absl::StatusOr<std::optional<Job>> RowJobSource::Next() {
  if (!failure_.ok()) return failure_;
  absl::StatusOr<std::optional<Job>> job = Advance();
  if (!job.ok()) failure_ = job.status();
  return job;
}

absl::StatusOr<std::optional<Job>> RowJobSource::Advance() {
  while (true) {
    if (std::optional<Job> job = window_.Take(at_end_)) return job;
    if (at_end_) return std::optional<Job>();
    bool more = true;
    if (!std::exchange(line_kept_, false)) {
      TUTTI_ASSIGN_OR_RETURN(more, lines_.Next());
    }
    if (!more) {
      at_end_ = true;
      continue;
    }
    TUTTI_RETURN_IF_ERROR(Take(ParseRow(lines_.line(), lines_.number())));
  }
}

absl::Status RowJobSource::Take(Row row) {
  if (auto* job = std::get_if<Job>(&row)) {
    return window_.Put(std::move(*job), lines_.file(), lines_.number(), order_column_);
  }
  if (auto* error = std::get_if<RowError>(&row)) return errors_.Add(std::move(*error));
  if (std::holds_alternative<Unwanted>(row)) ++skipped_;
  return absl::OkStatus();
}

}  // namespace tutti::sim
