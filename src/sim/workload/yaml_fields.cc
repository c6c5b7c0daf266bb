#include "sim/workload/yaml_fields.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/nearest.h"
#include "base/quantity.h"
#include "base/shown.h"
#include "base/yaml_value.h"
#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

using base::YamlTree;

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr size_t kMaxName = 50;  // a number and Kubernetes' 63 still fit behind it

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kMaxName || text.front() == '-' || text.back() == '-') {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

std::string UnknownKey(std::string_view key, const std::vector<std::string_view>& keys) {
  const std::string_view nearest = base::Nearest(key, keys);
  if (!nearest.empty()) return absl::StrFormat("unknown key (did you mean %s?)", nearest);
  return absl::StrFormat("unknown key: expected one of %s", Joined(keys, ", "));
}

// What YAML readers agree to be a text.
bool IsText(const YamlTree& at) {
  return base::IsScalar(at) &&
         (at.kind == YamlTree::Kind::kQuoted || !base::LooksLikeAnotherType(at.text));
}

// A GPU resource in a list of amounts is a mistake that hides GPUs from the simulation.
bool IsGpu(std::string_view resource) {
  return resource == "gpu" || resource == "gpus" ||
         (resource.size() > 4 && resource.substr(resource.size() - 4) == "/gpu");
}

}  // namespace

void Problems::Add(const YamlTree& at, std::string path, std::string text) {
  if (full()) return;
  all_.push_back({file_, at.line, at.column, std::move(path), std::move(text)});
}

void Problems::Expect(const YamlTree& at, std::string path, std::string_view expectation) {
  Add(at, std::move(path), absl::StrFormat("expected %s, got %s", expectation, base::Describe(at)));
}

