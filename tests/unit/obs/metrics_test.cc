#include "obs/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "obs/metrics_table.h"

namespace tutti::obs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

MetricsOptions Options() {
  MetricsOptions options;
  options.version = "1.2.3";
  options.commit = "abc";
  options.profiles = {"tutti", "batch"};
  options.reasons = {"WaitingForMembers", "WaitingForCapacity"};
  options.gang_phases = {"Pending", "Bound"};
  options.resources = {"pods", "nodes"};
  return options;
}

TEST(MetricsTest, WhatIsObservedIsExposedWithItsLabels) {
  Metrics metrics(Options());
  metrics.schedule_attempts.At(AttemptResult::kUnschedulable, ProfileIndex(1)).Increment(2);
  metrics.extender_request_duration.At(ExtenderVerb::kFilter, CodeOf(200))
      .Observe(std::chrono::microseconds(15));
  metrics.rejections.At(ReasonIndex(1)).Increment();
  metrics.gangs.At(GangPhaseIndex(0)).Set(4);
  metrics.extension_point_duration
      .At(ExtensionPoint::kPlacementScore, PointStatus::kPending, ProfileIndex(1))
      .Observe(1);
  metrics.api_requests.At(ApiVerb::kEvict, CodeOf(0)).Increment();
  metrics.watch_restarts.At(ResourceIndex(1), WatchRestartCause::kExpired).Increment();
  metrics.bind_parked.Add(3);
  metrics.bind_parked.Add(-1);
  metrics.planned_starts.Set(5);
  EXPECT_THAT(
      metrics.ExpositionText(),
      AllOf(
          HasSubstr("tutti_schedule_attempts_total{profile=\"batch\",result=\"unschedulable\"} 2"),
          HasSubstr("tutti_extender_request_duration_seconds_bucket{code=\"200\",verb=\"filter\","
                    "le=\"2e-05\"} 1"),
          HasSubstr("tutti_rejections_total{reason=\"WaitingForCapacity\"} 1"),
          HasSubstr("tutti_gangs{phase=\"Pending\"} 4"),
          HasSubstr("tutti_framework_extension_point_duration_seconds_count{extension_point="
                    "\"PlacementScore\",profile=\"batch\",status=\"Pending\"} 1"),
          HasSubstr("tutti_api_requests_total{code=\"none\",verb=\"evict\"} 1"),
          HasSubstr("tutti_watch_restarts_total{cause=\"expired\",resource=\"nodes\"} 1"),
          HasSubstr("tutti_bind_parked 2"), HasSubstr("tutti_planned_starts 5"),
          HasSubstr("tutti_build_info{commit=\"abc\",version=\"1.2.3\"} 1"),
          HasSubstr("tutti_leader 0")));
}

TEST(MetricsTest, UnknownLabelValuesBecomeOtherAndNeverANewSeries) {
  Metrics metrics(Options());
  for (size_t i = 2; i < 1000; ++i) metrics.rejections.At(ReasonIndex(i)).Increment();
  metrics.extender_request_duration.At(ExtenderVerb::kBind, CodeOf(418)).Observe(1);
  const std::string text = metrics.ExpositionText();
  EXPECT_THAT(text, HasSubstr("tutti_rejections_total{reason=\"other\"} 998"));
  EXPECT_THAT(text, HasSubstr("code=\"other\",verb=\"bind\""));
}

// The enumerators of metrics.h are indices into the lists of the table.
TEST(MetricsTest, TheLastEnumeratorIsTheLastValueOfItsLabel) {
  Metrics metrics(Options());
  metrics.schedule_attempts.At(AttemptResult::kError, ProfileIndex(0)).Increment();
  metrics.pending_pods.At(PendingQueue::kGated).Set(1);
  metrics.extension_point_duration
      .At(ExtensionPoint::kPlacementScore, PointStatus::kPending, ProfileIndex(0))
      .Observe(1);
  metrics.extender_request_duration.At(ExtenderVerb::kOther, HttpCode::kOther).Observe(1);
  metrics.admissions.At(AdmissionOutcome::kError).Increment();
  metrics.submit_checks.At(SubmitCheckOutcome::kIgnored).Increment();
  metrics.provisioning_outcomes.At(ProvisioningOutcome::kError).Increment(5);
  metrics.api_requests.At(ApiVerb::kOther, HttpCode::k504).Increment();
  metrics.http_requests.At(HttpDoor::kWebhook, HttpProtocol::kHttp2).Increment();
  metrics.watch_restarts.At(ResourceIndex(0), WatchRestartCause::kError).Increment();
  EXPECT_THAT(
      metrics.ExpositionText(),
      AllOf(HasSubstr("{profile=\"tutti\",result=\"error\"} 1"), HasSubstr("{queue=\"gated\"} 1"),
            HasSubstr("_count{extension_point=\"PlacementScore\",profile=\"tutti\",status="
                      "\"Pending\"} 1"),
            HasSubstr("_count{code=\"other\",verb=\"other\"} 1"),
            HasSubstr("tutti_admissions_total{outcome=\"error\"} 1"),
            HasSubstr("tutti_provisioning_outcomes_total{outcome=\"error\"} 5"),
            HasSubstr("tutti_submit_checks_total{outcome=\"ignored\"} 1"),
            HasSubstr("{code=\"504\",verb=\"other\"} 1"),
            HasSubstr("{door=\"webhook\",protocol=\"HTTP/2\"} 1"),
            HasSubstr("{cause=\"error\",resource=\"pods\"} 1")));
}

