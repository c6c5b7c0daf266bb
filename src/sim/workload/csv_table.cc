#include "sim/workload/csv_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"
#include "base/shown.h"
#include "sim/workload/number_text.h"
#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

std::string Folded(std::string_view name) {
  std::string folded = std::string(Stripped(name));
  for (char& c : folded) {
    c = c == ' ' || c == '-' ? '_' : absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return folded;
}

std::string Missing(const CsvColumn& column, const std::vector<std::string>& header) {
  std::string text = absl::StrFormat("there is no column %s", column.names.front());
  if (column.names.size() > 1) {
    absl::StrAppendFormat(&text, " (or %s)",
                          Joined({column.names.begin() + 1, column.names.end()}, ", "));
  }
  const std::vector<std::string_view> candidates(header.begin(), header.end());
  for (std::string_view name : column.names) {
    const std::string_view nearest = base::Nearest(name, candidates);
    if (nearest.empty()) continue;
    absl::StrAppendFormat(&text, "; is %s meant to be it?", base::Shown(nearest));
    break;
  }
  return text;
}

}  // namespace

std::optional<std::vector<std::string>> SplitCsv(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back(line[++i]);
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (quoted) return std::nullopt;
  return fields;
}

absl::StatusOr<CsvColumns> CsvColumns::Resolve(std::string_view header,
                                               const std::vector<CsvColumn>& wanted,
                                               std::string_view file, int64_t row) {
  const std::optional<std::vector<std::string>> fields = SplitCsv(header);
  std::vector<std::string> problems;
  CsvColumns columns;
  std::vector<std::string> folded;
  if (!fields) problems.push_back("a quote in the header has no end");
  if (fields) {
    columns.width_ = fields->size();
    for (const std::string& field : *fields) folded.push_back(Folded(field));
  }
  for (const CsvColumn& column : wanted) {
    int at = -1;
    for (size_t name = 0; name < column.names.size() && at < 0; ++name) {
      const auto found = std::find(folded.begin(), folded.end(), column.names[name]);
      if (found == folded.end()) continue;
      at = static_cast<int>(found - folded.begin());
      if (std::find(found + 1, folded.end(), column.names[name]) != folded.end()) {
        problems.push_back(absl::StrFormat("the column %s is there twice", column.names[name]));
      }
    }
    if (at < 0 && column.required && fields) problems.push_back(Missing(column, folded));
    columns.at_.push_back(at);
    columns.name_.push_back(at < 0 ? std::string(column.names.front())
                                   : (*fields)[static_cast<size_t>(at)]);
  }
  if (problems.empty()) return columns;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s:%d: expected a header line with the names of the columns: %s", file, row,
                      absl::StrJoin(problems, "; ")));
}

CsvRow::CsvRow(const CsvColumns& columns, std::string_view line, int64_t row)
    : columns_(columns), row_(row) {
  std::optional<std::vector<std::string>> fields = SplitCsv(line);
  if (!fields) {
    error_ = RowError{row, "(all)", std::string(line), "every quote to be closed on its line"};
    return;
  }
  fields_ = *std::move(fields);
  if (fields_.size() != columns.width()) {
    error_ = RowError{row, "(all)", absl::StrFormat("%d fields", fields_.size()),
                      absl::StrFormat("%d fields, as the header has", columns.width())};
  }
}

std::string_view CsvRow::Text(size_t column) const {
  const int at = columns_.at_[column];
  if (at < 0 || static_cast<size_t>(at) >= fields_.size()) return "";
  return Stripped(fields_[static_cast<size_t>(at)]);
}

int64_t CsvRow::Whole(size_t column, int64_t min, int64_t max) {
  const std::optional<int64_t> value = ParseWhole(Text(column));
  if (value && *value >= min && *value <= max) return *value;
  Refuse(column, absl::StrFormat("a whole number from %d to %d", min, max));
  return 0;
}

int64_t CsvRow::Time(size_t column) {
  // Far beyond any log, and sums of two still fit.
  constexpr int64_t kMaxMs = INT64_MAX / 4;
  const std::optional<int64_t> value = ParseTime(Text(column));
  if (value && *value >= -kMaxMs && *value <= kMaxMs) return *value;
  Refuse(column, "seconds, or a time as 2017-10-03 07:30:00");
  return 0;
}

void CsvRow::Refuse(size_t column, std::string expected) {
  if (error_) return;
  error_ = RowError{row_, columns_.name(column), std::string(Text(column)), std::move(expected)};
}

}  // namespace tutti::sim
