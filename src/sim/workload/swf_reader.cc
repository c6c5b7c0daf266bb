#include "sim/workload/swf_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "sim/workload/number_text.h"
#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

constexpr size_t kFields = 18;
constexpr int64_t kMaxProcessors = 10'000'000;
constexpr int64_t kMaxSeconds = 1'000'000'000'000;
constexpr size_t kMaxHeaderFields = 256;

// The fields that we read, by their place in the line.
enum Field : size_t {
  kNumber = 0,
  kSubmit = 1,
  kRun = 3,
  kAllocated = 4,
  kRequested = 7,
  kEstimate = 8,
  kUser = 11,
  kQueue = 14,
};

constexpr std::array<std::pair<Field, const char*>, 8> kRead = {
    {{kNumber, "1 (job number)"},
     {kSubmit, "2 (submit time)"},
     {kRun, "4 (run time)"},
     {kAllocated, "5 (allocated processors)"},
     {kRequested, "8 (requested processors)"},
     {kEstimate, "9 (requested time)"},
     {kUser, "12 (user)"},
     {kQueue, "15 (queue)"}}};

const char* NameOf(Field field) {
  for (const auto& [read, name] : kRead) {
    if (read == field) return name;
  }
  return "";
}

int64_t OrUnknown(std::string_view text) {
  const std::optional<int64_t> value = ParseWhole(text);
  return value && *value >= 0 ? *value : -1;
}

std::string Named(const char* what, int64_t number) {
  return number < 0 ? std::string() : absl::StrCat(what, "-", number);
}

// "; MaxProcs: 100" into `header`; other comments are none of ours.
void ReadComment(std::string_view line, SwfHeader& header) {
  line = Stripped(line.substr(line.find_first_not_of(';')));
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return;
  const std::string_view key = Stripped(line.substr(0, colon));
  const std::string_view value = Stripped(line.substr(colon + 1));
  if (header.fields.size() >= kMaxHeaderFields) return;
  if (!header.fields.emplace(std::string(key), std::string(value)).second) return;
  if (key == "MaxProcs") header.max_procs = OrUnknown(value);
  if (key == "MaxNodes") header.max_nodes = OrUnknown(value);
  if (key == "MaxJobs") header.max_jobs = OrUnknown(value);
  if (key == "UnixStartTime") header.unix_start_time = OrUnknown(value);
  if (key == "Computer") header.computer = std::string(value);
}

bool IsComment(std::string_view line) { return !line.empty() && line.front() == ';'; }

}  // namespace

SwfReader::SwfReader(std::unique_ptr<std::istream> in, const std::string& file,
                     const SwfOptions& options)
    : RowJobSource(std::move(in), file, options.bad_rows, NameOf(kSubmit)), options_(options) {}

absl::StatusOr<std::unique_ptr<SwfReader>> SwfReader::Open(std::unique_ptr<std::istream> in,
                                                           const std::string& file,
                                                           const SwfOptions& options) {
  std::unique_ptr<SwfReader> reader(new SwfReader(std::move(in), file, options));
  TUTTI_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status SwfReader::ReadHeader() {
  while (true) {
    TUTTI_ASSIGN_OR_RETURN(const bool more, lines().Next());
    if (!more) return absl::OkStatus();
    const std::string_view line = Stripped(lines().line());
    if (line.empty()) continue;
    if (!IsComment(line)) break;
    if (line.find_first_not_of(';') != std::string_view::npos) ReadComment(line, header_);
  }
  KeepLine();
  return absl::OkStatus();
}

RowJobSource::Row SwfReader::ParseRow(std::string_view line, int64_t row) {
  line = Stripped(line);
  if (line.empty() || IsComment(line)) return NoJob{};
  const std::vector<std::string_view> fields = Pieces(line, " \t");
  if (fields.size() != kFields) {
    return RowError{row, "(all)", absl::StrFormat("%d fields", fields.size()),
                    absl::StrFormat("%d fields separated by blanks", kFields)};
  }
  std::array<int64_t, kFields> value{};
  for (const auto& [field, name] : kRead) {
    const std::optional<int64_t> number = ParseWhole(fields[field]);
    if (!number || *number < -1 || *number > kMaxSeconds) {
      return RowError{row, name, std::string(fields[field]),
                      "a whole number from 0, or -1 for unknown"};
    }
    value[field] = *number;
  }
  if (value[kSubmit] < 0) return RowError{row, NameOf(kSubmit), "-1", "seconds from 0"};
  if (value[kRun] <= 0 && options_.drop_without_run) return Unwanted{};
  if (value[kRun] < 0) return RowError{row, NameOf(kRun), "-1", "seconds from 0"};

  const bool requested = options_.processors == SwfOptions::Processors::kRequested;
  const Field first = requested ? kRequested : kAllocated;
  const int64_t processors =
      value[first] > 0 ? value[first] : value[requested ? kAllocated : kRequested];
  if (processors <= 0 || processors > kMaxProcessors) {
    return RowError{row, NameOf(first), std::string(fields[first]),
                    absl::StrFormat("1 to %d processors here or in field %d", kMaxProcessors,
                                    (requested ? kAllocated : kRequested) + 1)};
  }
  Job job;
  job.name = absl::StrCat("job-", value[kNumber]);
  job.user = Named("user", value[kUser]);
  job.queue = Named("queue", value[kQueue]);
  job.submit_ms = value[kSubmit] * 1000;
  int64_t run = value[kRun];
  if (value[kEstimate] > 0) {
    job.estimate_ms = value[kEstimate] * 1000;
    if (options_.cap_run_at_estimate) run = std::min(run, value[kEstimate]);
  }
  job.run_ms = run * 1000;
  Role role;
  role.count = processors;
  role.requests = {{"cpu", options_.milli_cpu_per_processor}};
  job.roles.push_back(std::move(role));
  return job;
}

}  // namespace tutti::sim
