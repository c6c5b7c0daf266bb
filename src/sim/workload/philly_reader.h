// PhillyReader: GPU job logs as tables, one row per job, in the columns of the published reductions
// of Philly, Helios and their like; see the .cc for the names that each column goes by.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sim/workload/csv_table.h"
#include "sim/workload/row_job_source.h"

namespace tutti::sim {

struct PhillyOptions {
  int64_t gpus_per_member = 8;   // a job of 20 GPUs becomes a gang of 8, 8 and 4
  bool drop_without_run = true;  // jobs of zero length are skipped
  bool drop_without_gpu = true;  // and so are CPU-only jobs
  BadRows bad_rows = BadRows::kDrop;
};

// Needed: the submit time, the GPU count, and either the run time or start and end. Times are
// seconds or dates in UTC; submit_ms counts from the same zero. The queue is the virtual cluster.
class PhillyReader final : public RowJobSource {
 public:
  // Reads the header line. `file` names the table in messages.
  static absl::StatusOr<std::unique_ptr<PhillyReader>> Open(std::unique_ptr<std::istream> in,
                                                            const std::string& file,
                                                            const PhillyOptions& options);

 private:
  PhillyReader(std::unique_ptr<std::istream> in, const std::string& file,
               const PhillyOptions& options);

  Row ParseRow(std::string_view line, int64_t row) override;
  int64_t RunTime(CsvRow& row) const;

  const PhillyOptions options_;
  CsvColumns columns_;
};

}  // namespace tutti::sim
