#include "objects/marker_reader.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/shown.h"

namespace tutti::objects {
namespace {

using model::GangMarker;
using model::GangMarkers;

constexpr size_t kMostOfAValue = 64;
constexpr size_t kMostOfANote = 200;
// Longer values are told apart by their hash.
constexpr size_t kMostOfAKey = 256;
constexpr std::string_view kSchedulingGroup = "/spec/schedulingGroup/podGroupName";

// "spec.minMember", of "/spec/minMember".
std::string FieldName(std::string_view pointer) {
  std::string name;
  for (size_t i = 1; i < pointer.size(); ++i) {
    const bool escaped = pointer[i] == '~' && i + 1 < pointer.size();
    if (escaped) {
      name.push_back(pointer[++i] == '1' ? '/' : '~');
    } else {
      name.push_back(pointer[i] == '/' ? '.' : pointer[i]);
    }
  }
  return name;
}

std::string Escaped(std::string_view key) {
  std::string escaped;
  for (const char c : key) escaped.append(c == '/' ? "~1" : c == '~' ? "~0" : std::string(1, c));
  return escaped;
}

std::string NameOf(const MarkerRule& rule) {
  switch (rule.place) {
    case MarkerPlace::kAnnotation:
      return absl::StrFormat("annotation %s", rule.key);
    case MarkerPlace::kLabel:
      return absl::StrFormat("label %s", rule.key);
    case MarkerPlace::kField:
      break;
  }
  return FieldName(rule.key);
}

std::string RolesText(const std::vector<RoleMinimum>& roles) {
  std::string text;
  for (const RoleMinimum& role : roles)
    absl::StrAppendFormat(&text, "%s%s %d", text.empty() ? "" : ", ", role.role, role.min_member);
  return base::Shown(text, kMostOfAValue);
}

// The same time is always the same text.
std::string TimeText(std::string_view text) {
  const std::optional<base::Duration> duration = base::ParseDuration(text);
  return duration ? base::FormatDuration(*duration) : base::Shown(text, kMostOfAValue);
}

// What the dialect itself has made of its markers of size and time.
std::string ReadingOf(MarkerMeaning meaning, const GangSpec& spec) {
  if (meaning == MarkerMeaning::kMinMember) return std::to_string(spec.min_member);
  if (meaning == MarkerMeaning::kRole) return RolesText(spec.roles);
  return spec.wait_timeout.count() > 0 ? base::FormatDuration(spec.wait_timeout) : std::string();
}

bool IsOfSpec(MarkerMeaning meaning) {
  return meaning == MarkerMeaning::kMinMember || meaning == MarkerMeaning::kWaitTimeout;
}

bool Carries(const PodView& pod, std::string_view marker) {
  const size_t equal = marker.find('=');
  const std::string_view key = marker.substr(0, equal);
  const std::string_view annotation = pod.Annotation(key);
  const std::string_view value = annotation.empty() ? pod.Label(key) : annotation;
  return equal == std::string_view::npos ? !value.empty() : value == marker.substr(equal + 1);
}

// The markers of one dialect on one pod or object, one after the other.
class DialectMarkers {
 public:
  DialectMarkers(std::string_view dialect, bool taken, GangMarkers& out)
      : dialect_(dialect), taken_(taken), out_(out) {}

  // `counts`: by the conditions of the rule.
  // Null: there are too many already.
  GangMarker* Add(const MarkerRule& rule, std::string name, std::string_view value,
                  std::string reading, bool counts) {
    if (out_.size() == model::kMostGangMarkers) return nullptr;
    GangMarker& marker = out_.emplace_back();
    marker.dialect = dialect_;
    marker.name = std::move(name);
    marker.value = base::Shown(value, kMostOfAValue);
    marker.meaning = rule.meaning;
    marker.reading = std::move(reading);
    marker.note = rule.note;
    if (rule.meaning == MarkerMeaning::kNothing) return &marker;
    marker.taken = taken_ && counts;
    if (!marker.taken || rule.meaning == MarkerMeaning::kOther) return &marker;
    const GangMarker* first = FirstOf(rule.meaning);
    if (first != nullptr && first->reading != marker.reading) {
      marker.taken = false;
      marker.note = first->name + " goes before it";
      return &marker;
    }
    first_.push_back(out_.size() - 1);
    if (!marker.reading.empty()) marker.note.clear();
    return &marker;
  }

 private:
  const GangMarker* FirstOf(MarkerMeaning meaning) const {
    for (const size_t at : first_)
      if (out_[at].meaning == meaning) return &out_[at];
    return nullptr;
  }

  const std::string dialect_;
  const bool taken_;
  GangMarkers& out_;
  std::vector<size_t> first_;  // of each meaning
};

// The pointers that a rule stands for: itself, or with "*" every entry there.
class Pointers {
 public:
  Pointers(const ObjectView& object, std::span<const MarkerRule> rules)
      : object_(object), rules_(rules) {}

