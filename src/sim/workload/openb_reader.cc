#include "sim/workload/openb_reader.h"

#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "sim/workload/line_reader.h"
#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr int64_t kMaxMilliCpu = 1'000'000'000;
constexpr int64_t kMaxMebibytes = 1'000'000'000;
constexpr int64_t kMaxGpus = 1024;
constexpr int64_t kWholeDevice = 1000;

enum NodeColumn : size_t { kNodeName, kNodeCpu, kNodeMemory, kNodeGpus, kNodeModel };

enum PodColumn : size_t {
  kName,
  kCpu,
  kMemory,
  kGpus,
  kGpuMilli,
  kGpuSpec,
  kQos,
  kCreated,
  kDeleted,
  kScheduled,
};

std::vector<CsvColumn> NodeColumns() {
  return {{{"sn", "name", "node"}},
          {{"cpu_milli"}},
          {{"memory_mib"}},
          {{"gpu", "num_gpu"}},
          {{"model", "gpu_model"}, false}};
}

std::vector<CsvColumn> PodColumns(OpenbOptions::Arrivals arrivals) {
  const bool times = arrivals == OpenbOptions::Arrivals::kCreationTime;
  return {{{"name"}},
          {{"cpu_milli"}},
          {{"memory_mib"}},
          {{"num_gpu"}},
          {{"gpu_milli"}},
          {{"gpu_spec"}, false},
          {{"qos"}, false},
          {{"creation_time"}, times},
          {{"deletion_time"}, times},
          {{"scheduled_time"}, false}};
}

Amounts CpuAndMemory(int64_t milli_cpu, int64_t mebibytes) {
  return {{"cpu", milli_cpu}, {"memory", mebibytes * kMebibyte}};
}

// The header line of a table; an empty file has none.
absl::StatusOr<CsvColumns> ReadHeader(LineReader& lines, const std::vector<CsvColumn>& wanted) {
  TUTTI_ASSIGN_OR_RETURN(const bool any, lines.Next());
  if (!any) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: the file is empty: expected a header line", lines.file()));
  }
  return CsvColumns::Resolve(lines.line(), wanted, lines.file(), lines.number());
}

bool IsBlank(std::string_view line) { return Stripped(line).empty(); }

std::vector<std::string> Models(std::string_view spec) {
  std::vector<std::string> models;
  for (std::string_view model : Pieces(spec, "| ")) models.emplace_back(model);
  return models;
}

}  // namespace

absl::StatusOr<std::vector<SimNode>> ReadOpenbNodes(std::istream& in, RowErrors& errors) {
  LineReader lines(in, errors.file());
  TUTTI_ASSIGN_OR_RETURN(const CsvColumns columns, ReadHeader(lines, NodeColumns()));
  std::vector<SimNode> nodes;
  std::set<std::string> names;
  while (true) {
    TUTTI_ASSIGN_OR_RETURN(const bool more, lines.Next());
    if (!more) return nodes;
    if (IsBlank(lines.line())) continue;
    CsvRow row(columns, lines.line(), lines.number());
    SimNode node;
    node.name = std::string(row.Text(kNodeName));
    const int64_t cpu = row.Whole(kNodeCpu, 0, kMaxMilliCpu);
    node.allocatable = CpuAndMemory(cpu, row.Whole(kNodeMemory, 0, kMaxMebibytes));
    node.gpus = row.Whole(kNodeGpus, 0, kMaxGpus);
    node.gpu_model = std::string(row.Text(kNodeModel));
    if (node.name.empty()) row.Refuse(kNodeName, "a name");
    if (row.ok() && !names.insert(node.name).second) {
      row.Refuse(kNodeName, "a name that no node above has");
    }
    if (row.ok()) {
      nodes.push_back(std::move(node));
    } else {
      TUTTI_RETURN_IF_ERROR(errors.Add(row.error()));
    }
  }
}

OpenbReader::OpenbReader(std::unique_ptr<std::istream> in, const std::string& file,
                         const OpenbOptions& options)
    : RowJobSource(std::move(in), file, options.bad_rows, "creation_time"), options_(options) {}

absl::StatusOr<std::unique_ptr<OpenbReader>> OpenbReader::Open(std::unique_ptr<std::istream> in,
                                                               const std::string& file,
                                                               const OpenbOptions& options) {
  std::unique_ptr<OpenbReader> reader(new OpenbReader(std::move(in), file, options));
  TUTTI_ASSIGN_OR_RETURN(reader->columns_,
                         ReadHeader(reader->lines(), PodColumns(options.arrivals)));
  return reader;
}

RowJobSource::Row OpenbReader::ParseRow(std::string_view line, int64_t number) {
  if (IsBlank(line)) return NoJob{};
  CsvRow row(columns_, line, number);
  Role role;
  const int64_t cpu = row.Whole(kCpu, 0, kMaxMilliCpu);
  role.requests = CpuAndMemory(cpu, row.Whole(kMemory, 0, kMaxMebibytes));
  role.gpus = row.Whole(kGpus, 0, kMaxGpus);
  role.gpu_milli = row.Whole(kGpuMilli, 0, kWholeDevice);
  if (role.gpus == 0) role.gpu_milli = 0;
  if (role.gpus == 1 && role.gpu_milli == 0) row.Refuse(kGpuMilli, "1 to 1000 with num_gpu 1");
  if (role.gpus > 1 && role.gpu_milli != kWholeDevice) {
    row.Refuse(kGpuMilli, "1000, as only a pod with one GPU may share it");
  }
  if (role.gpus > 0) role.gpu_models = Models(row.Text(kGpuSpec));
  Job job;
  job.name = std::string(row.Text(kName));
  if (job.name.empty()) row.Refuse(kName, "a name");
  job.queue = std::string(row.Text(kQos));
  ReadTimes(row, job);
  if (!row.ok()) return row.error();
  job.roles.push_back(std::move(role));
  ++jobs_;
  return job;
}

void OpenbReader::ReadTimes(CsvRow& row, Job& job) {
  if (options_.arrivals == OpenbOptions::Arrivals::kFileOrder) {
    job.submit_ms = jobs_ * options_.interval_ms;
    return;
  }
  job.submit_ms = row.Time(kCreated);
  const int64_t start = row.Text(kScheduled).empty() ? job.submit_ms : row.Time(kScheduled);
  const int64_t end = row.Time(kDeleted);
  if (row.ok() && start < job.submit_ms) row.Refuse(kScheduled, "no time before creation_time");
  if (row.ok() && end < start) row.Refuse(kDeleted, "no time before the pod started");
  job.run_ms = end - start;
}

}  // namespace tutti::sim
