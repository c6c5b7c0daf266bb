#include "cli/trace/simulate_trace_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "sim/engine/virtual_clock.h"
#include "tests/support/temp_folder.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class NoPlugins final : public TracePlugins {
 public:
  sim::SimulationTables tables() override { return {labels_, resources_, fields_}; }
  framework::Plugins plugins() override { return {}; }

 private:
  base::Interner labels_;
  model::ResourceTable resources_;
  model::Fields fields_;
};

class SimulateTraceTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    return folder_.Write(name, text);
  }
  std::string Path(const std::string& name) { return folder_.path() + "/" + name; }
  std::string Read(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    return text.str();
  }
  absl::Status Run(std::vector<std::string> arguments) {
    CLI::App app;
    TraceOptions options;
    AddTraceOptions(app, options);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
    const TraceSurroundings surroundings{
        out_, err_, terminal_, clock_,
        [this](const std::vector<config::Plugin>& plugins,
               const base::Clock&) -> absl::StatusOr<std::unique_ptr<TracePlugins>> {
          for (const config::Plugin& plugin : plugins) plugins_.push_back(plugin.name);
          return std::make_unique<NoPlugins>();
        }};
    return SimulateTrace(options, surroundings);
  }

  testing::TempFolder folder_;
  sim::VirtualClock clock_;
  bool terminal_ = false;
  std::ostringstream out_;
  std::ostringstream err_;
  std::vector<std::string> plugins_;
};

constexpr char kLog[] =
    "; MaxProcs: 4\n"
    "1 0 0 100 4 -1 -1 4 100 -1 1 1 1 -1 -1 -1 -1 -1\n"
    "2 10 0 50 2 -1 -1 2 50 -1 1 1 1 -1 -1 -1 -1 -1\n"
    "nonsense\n";

TEST_F(SimulateTraceTest, RunsALogOnTheProcessorsThatItNames) {
  const absl::Status status = Run({"--workload", Write("small.swf", kLog)});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(out_.str(), HasSubstr("Workload         small\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Nodes            4\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Jobs             2, of these 2 placed, 0 dropped\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Rows refused     1, the first:\n"));
  EXPECT_THAT(out_.str(), HasSubstr("backfill Easy"));
  EXPECT_THAT(err_.str(), IsEmpty()) << "no progress bar without a terminal";
}

TEST_F(SimulateTraceTest, StrictStopsAtABadRow) {
  const absl::Status status = Run({"--strict", "--workload", Write("small.swf", kLog)});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("small.swf:4:"));
}

TEST_F(SimulateTraceTest, WritesItsReports) {
  const absl::Status status =
      Run({"--workload", Write("small.swf", kLog), "--report-html", Path("report.html"),
           "--report-csv", Path("csv"), "--report-json", "-"});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(out_.str(), StartsWith("{")) << "nothing else beside the document";
  EXPECT_THAT(Read("report.html"), HasSubstr("<html"));
  EXPECT_THAT(Read("csv/summary.csv"), HasSubstr("ave_bsld"));
}

TEST_F(SimulateTraceTest, TheConfigurationSaysPluginsAndBackfill) {
  const std::string config = Write("tutti.yaml",
                                   "apiVersion: tutti.dev/v1alpha1\n"
                                   "kind: TuttiConfiguration\n"
                                   "gang:\n  backfill: None\n  runTimes: Learned\n"
                                   "plugins:\n- name: NodeResourcesFit\n  weight: 3\n");
  const std::string log = Write("small.swf", kLog);
  ASSERT_TRUE(Run({"--workload", log, "--config", config}).ok());
  EXPECT_THAT(plugins_, ::testing::ElementsAre("NodeResourcesFit"));
  EXPECT_THAT(out_.str(), HasSubstr("backfill None, run times learned, NodeResourcesFit weight 3"));
  ASSERT_TRUE(Run({"--workload", log, "--config", config, "--backfill", "EasyShortestFirst",
                   "--plugins", "A,B"})
                  .ok());
  EXPECT_THAT(out_.str(),
              HasSubstr("backfill EasyShortestFirst, run times learned, A weight 1, B weight 1"));
}

TEST_F(SimulateTraceTest, TheSameSeedPrintsTheSame) {
  const std::vector<std::string> arguments = {
      "--format",     "synthetic", "--jobs",        "50",
      "--seed",       "3",         "--nodes",       "8:cpu=64,memory=512Gi,gpu=8,rack=4",
      "--lane-label", "rack",      "--report-json", "-"};
  ASSERT_TRUE(Run(arguments).ok());
  const std::string first = std::exchange(out_, std::ostringstream()).str();
  ASSERT_TRUE(Run(arguments).ok());
  EXPECT_EQ(out_.str(), first);
  EXPECT_THAT(first, HasSubstr("\"rack-1\""));
}

TEST_F(SimulateTraceTest, RunsAScenario) {
  const std::string scenario = Write("two.yaml",
                                     "apiVersion: tutti.dev/v1alpha1\n"
                                     "kind: Scenario\n"
                                     "name: two\n"
                                     "nodes:\n- {name: n, count: 2, allocatable: {cpu: 4}}\n"
                                     "jobs:\n- {name: train, run: 1m, roles: [{count: 2, requests: "
                                     "{cpu: 4}}], arrivals: {every: 1m, count: 3}}\n");
  ASSERT_TRUE(Run({"--workload", scenario}).ok());
  EXPECT_THAT(out_.str(), HasSubstr("Workload         two\n"));
  EXPECT_THAT(out_.str(), HasSubstr("3 placed"));
}

TEST_F(SimulateTraceTest, SaysWhatIsMissing) {
  EXPECT_THAT(Run({"--format", "synthetic"}).message(), HasSubstr("add --nodes"));
  EXPECT_THAT(Run({"--format", "swf"}).message(), HasSubstr("--workload is missing"));
  EXPECT_EQ(Run({"--workload", "/nowhere"}).code(), absl::StatusCode::kNotFound);
  const std::string log = Write("small.swf", kLog);
  EXPECT_THAT(Run({"--workload", log, "--report-html", "/nowhere/report.html"}).message(),
              HasSubstr("/nowhere/report.html"));
}

TEST_F(SimulateTraceTest, ATerminalGetsAProgressBar) {
  terminal_ = true;
  ASSERT_TRUE(
      Run({"--format", "synthetic", "--jobs", "400", "--nodes", "100:cpu=640,memory=5120Gi,gpu=64"})
          .ok());
  EXPECT_THAT(err_.str(), HasSubstr("placements/s"));
}

}  // namespace
}  // namespace tutti::cli
