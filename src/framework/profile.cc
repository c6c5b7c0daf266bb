#include "framework/profile.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"
#include "framework/whole_cluster.h"

namespace tutti::framework {
namespace {

using Lines = std::vector<std::string>;

void Add(Lines& lines, std::string_view where, const PluginSpec& spec, std::string_view message) {
  lines.push_back(
      absl::StrFormat("%s%splugin %s: %s", where, where.empty() ? "" : ": ", spec.name, message));
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view nearest = base::Nearest(word, known);
  return nearest.empty() ? "" : absl::StrFormat("; did you mean \"%s\"?", nearest);
}

void RefuseUnknownName(const PluginRegistry& registry, const PluginSpec& spec, Lines& lines) {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : registry.entries()) names.push_back(name);
  Add(lines, spec.where, spec,
      absl::StrFormat("there is no such plugin%s (known: %s)", DidYouMean(spec.name, names),
                      absl::StrJoin(names, ", ", [](std::string* out, std::string_view name) {
                        out->append(name.data(), name.size());
                      })));
}

// Every key that the plugin has not asked for.
void RefuseUnknownKeys(const PluginSpec& spec, const Config& config, Lines& lines) {
  std::vector<std::string_view> known(config.known().begin(), config.known().end());
  for (const ConfigEntry& entry : config.entries()) {
    if (config.known().contains(entry.pointer)) continue;
    Add(lines, entry.where, spec,
        absl::StrFormat("unknown key %s%s", entry.pointer, DidYouMean(entry.pointer, known)));
  }
}

template <class Point>
void EnableAt(const Point* point, uint16_t number, std::vector<Profile::At<Point>>& at) {
  if (point != nullptr) at.push_back({point, number});
}

template <class Point>
void EnableAt(Point* point, uint16_t number, std::vector<Profile::StatefulAt<Point>>& at) {
  if (point != nullptr) at.push_back({point, number});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Profile>> Profile::Make(const PluginRegistry& registry,
                                                       const std::vector<PluginSpec>& specs,
                                                       HostServices& services) {
  auto profile = std::make_unique<Profile>();
  profile->services_ = &services;
  Lines lines;
  std::set<std::string> seen;
  for (const PluginSpec& spec : specs) {
    const PluginRegistry::Entry* entry = registry.Find(spec.name);
    if (entry == nullptr) {
      RefuseUnknownName(registry, spec, lines);
      continue;
    }
    if (!seen.insert(spec.name).second) {
      Add(lines, spec.where, spec, "it is enabled twice: keep one entry");
      continue;
    }
    if (spec.weight < 1 || spec.weight > PluginSpec::kMostWeight) {
      Add(lines, spec.where, spec,
          absl::StrFormat("weight %d: expected 1 to %d", spec.weight, PluginSpec::kMostWeight));
    }
    Enabled enabled{spec.name, spec.weight, spec.on_error,
                    std::make_unique<Host>(services, spec.name), nullptr};
    Config config(spec.args);
    std::string thrown;
    try {
      enabled.plugin = entry->make(config, *enabled.host);
    } catch (const std::exception& error) {
      thrown = error.what();
    } catch (...) {
      thrown = "something that is no std::exception";
    }
    for (const ConfigError& error : config.errors())
      Add(lines, error.where, spec, absl::StrFormat("%s: %s", error.pointer, error.message));
    if (!thrown.empty()) Add(lines, spec.where, spec, "its factory threw: " + thrown);
    RefuseUnknownKeys(spec, config, lines);
    if (enabled.plugin != nullptr) {
      profile->Enable(std::move(enabled));
    } else if (config.errors().empty() && thrown.empty()) {
      Add(lines, spec.where, spec, "its factory made nothing and did not say why");
    }
  }
  const auto keep_one = [&](const char* point, const auto& enabled) {
    if (enabled.size() < 2) return;
    std::vector<std::string> names;
    for (const auto& at : enabled) names.push_back(profile->plugins_[at.plugin].name);
    lines.push_back(absl::StrFormat("more than one %s plugin is enabled: %s: keep one", point,
                                    absl::StrJoin(names, ", ")));
  };
  keep_one("QueueSort", profile->queue_sorts_);
  keep_one("QueueSelect", profile->queue_selects_);
  keep_one("PlacementGenerate", profile->placement_generates_);
  if (!lines.empty()) return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
  return profile;
}

bool Profile::judges_locally() const {
  return pre_filters_.empty() && filters_.empty() && pre_scores_.empty() &&
         std::all_of(scores_.begin(), scores_.end(), [](const auto& at) {
           // What is asked about all nodes at once is dear to ask node by node.
           const bool dear = dynamic_cast<const WholeClusterScore*>(at.point) != nullptr;
           return at.point->IsNodeLocal() && !at.point->HasNormalizeScore() && !dear;
         });
}

void Profile::Enable(Enabled enabled) {
  const auto number = static_cast<uint16_t>(plugins_.size());
  const Points points = Points::Of(*enabled.plugin);
  EnableAt(points.pre_filter, number, pre_filters_);
  EnableAt(points.filter, number, filters_);
  EnableAt(points.pre_score, number, pre_scores_);
  EnableAt(points.score, number, scores_);
  EnableAt(points.pre_enqueue, number, pre_enqueues_);
  EnableAt(points.queue_sort, number, queue_sorts_);
  EnableAt(points.placement_generate, number, placement_generates_);
  EnableAt(points.placement_score, number, placement_scores_);
  EnableAt(points.device_select, number, device_selects_);
  EnableAt(points.post_filter, number, post_filters_);
  EnableAt(points.select_victims, number, select_victims_);
  EnableAt(points.reserve, number, reserves_);
  EnableAt(points.permit, number, permits_);
  EnableAt(points.pre_bind, number, pre_binds_);
  EnableAt(points.post_bind, number, post_binds_);
  EnableAt(points.cluster_event, number, cluster_events_);
  EnableAt(points.queue_select, number, queue_selects_);
  EnableAt(points.object_watch, number, object_watches_);
  EnableAt(points.state, number, states_);
  plugins_.push_back(std::move(enabled));
}

}  // namespace tutti::framework
