#include "sim/workload/philly_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

constexpr int64_t kMaxGpus = 1'000'000;
constexpr int64_t kWholeDevice = 1000;

enum Column : size_t { kJob, kUser, kQueue, kSubmit, kStart, kEnd, kRun, kGpus };

std::vector<CsvColumn> Columns() {
  return {{{"job_id", "jobid", "job", "id", "job_name", "jobname", "name"}, false},
          {{"user", "user_id", "userid", "username"}, false},
          {{"vc", "virtual_cluster", "queue", "partition"}, false},
          {{"submit_time", "submitted_time", "submission_time", "submit", "submitted",
            "arrival_time", "timestamp"},
           true},
          {{"start_time", "started_time", "start", "started"}, false},
          {{"end_time", "finish_time", "finished_time", "end", "finished"}, false},
          {{"duration", "run_time", "runtime", "run_seconds", "run", "duration_seconds", "run_s"},
           false},
          {{"gpu_num", "num_gpus", "num_gpu", "gpu_count", "gpus", "gpu", "used_gpus", "n_gpus"},
           true}};
}

// `count` members with `gpus` devices each.
Role Members(int64_t count, int64_t gpus) {
  Role role;
  role.count = count;
  role.gpus = gpus;
  role.gpu_milli = gpus > 0 ? kWholeDevice : 0;
  return role;
}

}  // namespace

PhillyReader::PhillyReader(std::unique_ptr<std::istream> in, const std::string& file,
                           const PhillyOptions& options)
    : RowJobSource(std::move(in), file, options.bad_rows, "submit_time"), options_(options) {}

absl::StatusOr<std::unique_ptr<PhillyReader>> PhillyReader::Open(std::unique_ptr<std::istream> in,
                                                                 const std::string& file,
                                                                 const PhillyOptions& options) {
  if (options.gpus_per_member < 1) {
    return absl::InvalidArgumentError(absl::StrFormat("%s: %d GPUs per member: expected at least 1",
                                                      file, options.gpus_per_member));
  }
  std::unique_ptr<PhillyReader> reader(new PhillyReader(std::move(in), file, options));
  LineReader& lines = reader->lines();
  TUTTI_ASSIGN_OR_RETURN(const bool any, lines.Next());
  if (!any) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: the file is empty: expected a header line", file));
  }
  TUTTI_ASSIGN_OR_RETURN(reader->columns_,
                         CsvColumns::Resolve(lines.line(), Columns(), file, lines.number()));
  const CsvColumns& columns = reader->columns_;
  if (!columns.has(kRun) && !(columns.has(kStart) && columns.has(kEnd))) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s:%d: expected a column duration (or run_time, runtime, run_seconds), or the columns "
        "start_time and end_time: without them nothing says how long a job runs",
        file, lines.number()));
  }
  reader->set_order_column(columns.name(kSubmit));
  return reader;
}

RowJobSource::Row PhillyReader::ParseRow(std::string_view line, int64_t number) {
  if (Stripped(line).empty()) return NoJob{};
  CsvRow row(columns_, line, number);
  Job job;
  job.name = row.Text(kJob).empty() ? absl::StrCat("job-", number) : std::string(row.Text(kJob));
  job.user = std::string(row.Text(kUser));
  job.queue = std::string(row.Text(kQueue));
  job.submit_ms = row.Time(kSubmit);
  const int64_t gpus = row.Whole(kGpus, 0, kMaxGpus);
  if (row.ok() && gpus == 0 && options_.drop_without_gpu) return Unwanted{};
  job.run_ms = RunTime(row);
  if (!row.ok()) return row.error();
  if (job.run_ms == 0 && options_.drop_without_run) return Unwanted{};
  const int64_t whole = gpus / options_.gpus_per_member;
  const int64_t rest = gpus % options_.gpus_per_member;
  if (whole > 0) job.roles.push_back(Members(whole, options_.gpus_per_member));
  if (rest > 0 || whole == 0) job.roles.push_back(Members(1, rest));
  return job;
}

int64_t PhillyReader::RunTime(CsvRow& row) const {
  const bool given = columns_.has(kRun);
  const int64_t start = given ? 0 : row.Time(kStart);
  const int64_t run = row.Time(given ? kRun : kEnd) - start;
  if (row.ok() && run < 0) {
    row.Refuse(given ? kRun : kEnd, given ? "seconds from 0" : "no time before the job started");
  }
  return run;
}

}  // namespace tutti::sim