TEST(MetricsTest, EveryCodeOfTheTableIsFound) {
  const std::vector<MetricSpec> table = MetricsTable(MetricsOptions{});
  for (const MetricSpec& spec : table) {
    for (const LabelSpec& label : spec.labels) {
      if (label.name != "code") continue;
      ASSERT_EQ(label.values.size(), static_cast<size_t>(HttpCode::kOther) + 1);
      for (size_t i = 0; i + 2 < label.values.size(); ++i) {
        EXPECT_EQ(static_cast<size_t>(CodeOf(std::atoi(label.values[i].c_str()))), i);
      }
    }
  }
  EXPECT_EQ(CodeOf(0), HttpCode::kNone);
}

TEST(MetricsTest, NamesFollowThePrometheusConventions) {
  std::set<std::string_view> names;
  for (const MetricSpec& spec : MetricsTable(MetricsOptions{})) {
    SCOPED_TRACE(std::string(spec.name));
    EXPECT_TRUE(names.insert(spec.name).second) << "named twice";
    EXPECT_THAT(std::string(spec.name), MatchesRegex("tutti_[a-z_]+"));
    const bool total = spec.name.substr(spec.name.size() - 6) == "_total";
    EXPECT_EQ(total, spec.type == MetricType::kCounter);
    EXPECT_THAT(spec.help, Not(IsEmpty()));
    EXPECT_EQ(spec.buckets.empty(), spec.type != MetricType::kHistogram);
    EXPECT_TRUE(std::is_sorted(spec.buckets.begin(), spec.buckets.end()));
  }
}

TEST(MetricsTest, EveryMetricOfTheTableHasAMember) {
  Metrics metrics(Options());
  // Members with labels expose nothing before their first use; use each once.
  metrics.schedule_attempts.At({}, {}).Increment();
  metrics.pending_pods.At({}).Set(0);
  metrics.extension_point_duration.At({}, {}, {}).Observe(1);
  metrics.scheduler_cache_size.At({}).Set(1);
  metrics.extender_request_duration.At({}, {}).Observe(1);
  metrics.rejections.At({}).Increment();
  metrics.plugin_failures.At({}, {}).Increment();
  metrics.plugin_execution_duration.At({}, {}).Observe(1);
  metrics.plugin_counters.At({}).Increment();
  metrics.plugin_circuit_state.At({}).Set(0);
  metrics.decision_log_entries.At({}).Increment();
  metrics.decision_log_dropped.At({}).Increment();
  metrics.control_request_duration.At({}, {}).Observe(1);
  metrics.held.At({}).Set(1);
  metrics.run_time_ratio.At({}).Observe(1);
  metrics.gangs.At({}).Set(1);
  metrics.cache_staleness.At({}).Set(1);
  metrics.admissions.At({}).Increment();
  metrics.submit_checks.At({}).Increment();
  metrics.provisioning_outcomes.At({}).Increment();
  metrics.api_requests.At({}, {}).Increment();
  metrics.http_connections.At({}, {}).Increment();
  metrics.http_requests.At({}, {}).Increment();
  metrics.watch_restarts.At({}, {}).Increment();
  const std::string text = metrics.ExpositionText();
  for (const MetricSpec& spec : MetricsTable(Options())) {
    const std::string sample = "\n" + std::string(spec.name);
    EXPECT_TRUE(text.find(sample + "{") != text.npos || text.find(sample + " ") != text.npos ||
                text.find(sample + "_count") != text.npos)
        << spec.name;
  }
}

TEST(MetricsTest, CollectorsRunBeforeEachExposition) {
  Metrics metrics(Options());
  int runs = 0;
  metrics.AddCollector([&] { metrics.mailbox_depth.Set(++runs); });
  EXPECT_THAT(metrics.ExpositionText(), HasSubstr("tutti_mailbox_depth 1\n"));
  EXPECT_THAT(metrics.ExpositionText(), HasSubstr("tutti_mailbox_depth 2\n"));
}

// Two Prometheus servers that scrape the same process: what collectors count up is counted once.
TEST(MetricsTest, ScrapesAtTheSameTimeRunTheCollectorsOneAfterTheOther) {
  Metrics metrics(Options());
  std::atomic<uint64_t> happened = 0;
  std::atomic<int> inside = 0;
  std::atomic<int> most_inside = 0;
  metrics.AddCollector([&, before = uint64_t{0}]() mutable {
    most_inside = std::max(most_inside.load(), ++inside);
    const uint64_t now = happened;
    metrics.bind_conflicts.Increment(static_cast<double>(now - before));
    before = now;
    --inside;
  });
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          ++happened;
          EXPECT_THAT(metrics.ExpositionText(), HasSubstr("tutti_bind_conflicts_total"));
        }
      });
    }
  }
  EXPECT_EQ(most_inside, 1);
  EXPECT_EQ(metrics.bind_conflicts.value(), 200);
}

TEST(MetricsTest, ThreadsThatMakeTheSameSeriesAtOnceLoseNothing) {
  Metrics metrics(Options());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&metrics] {
        for (size_t i = 0; i < 1000; ++i) {
          metrics.api_requests.At(static_cast<ApiVerb>(i % 10), CodeOf(200)).Increment();
        }
      });
    }
    metrics.ExpositionText();
  }
  for (size_t verb = 0; verb < 10; ++verb) {
    EXPECT_EQ(metrics.api_requests.At(static_cast<ApiVerb>(verb), CodeOf(200)).value(), 400);
  }
}

// TUTTI_REGENERATE=1 writes the file instead of comparing it.
TEST(MetricsReferenceTest, TheCheckedInReferenceIsCurrent) {
  const std::string path = TUTTI_SOURCE_DIR "/docs/reference/metrics.md";
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(path) << MetricsReferenceMarkdown();
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), MetricsReferenceMarkdown()) << "run obs_test with TUTTI_REGENERATE=1";
}

}  // namespace
}  // namespace tutti::obs
