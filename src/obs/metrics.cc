#include "obs/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "obs/metrics_table.h"

namespace tutti::obs {
namespace {

// The members of Metrics and the table contradict each other: a bug that every start would meet.
[[noreturn]] void Inconsistent(std::string_view name) {
  std::fprintf(stderr, "metric %.*s: metrics.cc and metrics_table.cc disagree\n",
               static_cast<int>(name.size()), name.data());
  std::abort();
}

template <class T>
T& AddChild(prometheus::Family<T>& family, const prometheus::Labels& labels,
            const MetricSpec& spec) {
  if constexpr (std::is_same_v<T, prometheus::Histogram>) {
    return family.Add(labels, spec.buckets);
  } else {
    return family.Add(labels);
  }
}

}  // namespace

class MetricsRegistry {
 public:
  explicit MetricsRegistry(const MetricsOptions& options) : specs_(MetricsTable(options)) {
    for (const MetricSpec& spec : specs_) families_.push_back(Build(spec));
  }

  size_t IndexOf(std::string_view name, MetricType type, size_t labels) const {
    for (size_t i = 0; i < specs_.size(); ++i) {
      const MetricSpec& spec = specs_[i];
      if (spec.name == name && spec.type == type && spec.labels.size() == labels) return i;
    }
    Inconsistent(name);
  }

  std::vector<size_t> Sizes(size_t family) const {
    std::vector<size_t> sizes;
    for (const LabelSpec& label : specs_[family].labels) sizes.push_back(label.values.size());
    return sizes;
  }

  // The child with the mixed-radix number `index`; the same one each time.
  void* Child(size_t family, size_t index) {
    const MetricSpec& spec = specs_[family];
    prometheus::Labels labels;
    for (size_t i = spec.labels.size(); i-- > 0;) {
      const LabelSpec& label = spec.labels[i];
      labels.emplace(std::string(label.name), label.values[index % label.values.size()]);
      index /= label.values.size();
    }
    return std::visit([&](auto* f) -> void* { return &AddChild(*f, labels, spec); },
                      families_[family]);
  }

