// Workload files: any bytes give jobs in order or errors that name a row. The first byte chooses
// the reader: s (SWF), o (openb pods), f (the same in file order), n (openb nodes), p (Philly), and
// anything else a scenario.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "sim/workload/openb_reader.h"
#include "sim/workload/philly_reader.h"
#include "sim/workload/scenario_reader.h"
#include "sim/workload/scenario_source.h"
#include "sim/workload/swf_reader.h"

namespace {

using tutti::sim::BadRows;
using tutti::sim::Job;

constexpr int kMaxJobs = 2000;  // a scenario may promise millions

void Require(bool holds) {
  if (!holds) std::abort();
}

void Drain(tutti::sim::JobSource& source) {
  int64_t last = INT64_MIN;
  for (int i = 0; i < kMaxJobs; ++i) {
    const absl::StatusOr<std::optional<Job>> job = source.Next();
    if (!job.ok()) Require(!source.Next().ok());
    if (!job.ok() || !job->has_value()) break;
    Require((*job)->submit_ms >= last);
    Require((*job)->run_ms >= -1 && !(*job)->roles.empty());
    for (const tutti::sim::Role& role : (*job)->roles) {
      Require(role.count >= 1 && role.gpus >= 0);
      Require(role.gpus == 0 ? role.gpu_milli == 0 : role.gpu_milli >= 1 && role.gpu_milli <= 1000);
      for (const auto& [name, amount] : role.requests) Require(!name.empty() && amount >= 0);
    }
    last = (*job)->submit_ms;
  }
  Require(source.errors().first().size() <= tutti::sim::RowErrors::kKept);
  for (const std::string& message : source.errors().Messages()) {
    Require(message.find('\n') == std::string::npos);
  }
}

template <class Reader, class Options>
void Read(const std::string& text, const Options& options) {
  auto reader = Reader::Open(std::make_unique<std::istringstream>(text), "fuzz", options);
  if (reader.ok()) Drain(**reader);
}

void ReadNodes(const std::string& text) {
  std::istringstream in(text);
  tutti::sim::RowErrors errors("fuzz", BadRows::kDrop);
  (void)tutti::sim::ReadOpenbNodes(in, errors);
}

void ReadScenario(std::string_view text) {
  tutti::sim::LoadedScenario loaded = tutti::sim::LoadScenario(text, "fuzz");
  for (const tutti::base::Problem& problem : loaded.errors) {
    Require(problem.line >= 1 && problem.column >= 1 && !problem.text.empty());
  }
  if (!loaded.ok()) return;
  tutti::sim::ScenarioSource source(std::move(loaded.scenario.jobs));
  Drain(source);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) return 0;
  const std::string rest = text.substr(1);
  tutti::sim::OpenbOptions in_file_order;
  in_file_order.arrivals = tutti::sim::OpenbOptions::Arrivals::kFileOrder;
  switch (text.front()) {
    case 's':
      Read<tutti::sim::SwfReader>(rest, tutti::sim::SwfOptions{});
      break;
    case 'o':
      Read<tutti::sim::OpenbReader>(rest, tutti::sim::OpenbOptions{});
      break;
    case 'f':
      Read<tutti::sim::OpenbReader>(rest, in_file_order);
      break;
    case 'n':
      ReadNodes(rest);
      break;
    case 'p':
      Read<tutti::sim::PhillyReader>(rest, tutti::sim::PhillyOptions{});
      break;
    default:
      ReadScenario(text);
  }
  return 0;
}
