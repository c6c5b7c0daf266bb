// Readers of the openb tables (cluster-trace-gpu-v2023): a list of nodes and a list of pods.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/workload/csv_table.h"
#include "sim/workload/row_job_source.h"

namespace tutti::sim {

// Columns sn, cpu_milli, memory_mib, gpu, model. Bad rows are added to `errors`; a name that was
// there before is one.
absl::StatusOr<std::vector<SimNode>> ReadOpenbNodes(std::istream& in, RowErrors& errors);

struct OpenbOptions {
  enum class Arrivals {
    kCreationTime,  // as the table says: submitted at creation_time, and leaves
    kFileOrder,     // every `interval_ms` one, in the order of the rows, and never leaves
  };

  Arrivals arrivals = Arrivals::kCreationTime;
  int64_t interval_ms = 1000;
  BadRows bad_rows = BadRows::kDrop;
};

// Columns name, cpu_milli, memory_mib, num_gpu, gpu_milli; gpu_spec and qos where there are any;
// creation_time, deletion_time and scheduled_time only for kCreationTime. Each pod becomes a job
// with one member; its queue is its qos. It runs from scheduled_time, or from creation_time where
// it never was, to deletion_time.
class OpenbReader final : public RowJobSource {
 public:
  // Reads the header line. `file` names the table in messages.
  static absl::StatusOr<std::unique_ptr<OpenbReader>> Open(std::unique_ptr<std::istream> in,
                                                           const std::string& file,
                                                           const OpenbOptions& options);

 private:
  OpenbReader(std::unique_ptr<std::istream> in, const std::string& file,
              const OpenbOptions& options);

  Row ParseRow(std::string_view line, int64_t row) override;
  void ReadTimes(CsvRow& row, Job& job);

  const OpenbOptions options_;
  CsvColumns columns_;
  int64_t jobs_ = 0;
};

}  // namespace tutti::sim