  std::vector<std::string> Of(std::string_view rule) const {
    std::vector<std::string> found;
    Expand({}, rule, found);
    return found;
  }

 private:
  void Expand(std::string at, std::string_view rest, std::vector<std::string>& found) const {
    const size_t star = rest.find("/*");
    if (star == std::string_view::npos) {
      at.append(rest);
      if (object_.Has(at)) found.push_back(std::move(at));
      return;
    }
    at.append(rest.substr(0, star));
    const std::string_view below = rest.substr(star + 2);
    for (const std::string& entry : Entries(at)) {
      if (found.size() == model::kMostGangMarkers) return;
      std::string there = at + "/" + entry;
      if (!below.empty() || !IsNamed(there)) Expand(std::move(there), below, found);
    }
  }
  std::vector<std::string> Entries(const std::string& at) const {
    std::vector<std::string> entries = object_.Keys(at);
    if (!entries.empty()) return entries;
    for (size_t i = 0; i < model::kMostGangMarkers; ++i) {
      if (!object_.Has(at + "/" + std::to_string(i))) break;
      entries.push_back(std::to_string(i));
    }
    return entries;
  }
  bool IsNamed(std::string_view pointer) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const MarkerRule& rule) {
      return rule.key.starts_with(pointer) &&
             (rule.key.size() == pointer.size() || rule.key[pointer.size()] == '/');
    });
  }

  const ObjectView& object_;
  const std::span<const MarkerRule> rules_;
};

std::string PointerOf(const MarkerRule& rule) {
  if (rule.place == MarkerPlace::kField) return std::string(rule.key);
  const char* entries = rule.place == MarkerPlace::kLabel ? "labels/" : "annotations/";
  return std::string("/metadata/") + entries + Escaped(rule.key);
}

std::string ValueAt(const ObjectView& object, const std::string& pointer) {
  if (const std::optional<std::string> text = object.String(pointer)) return *text;
  if (const std::optional<int64_t> number = object.Integer(pointer)) return std::to_string(*number);
  if (const std::optional<bool> flag = object.Boolean(pointer)) return *flag ? "true" : "false";
  return {};
}

// Where it has come to nothing because something is wrong.
void Blame(const std::string& problem, GangMarker& marker) {
  if (marker.taken && marker.reading.empty() && !problem.empty())
    marker.note = base::Shown(problem, kMostOfANote);
}

model::SharedGangMarkers Shared(GangMarkers markers) {
  if (markers.empty()) return nullptr;
  return std::make_shared<const GangMarkers>(std::move(markers));
}

}  // namespace

MarkerReader::MarkerReader(const std::vector<const GangGrouping*>& groupings)
    : groupings_(groupings) {
  for (size_t g = 0; g < groupings.size(); ++g) {
    const std::span<const MarkerRule> rules = groupings[g]->PodMarkers();
    for (size_t r = 0; r < rules.size(); ++r) {
      const Known known{static_cast<uint16_t>(g), static_cast<uint16_t>(r)};
      if (rules[r].place == MarkerPlace::kAnnotation) annotations_[rules[r].key].push_back(known);
      if (rules[r].place == MarkerPlace::kLabel) labels_[rules[r].key].push_back(known);
      if (rules[r].key == kSchedulingGroup) scheduling_group_.push_back(known);
    }
  }
}

void MarkerReader::AddToKey(std::string_view text) {
  key_.append(std::to_string(text.size())).push_back(':');
  if (text.size() <= kMostOfAKey) {
    key_.append(text);
  } else {
    key_.append(std::to_string(absl::HashOf(text)));
  }
}

void MarkerReader::Look(const Index& index, std::string_view key, std::string_view value) {
  const auto known = index.find(key);
  if (known == index.end() || value.empty()) return;
  for (const Known& of : known->second) found_.push_back({of.grouping, of.rule, value});
  AddToKey(key);
  AddToKey(value);
}

void MarkerReader::Sort(const GangGrouping& winner) {
  const auto rank = [&](const Found& found) {
    return std::tuple(groupings_[found.grouping] != &winner, found.grouping, found.rule);
  };
  std::sort(found_.begin(), found_.end(),
            [&](const Found& a, const Found& b) { return rank(a) < rank(b); });
  // Several dialects read the same marker: the first of them has it.
  std::vector<Found> once;
  for (const Found& found : found_) {
    const MarkerRule& rule = groupings_[found.grouping]->PodMarkers()[found.rule];
    const bool there = std::any_of(once.begin(), once.end(), [&](const Found& other) {
      const MarkerRule& of = groupings_[other.grouping]->PodMarkers()[other.rule];
      return of.place == rule.place && of.key == rule.key;
    });
    if (!there) once.push_back(found);
  }
  found_ = std::move(once);
}