  std::string Serialize() const {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  using AnyFamily =
      std::variant<prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*,
                   prometheus::Family<prometheus::Histogram>*>;

  AnyFamily Build(const MetricSpec& spec) {
    const std::string name(spec.name);
    const std::string help(spec.help);
    switch (spec.type) {
      case MetricType::kCounter:
        return &prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
      case MetricType::kGauge:
        return &prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
      case MetricType::kHistogram:
        return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
    }
    Inconsistent(spec.name);
  }

  const std::vector<MetricSpec> specs_;
  prometheus::Registry registry_;
  std::vector<AnyFamily> families_;
};

void Counter::Increment(double by) const { child_->Increment(by); }
double Counter::value() const { return child_->Value(); }
void Gauge::Set(double value) const { child_->Set(value); }
void Gauge::Add(double by) const { child_->Increment(by); }
double Gauge::value() const { return child_->Value(); }
void Histogram::Observe(double value) const { child_->Observe(value); }

namespace {

size_t Product(const std::vector<size_t>& sizes) {
  size_t product = 1;
  for (size_t size : sizes) product *= size;
  return product;
}

template <class Handle>
constexpr MetricType TypeOf() {
  if constexpr (std::is_same_v<Handle, Counter>) return MetricType::kCounter;
  if constexpr (std::is_same_v<Handle, Gauge>) return MetricType::kGauge;
  return MetricType::kHistogram;
}

// A metric without labels is there from the start, at 0.
template <class Handle>
Handle Single(MetricsRegistry& registry, std::string_view name) {
  return Handle(registry.Child(registry.IndexOf(name, TypeOf<Handle>(), 0), 0));
}

}  // namespace

FamilyChildren::FamilyChildren(MetricsRegistry& registry, size_t family, std::vector<size_t> sizes)
    : registry_(registry),
      family_(family),
      sizes_(std::move(sizes)),
      children_(std::make_unique<std::atomic<void*>[]>(Product(sizes_))) {}

void* FamilyChildren::Create(size_t index) const {
  // Two threads may race here; the registry gives both the same child.
  void* child = registry_.Child(family_, index);
  children_[index].store(child, std::memory_order_release);
  return child;
}

template <class Handle, class... Labels>
Family<Handle, Labels...>::Family(MetricsRegistry& registry, std::string_view name)
    : children_(registry, registry.IndexOf(name, TypeOf<Handle>(), sizeof...(Labels)),
                registry.Sizes(registry.IndexOf(name, TypeOf<Handle>(), sizeof...(Labels)))) {}

Metrics::Metrics(MetricsOptions options)
    : registry_(std::make_unique<MetricsRegistry>(options)),
      schedule_attempts(*registry_, "tutti_schedule_attempts_total"),
      pending_pods(*registry_, "tutti_pending_pods"),
      extension_point_duration(*registry_, "tutti_framework_extension_point_duration_seconds"),
      plugin_execution_duration(*registry_, "tutti_plugin_execution_duration_seconds"),
      extender_request_duration(*registry_, "tutti_extender_request_duration_seconds"),
      http_connections(*registry_, "tutti_http_connections_total"),
      http_requests(*registry_, "tutti_http_requests_total"),
      rejections(*registry_, "tutti_rejections_total"),
      plugin_failures(*registry_, "tutti_plugin_failures_total"),
      plugin_counters(*registry_, "tutti_plugin_counters_total"),
      plugin_circuit_state(*registry_, "tutti_plugin_circuit_state"),
      gangs(*registry_, "tutti_gangs"),
      scheduler_cache_size(*registry_, "tutti_scheduler_cache_size"),
      control_request_duration(*registry_, "tutti_control_request_duration_seconds"),
      run_time_ratio(*registry_, "tutti_run_time_ratio"),
      held(*registry_, "tutti_held"),
      cache_staleness(*registry_, "tutti_cache_staleness_seconds"),
      admissions(*registry_, "tutti_admissions_total"),
      submit_checks(*registry_, "tutti_submit_checks_total"),
      provisioning_outcomes(*registry_, "tutti_provisioning_outcomes_total"),
      api_requests(*registry_, "tutti_api_requests_total"),
      watch_restarts(*registry_, "tutti_watch_restarts_total"),
      decision_log_entries(*registry_, "tutti_decision_log_entries_total"),
      decision_log_dropped(*registry_, "tutti_decision_log_dropped_total"),
      gang_wait(Single<Histogram>(*registry_, "tutti_gang_wait_seconds")),
      plan_duration(Single<Histogram>(*registry_, "tutti_plan_duration_seconds")),
      bind_conflicts(Single<Counter>(*registry_, "tutti_bind_conflicts_total")),
      gang_marker_conflicts(Single<Counter>(*registry_, "tutti_gang_marker_conflicts_total")),
      filter_holds(Single<Counter>(*registry_, "tutti_filter_holds_total")),
      webhook_registrations(Single<Counter>(*registry_, "tutti_webhook_registrations_total")),
      webhook_errors(Single<Counter>(*registry_, "tutti_webhook_errors_total")),
      events_dropped(Single<Counter>(*registry_, "tutti_events_dropped_total")),
      decision_log_bytes(Single<Counter>(*registry_, "tutti_decision_log_bytes_total")),
      decision_log_errors(Single<Counter>(*registry_, "tutti_decision_log_errors_total")),
      extender_inflight(Single<Gauge>(*registry_, "tutti_extender_inflight")),
      reservations(Single<Gauge>(*registry_, "tutti_reservations")),
      bind_parked(Single<Gauge>(*registry_, "tutti_bind_parked")),
      webhook_certificate_expiry(
          Single<Gauge>(*registry_, "tutti_webhook_certificate_expiry_timestamp_seconds")),
      planned_starts(Single<Gauge>(*registry_, "tutti_planned_starts")),
      provisioning_requests(Single<Gauge>(*registry_, "tutti_provisioning_requests")),
      mailbox_depth(Single<Gauge>(*registry_, "tutti_mailbox_depth")),
      snapshot_age(Single<Gauge>(*registry_, "tutti_snapshot_age_seconds")),
      leader(Single<Gauge>(*registry_, "tutti_leader")),
      control_watchers(Single<Gauge>(*registry_, "tutti_control_watchers")) {
  const size_t build_info = registry_->IndexOf("tutti_build_info", MetricType::kGauge, 2);
  Gauge(registry_->Child(build_info, 0)).Set(1);
}

Metrics::~Metrics() = default;

std::string Metrics::ExpositionText() const {
  const std::lock_guard lock(mutex_);
  for (const auto& collect : collectors_) collect();
  return registry_->Serialize();
}

void Metrics::AddCollector(std::function<void()> collect) {
  const std::lock_guard lock(mutex_);
  collectors_.push_back(std::move(collect));
}

HttpCode CodeOf(int http_status) {
  static constexpr int kCodes[] = {200, 201, 202, 400, 401, 403, 404, 405, 408, 409,
                                   410, 413, 415, 422, 429, 431, 500, 503, 504, 0};
  static_assert(std::size(kCodes) == static_cast<size_t>(HttpCode::kOther));
  size_t i = 0;
  while (i < std::size(kCodes) && kCodes[i] != http_status) ++i;
  return static_cast<HttpCode>(i);
}

}  // namespace tutti::obs
