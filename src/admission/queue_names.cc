#include "admission/queue_names.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace tutti::admission {
namespace {

// The places that `step`, one of a pointer's, leads to from `place`.
void Step(const ObjectView& object, const std::string& place, std::string_view step,
          std::vector<std::string>& to) {
  if (step == "/{}") {
    for (const std::string& key : object.Keys(place)) to.push_back(place + "/" + key);
  } else if (step == "/[]") {
    for (int i = 0; object.Has(place + "/" + std::to_string(i)); ++i)
      to.push_back(place + "/" + std::to_string(i));
  } else {
    to.push_back(place + std::string(step));
  }
}

// As a step of a pointer.
std::string Escaped(std::string_view key) {
  std::string escaped;
  for (const char c : key) escaped += c == '/' ? std::string("~1") : std::string(1, c);
  return escaped;
}

std::vector<std::string> PlacesOf(const ObjectView& object, std::string_view pointer) {
  std::vector<std::string> places = {""};
  while (!pointer.empty()) {
    const std::string_view step = pointer.substr(0, pointer.find('/', 1));
    pointer.remove_prefix(step.size());
    std::vector<std::string> next;
    for (const std::string& place : places) Step(object, place, step, next);
    places = std::move(next);
  }
  return places;
}

void AddText(const ObjectView& object, const std::string& pointer, std::set<std::string>& names) {
  if (std::optional<std::string> name = object.String(pointer); name && !name->empty())
    names.insert(*std::move(name));
}

void AddMarkers(const ObjectView& object, const std::string& metadata,
                const std::vector<QueueMarker>& markers, std::set<std::string>& names) {
  const auto at = [&](std::string_view kind, std::string_view key) {
    return metadata + std::string(kind) + Escaped(key);
  };
  for (const QueueMarker& marker : markers) {
    const bool counts = marker.beside.empty() ||
                        std::any_of(marker.beside.begin(), marker.beside.end(),
                                    [&](auto key) { return object.Has(at("/annotations/", key)); });
    if (!counts) continue;
    if (marker.annotation) AddText(object, at("/annotations/", marker.key), names);
    if (marker.label) AddText(object, at("/labels/", marker.key), names);
  }
}

}  // namespace

std::set<std::string> QueuesNamedBy(const ObjectView& object, const WorkloadKind& kind,
                                    const std::vector<QueueMarker>& markers) {
  std::set<std::string> names;
  for (const std::string_view pointer : kind.metadata) {
    for (const std::string& place : PlacesOf(object, pointer))
      AddMarkers(object, place, markers, names);
  }
  for (const std::string_view pointer : kind.texts) {
    for (const std::string& place : PlacesOf(object, pointer)) AddText(object, place, names);
  }
  return names;
}

}  // namespace tutti::admission
