#include "cli/trace/trace_workload.h"

#include <algorithm>
#include <filesystem>
#include <istream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "cli/trace/node_spec.h"
#include "sim/workload/openb_reader.h"
#include "sim/workload/philly_reader.h"
#include "sim/workload/scenario_reader.h"
#include "sim/workload/scenario_source.h"
#include "sim/workload/swf_reader.h"
#include "sim/workload/synthetic_source.h"
#include "sim/workload/workload_file.h"

namespace tutti::cli {
namespace {

// The first jobs of a source.
class FirstJobs final : public sim::JobSource {
 public:
  FirstJobs(std::unique_ptr<sim::JobSource> source, int64_t jobs)
      : source_(std::move(source)), left_(jobs) {}

  absl::StatusOr<std::optional<sim::Job>> Next() override {
    if (left_ == 0) return std::optional<sim::Job>();
    --left_;
    return source_->Next();
  }
  const sim::RowErrors& errors() const override { return source_->errors(); }

 private:
  const std::unique_ptr<sim::JobSource> source_;
  int64_t left_;
};

absl::StatusOr<std::vector<sim::SimNode>> NodesOf(const std::string& text, sim::BadRows bad_rows) {
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') return ParseNodeSpec(text);
  TUTTI_ASSIGN_OR_RETURN(const auto file, sim::OpenWorkloadFile(text, "list of nodes"));
  sim::RowErrors errors(text, bad_rows);
  return sim::ReadOpenbNodes(*file, errors);
}

WorkloadFormat FormatOf(const TraceOptions& options) {
  if (options.format) return *options.format;
  const std::string extension = std::filesystem::path(options.workload).extension();
  const bool yaml = extension == ".yaml" || extension == ".yml";
  return yaml ? WorkloadFormat::kScenario : WorkloadFormat::kSwf;
}

class Opener {
 public:
  explicit Opener(const TraceOptions& options)
      : options_(options), bad_rows_(options.strict ? sim::BadRows::kStop : sim::BadRows::kDrop) {}

  absl::StatusOr<TraceWorkload> Open() {
    opened_.name = std::filesystem::path(options_.workload).stem();
    if (!options_.nodes.empty()) {
      TUTTI_ASSIGN_OR_RETURN(opened_.nodes, NodesOf(options_.nodes, bad_rows_));
    }
    TUTTI_RETURN_IF_ERROR(OpenJobs());
    if (opened_.nodes.empty()) {
      return absl::InvalidArgumentError(
          "the workload says nothing of nodes: add --nodes, such as 100:cpu=64,gpu=8, or a list of "
          "nodes in the openb format");
    }
    if (options_.jobs > 0) {
      opened_.jobs = std::make_unique<FirstJobs>(std::move(opened_.jobs), options_.jobs);
      const bool fewer = opened_.expected_jobs == 0 || options_.jobs < opened_.expected_jobs;
      if (fewer) opened_.expected_jobs = options_.jobs;
    }
    return std::move(opened_);
  }

 private:
  absl::Status OpenJobs() {
    const WorkloadFormat format = FormatOf(options_);
    if (format == WorkloadFormat::kSynthetic) return OpenSynthetic();
    if (options_.workload.empty()) {
      return absl::InvalidArgumentError(
          "--workload is missing: only --format synthetic needs no file");
    }
    if (format == WorkloadFormat::kScenario) return OpenScenario();
    TUTTI_ASSIGN_OR_RETURN(auto file, sim::OpenWorkloadFile(options_.workload, "workload"));
    if (format == WorkloadFormat::kSwf) return OpenSwf(std::move(file));
    if (format == WorkloadFormat::kOpenb) {
      sim::OpenbOptions openb;
      openb.bad_rows = bad_rows_;
      TUTTI_ASSIGN_OR_RETURN(opened_.jobs,
                             sim::OpenbReader::Open(std::move(file), options_.workload, openb));
      return absl::OkStatus();
    }
    sim::PhillyOptions philly;
    philly.bad_rows = bad_rows_;
    TUTTI_ASSIGN_OR_RETURN(opened_.jobs,
                           sim::PhillyReader::Open(std::move(file), options_.workload, philly));
    return absl::OkStatus();
  }

  absl::Status OpenSynthetic() {
    sim::SyntheticOptions synthetic;
    synthetic.seed = options_.seed;
    if (options_.jobs > 0) synthetic.jobs = options_.jobs;
    opened_.name = "synthetic";
    opened_.expected_jobs = synthetic.jobs;
    TUTTI_ASSIGN_OR_RETURN(sim::SyntheticSource source, sim::SyntheticSource::Make(synthetic));
    opened_.jobs = std::make_unique<sim::SyntheticSource>(std::move(source));
    return absl::OkStatus();
  }

  absl::Status OpenScenario() {
    TUTTI_ASSIGN_OR_RETURN(sim::Scenario scenario, sim::LoadScenarioFile(options_.workload));
    if (!scenario.name.empty()) opened_.name = scenario.name;
    if (opened_.nodes.empty()) opened_.nodes = std::move(scenario.nodes);
    for (const sim::JobTemplate& jobs : scenario.jobs) {
      const bool at = jobs.arrivals.kind == sim::Arrivals::Kind::kAt;
      opened_.expected_jobs +=
          at ? static_cast<int64_t>(jobs.arrivals.at_ms.size()) : jobs.arrivals.count;
    }
    opened_.jobs = std::make_unique<sim::ScenarioSource>(std::move(scenario.jobs));
    return absl::OkStatus();
  }

  absl::Status OpenSwf(std::unique_ptr<std::istream> file) {
    sim::SwfOptions swf;
    swf.bad_rows = bad_rows_;
    TUTTI_ASSIGN_OR_RETURN(auto reader,
                           sim::SwfReader::Open(std::move(file), options_.workload, swf));
    const sim::SwfHeader& header = reader->header();
    opened_.expected_jobs = std::max<int64_t>(header.max_jobs, 0);
    if (opened_.nodes.empty() && header.max_procs > 0) {
      // A processor each, as the log counts them.
      TUTTI_ASSIGN_OR_RETURN(opened_.nodes, ParseNodeSpec(absl::StrCat(header.max_procs)));
    }
    opened_.jobs = std::move(reader);
    return absl::OkStatus();
  }

  const TraceOptions& options_;
  const sim::BadRows bad_rows_;
  TraceWorkload opened_;
};

}  // namespace

absl::StatusOr<TraceWorkload> OpenTraceWorkload(const TraceOptions& options) {
  return Opener(options).Open();
}

}  // namespace tutti::cli