// What a marker of a pod comes to. `read`: what its dialect has made of the pod, or null.
std::string MarkerReader::Reading(const MarkerRule& rule, std::string_view value, bool counts,
                                  const GangMembership* read) {
  if (rule.meaning == MarkerMeaning::kNothing || rule.meaning == MarkerMeaning::kOther) return {};
  if (IsOfSpec(rule.meaning) && read != nullptr && counts)
    return read->spec ? ReadingOf(rule.meaning, *read->spec) : std::string();
  if (rule.meaning == MarkerMeaning::kWaitTimeout) return TimeText(value);
  return base::Shown(value, kMostOfAValue);
}

model::SharedGangMarkers MarkerReader::Make(const PodView& pod, const GangGrouping& winner,
                                            const GangMembership& membership) const {
  GangMarkers markers;
  for (size_t i = 0; i < found_.size();) {
    const uint16_t number = found_[i].grouping;
    const GangGrouping& grouping = *groupings_[number];
    const bool wins = &grouping == &winner;
    const std::optional<GangMembership> own = wins ? membership : grouping.GroupOf(pod);
    DialectMarkers dialect(grouping.name(), wins, markers);
    for (; i < found_.size() && found_[i].grouping == number; ++i) {
      const MarkerRule& rule = grouping.PodMarkers()[found_[i].rule];
      const std::string_view value = found_[i].value;
      const bool counts = (rule.unless.empty() || !Carries(pod, rule.unless)) &&
                          (rule.needs.empty() || Carries(pod, rule.needs));
      GangMarker* marker = dialect.Add(rule, NameOf(rule), value,
                                       Reading(rule, value, counts, own ? &*own : nullptr), counts);
      if (marker == nullptr) return Shared(std::move(markers));
      if (!wins && marker->meaning != MarkerMeaning::kNothing)
        marker->note = absl::StrFormat("the gang is one of dialect %s", winner.name());
      if (wins && IsOfSpec(marker->meaning)) Blame(membership.problem, *marker);
    }
  }
  return Shared(std::move(markers));
}

model::SharedGangMarkers MarkerReader::Read(const PodView& pod, const GangGrouping& winner,
                                            const GangMembership& membership) {
  found_.clear();
  key_.clear();
  for (const auto& [key, value] : pod.annotations) Look(annotations_, key, value);
  key_.push_back('|');
  for (const auto& [key, value] : pod.labels) Look(labels_, key, value);
  if (!pod.scheduling_group.empty()) {
    for (const Known& known : scheduling_group_)
      found_.push_back({known.grouping, known.rule, pod.scheduling_group});
    AddToKey(pod.scheduling_group);
  }
  if (found_.empty()) return nullptr;
  for (const std::string_view part : {pod.namespace_name, pod.scheduler_name, winner.name(),
                                      std::string_view(membership.problem)})
    AddToKey(part);
  if (kept_.size() == kMostKept && !kept_.contains(key_)) kept_.clear();
  model::SharedGangMarkers& markers = kept_[key_];
  if (markers != nullptr) return markers;
  Sort(winner);
  markers = Make(pod, winner, membership);
  return markers;
}

model::SharedGangMarkers ReadObjectMarkers(const ObjectView& object, const GangGrouping& grouping,
                                           const GangObject& gang) {
  const std::span<const MarkerRule> rules = grouping.ObjectMarkers();
  const Pointers pointers(object, rules);
  const std::string kind = object.String("/kind").value_or("object");
  GangMarkers markers;
  DialectMarkers dialect(grouping.name(), true, markers);
  for (const MarkerRule& rule : rules) {
    const bool counts = (rule.unless.empty() || !object.Has(rule.unless)) &&
                        (rule.needs.empty() || object.Has(rule.needs));
    const bool of_spec = IsOfSpec(rule.meaning) || rule.meaning == MarkerMeaning::kRole;
    for (const std::string& pointer : pointers.Of(PointerOf(rule))) {
      const std::string value = ValueAt(object, pointer);
      std::string reading;
      if (of_spec && gang.problem.empty()) reading = ReadingOf(rule.meaning, gang.spec);
      if (rule.meaning == MarkerMeaning::kQueue || rule.meaning == MarkerMeaning::kGang)
        reading = base::Shown(value, kMostOfAValue);
      std::string name = rule.place == MarkerPlace::kField ? FieldName(pointer) : NameOf(rule);
      GangMarker* marker =
          dialect.Add(rule, kind + " " + std::move(name), value, std::move(reading), counts);
      if (marker == nullptr) return Shared(std::move(markers));
      if (of_spec) Blame(gang.problem, *marker);
    }
  }
  return Shared(std::move(markers));
}

}  // namespace tutti::objects
