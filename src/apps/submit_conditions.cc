#include "apps/submit_conditions.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tutti::apps {
namespace {

using admission::QueueMarker;
using admission::WorkloadKind;

// The keys of the markers that always count, as a list in CEL.
std::string Keys(const std::vector<QueueMarker>& markers, bool QueueMarker::*place) {
  std::vector<std::string> keys;
  for (const QueueMarker& marker : markers) {
    if (marker.*place && marker.beside.empty()) keys.push_back(absl::StrFormat("'%s'", marker.key));
  }
  return absl::StrFormat("[%s]", absl::StrJoin(keys, ", "));
}

// Of a label that counts only beside certain annotations: its value, or ''.
std::string LabelBeside(const QueueMarker& marker, const std::string& metadata) {
  std::vector<std::string> beside;
  for (const std::string_view key : marker.beside)
    beside.push_back(absl::StrFormat("'%s' in %s.?annotations.orValue({})", key, metadata));
  return absl::StrFormat("(%s ? %s.?labels[?'%s'].orValue('') : '')", absl::StrJoin(beside, " || "),
                         metadata, marker.key);
}

// What is compared, of the metadata at an expression; `$M` stands for it.
struct Compared {
  std::string keys;  // of a list whose items are `k`; empty: none
  std::string text;
};

std::vector<Compared> TextsOf(const std::vector<QueueMarker>& markers) {
  std::vector<Compared> texts = {
      {Keys(markers, &QueueMarker::annotation), "$M.?annotations[?k].orValue('')"},
      {Keys(markers, &QueueMarker::label), "$M.?labels[?k].orValue('')"}};
  for (const QueueMarker& marker : markers) {
    if (!marker.beside.empty()) texts.push_back({"", LabelBeside(marker, "$M")});
  }
  return texts;
}

std::string At(const std::string& text, const std::string& place) {
  return absl::StrReplaceAll(text, {{"$M", place}});
}

std::string Quantified(const Compared& compared, const std::string& condition) {
  if (compared.keys.empty()) return condition;
  return absl::StrFormat("%s.exists(k, %s)", compared.keys, condition);
}

// "/a/b" as ".?a.?b".
std::string Fields(std::string_view pointer) {
  std::string fields;
  for (const char c : pointer) fields += c == '/' ? std::string(".?") : std::string(1, c);
  return fields;
}

std::string Changed(const Compared& compared, const std::string& fields) {
  return Quantified(compared, absl::StrFormat("%s != (oldObject == null ? '' : %s)",
                                              At(compared.text, "object" + fields),
                                              At(compared.text, "oldObject" + fields)));
}

// Of metadata in a list or a map: that something in it names a queue, and that it is not as it was.
std::string ChangedAmongMany(const std::vector<Compared>& texts, const std::string& many,
                             const std::string& rest, bool map) {
  const std::string none = map ? ".orValue({})" : ".orValue([])";
  const std::string all = "object" + many + none;
  const std::string item = map ? all + "[i]" : "i";
  std::vector<std::string> named;
  for (const Compared& compared : texts) {
    named.push_back(
        Quantified(compared, absl::StrFormat("%s != ''", At(compared.text, item + rest))));
  }
  return absl::StrFormat("%s.exists(i, %s) && (oldObject == null || %s != oldObject%s%s)", all,
                         absl::StrJoin(named, " || "), all, many, none);
}

}  // namespace

std::string NamesAQueue(const WorkloadKind& kind, const std::vector<QueueMarker>& markers) {
  const std::vector<Compared> texts = TextsOf(markers);
  std::vector<std::string> conditions;
  for (const std::string_view pointer : kind.metadata) {
    const bool map = pointer.find("/{}") != std::string_view::npos;
    const size_t many = pointer.find(map ? "/{}" : "/[]");
    if (many != std::string_view::npos) {
      conditions.push_back(ChangedAmongMany(texts, Fields(pointer.substr(0, many)),
                                            Fields(pointer.substr(many + 3)), map));
      continue;
    }
    for (const Compared& compared : texts) conditions.push_back(Changed(compared, Fields(pointer)));
  }
  for (const std::string_view pointer : kind.texts)
    conditions.push_back(Changed({"", "$M.orValue('')"}, Fields(pointer)));
  return absl::StrFormat("(%s)", absl::StrJoin(conditions, ") || ("));
}

}  // namespace tutti::apps