std::vector<base::Problem> Problems::TakeInFileOrder() {
  std::stable_sort(all_.begin(), all_.end(), [](const base::Problem& a, const base::Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(all_);
}

YamlFields::YamlFields(const YamlTree& map, std::string path,
                       std::initializer_list<std::string_view> keys, Problems& problems)
    : map_(map), path_(std::move(path)), problems_(problems) {
  const std::vector<std::string_view> known(keys);
  if (map.kind != YamlTree::Kind::kMap) {
    problems.Expect(map, path_, absl::StrFormat("a map with the keys %s", Joined(known, ", ")));
    return;
  }
  std::map<std::string_view, int> lines;
  for (const YamlTree& key : map.keys) {
    if (!base::IsScalar(key)) {
      problems.Expect(key, path_, "a key");
      continue;
    }
    const auto [first, fresh] = lines.emplace(key.text, key.line);
    const std::string key_path = PathOf(base::Shown(key.text));
    if (!fresh) {
      problems.Add(key, key_path,
                   absl::StrFormat("key given twice, first on line %d: remove one", first->second));
    } else if (std::find(known.begin(), known.end(), key.text) == known.end()) {
      problems.Add(key, key_path, UnknownKey(key.text, known));
    }
  }
}

std::string YamlFields::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : absl::StrFormat("%s.%s", path_, key);
}

const YamlTree* YamlFields::Find(std::string_view key) const {
  if (map_.kind != YamlTree::Kind::kMap) return nullptr;
  for (size_t i = 0; i < map_.keys.size() && i < map_.items.size(); ++i) {
    if (!base::IsScalar(map_.keys[i]) || map_.keys[i].text != key) continue;
    return map_.items[i].kind == YamlTree::Kind::kNull ? nullptr : &map_.items[i];
  }
  return nullptr;
}

const YamlTree* YamlFields::Require(std::string_view key, std::string_view example) {
  const YamlTree* found = Find(key);
  if (found == nullptr && map_.kind == YamlTree::Kind::kMap) {
    problems_.Add(map_, PathOf(key), absl::StrFormat("missing: add %s: %s", key, example));
  }
  return found;
}

void YamlFields::Whole(std::string_view key, int64_t min, int64_t max, int64_t& value) {
  const YamlTree* at = Find(key);
  if (at == nullptr) return;
  int64_t number = 0;
  const bool decimal = at->kind == YamlTree::Kind::kPlain &&
                       base::ParseInteger(at->text, number) == base::IntegerForm::kDecimal;
  if (!decimal || number < min || number > max) {
    return problems_.Expect(*at, PathOf(key),
                            absl::StrFormat("a whole number from %d to %d", min, max));
  }
  value = number;
}

bool ReadMillis(const YamlTree& at, const std::string& path, int64_t min, int64_t& value,
                Problems& problems) {
  const std::optional<base::Duration> duration =
      base::IsScalar(at) ? base::ParseDuration(at.text) : std::nullopt;
  const bool whole = duration && duration->count() % kNanosPerMilli == 0;
  if (!whole || duration->count() / kNanosPerMilli < min) {
    problems.Expect(at, path,
                    min > 0 ? "a duration of 1ms or more, such as 500ms, 10s or 1h30m"
                            : "a duration such as 0s, 500ms, 10s or 1h30m");
    return false;
  }
  value = duration->count() / kNanosPerMilli;
  return true;
}

void YamlFields::Millis(std::string_view key, int64_t min, int64_t& value) {
  if (const YamlTree* at = Find(key)) ReadMillis(*at, PathOf(key), min, value, problems_);
}

void YamlFields::Text(std::string_view key, std::string& value) {
  const YamlTree* at = Find(key);
  if (at == nullptr) return;
  if (!IsText(*at)) return problems_.Expect(*at, PathOf(key), "a text (quote it)");
  value = at->text;
}

void YamlFields::Name(std::string_view key, std::string& value) {
  const YamlTree* at = Require(key, "a-name");
  if (at == nullptr) return;
  if (!IsText(*at) || !IsName(at->text)) {
    return problems_.Expect(*at, PathOf(key),
                            absl::StrFormat("a name of at most %d characters out of a-z, 0-9 and "
                                            "'-', with no '-' at an end",
                                            kMaxName));
  }
  value = at->text;
}

const std::vector<YamlTree>* YamlFields::List(std::string_view key) {
  const YamlTree* at = Find(key);
  if (at == nullptr) return nullptr;
  if (at->kind == YamlTree::Kind::kSequence) return &at->items;
  problems_.Expect(*at, PathOf(key), "a list");
  return nullptr;
}

void YamlFields::Texts(std::string_view key, std::vector<std::string>& values) {
  Each(key, [&](const YamlTree& item, const std::string& path) {
    if (!IsText(item) || item.text.empty()) return problems_.Expect(item, path, "a text");
    if (std::find(values.begin(), values.end(), item.text) != values.end()) {
      return problems_.Add(item, path, absl::StrCat(base::Shown(item.text), " is given twice"));
    }
    values.push_back(item.text);
  });
}

void YamlFields::Pairs(std::string_view key,
                       std::vector<std::pair<std::string, std::string>>& pairs) {
  const YamlTree* at = Find(key);
  if (at == nullptr) return;
  if (at->kind != YamlTree::Kind::kMap) {
    return problems_.Expect(*at, PathOf(key), "a map of labels");
  }
  for (size_t i = 0; i < at->items.size(); ++i) {
    const YamlTree& name = at->keys[i];
    const std::string path = absl::StrCat(PathOf(key), ".", base::Shown(name.text));
    if (!base::IsScalar(name) || name.text.empty()) {
      problems_.Expect(name, path, "the key of a label");
    } else if (!IsText(at->items[i])) {
      problems_.Expect(at->items[i], path, "a text (quote it)");
    } else if (std::any_of(pairs.begin(), pairs.end(),
                           [&](const auto& pair) { return pair.first == name.text; })) {
      problems_.Add(name, path, "given twice: remove one");
    } else {
      pairs.emplace_back(name.text, at->items[i].text);
    }
  }
}

void YamlFields::Amounts(std::string_view key,
                         std::vector<std::pair<std::string, int64_t>>& amounts) {
  const YamlTree* at = Find(key);
  if (at == nullptr) return;
  if (at->kind != YamlTree::Kind::kMap) {
    return problems_.Expect(*at, PathOf(key), "a map such as {cpu: 4, memory: 16Gi}");
  }
  for (size_t i = 0; i < at->items.size(); ++i) {
    const YamlTree& name = at->keys[i];
    const YamlTree& amount = at->items[i];
    const std::string path = absl::StrCat(PathOf(key), ".", base::Shown(name.text));
    if (!base::IsScalar(name) || name.text.empty()) {
      problems_.Expect(name, path, "the name of a resource");
      continue;
    }
    if (IsGpu(name.text)) {
      problems_.Add(name, path, absl::StrFormat("GPUs stand beside %s: write gpus: N there", key));
      continue;
    }
    if (std::any_of(amounts.begin(), amounts.end(),
                    [&](const auto& pair) { return pair.first == name.text; })) {
      problems_.Add(name, path, "given twice: remove one");
      continue;
    }
    const absl::StatusOr<int64_t> value = !base::IsScalar(amount) ? absl::InvalidArgumentError("")
                                          : name.text == "cpu"
                                              ? base::ParseMilliQuantity(amount.text)
                                              : base::ParseQuantity(amount.text);
    if (!value.ok() || *value < 0) {
      problems_.Expect(amount, path, "a quantity from 0, such as 4, 500m or 16Gi");
      continue;
    }
    amounts.emplace_back(name.text, *value);
  }
}

}  // namespace tutti::sim
