// SwfReader: logs in the Standard Workload Format 2.2 of the Parallel Workloads Archive: header
// comments, then one job per line in 18 fields. A job of n processors becomes a gang of n members
// with one CPU each.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sim/workload/row_job_source.h"

namespace tutti::sim {

struct SwfOptions {
  enum class Processors {
    kRequested,  // field 8, and field 5 where that is unknown
    kAllocated,  // field 5, and field 8 where that is unknown
  };

  Processors processors = Processors::kRequested;
  bool drop_without_run = true;     // jobs that never ran (run time 0 or unknown) are skipped
  bool cap_run_at_estimate = true;  // run = min(run, estimate), as a machine that kills does
  int64_t milli_cpu_per_processor = 1000;
  BadRows bad_rows = BadRows::kDrop;
};

// What the header comments say; -1 and empty where they do not.
struct SwfHeader {
  int64_t max_procs = -1;
  int64_t max_nodes = -1;
  int64_t max_jobs = -1;
  int64_t unix_start_time = -1;
  std::string computer;
  std::map<std::string, std::string, std::less<>> fields;  // all of them, the first of equal keys
};

class SwfReader final : public RowJobSource {
 public:
  // Reads the header. `file` names the log in messages.
  static absl::StatusOr<std::unique_ptr<SwfReader>> Open(std::unique_ptr<std::istream> in,
                                                         const std::string& file,
                                                         const SwfOptions& options);

  const SwfHeader& header() const { return header_; }

 private:
  SwfReader(std::unique_ptr<std::istream> in, const std::string& file, const SwfOptions& options);

  Row ParseRow(std::string_view line, int64_t row) override;
  absl::Status ReadHeader();

  const SwfOptions options_;
  SwfHeader header_;
};

}  // namespace tutti::sim
