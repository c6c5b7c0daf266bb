#include "importer/object_fields.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "base/quantity.h"
#include "base/shown.h"
#include "base/yaml_value.h"
#include "importer/amount.h"
#include "importer/source_object.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

constexpr char kAmount[] = "an amount from 0, such as 16, 500m or 1.5Gi";

}  // namespace

ObjectFields::ObjectFields(const YamlTree* map, std::string path, ObjectReport& report)
    : map_(map), path_(std::move(path)), report_(report) {
  if (map_ == nullptr) return;
  if (map_->kind != YamlTree::Kind::kMap) {
    report_.Add(Verdict::kConflict, path_,
                absl::StrFormat("expected a map, got %s", base::Describe(*map_)));
    map_ = nullptr;
    return;
  }
  read_.resize(map_->keys.size());
  std::set<std::string_view> seen;
  for (const YamlTree& key : map_->keys) {
    if (!seen.insert(key.text).second)
      report_.Add(Verdict::kConflict, PathOf(key.text), "stands there twice", "remove one of them");
  }
}

std::string ObjectFields::PathOf(std::string_view key) const {
  const std::string shown = base::Shown(key);
  return path_.empty() ? shown : path_ + "." + shown;
}

const YamlTree* ObjectFields::Find(std::string_view key) {
  if (map_ == nullptr) return nullptr;
  for (size_t i = 0; i < read_.size(); ++i) {
    if (map_->keys[i].text == key) read_[i] = true;
  }
  return FindKey(*map_, key);
}

const YamlTree* ObjectFields::Understand(std::string_view key) {
  const YamlTree* value = Find(key);
  if (value != nullptr) report_.Add(Verdict::kUnderstood, PathOf(key), "");
  return value;
}

const YamlTree* ObjectFields::Take(std::string_view key) { return Find(key); }

bool ObjectFields::Has(std::string_view key) const {
  return map_ != nullptr && FindKey(*map_, key) != nullptr;
}

std::vector<std::string> ObjectFields::Keys() const {
  std::vector<std::string> keys;
  if (map_ == nullptr) return keys;
  for (const YamlTree& key : map_->keys) keys.push_back(key.text);
  return keys;
}

void ObjectFields::Expect(std::string_view key, const YamlTree& got, std::string_view expected) {
  report_.Add(Verdict::kConflict, PathOf(key),
              absl::StrFormat("expected %s, got %s", expected, base::Describe(got)));
}

ObjectFields ObjectFields::Map(std::string_view key) { return {Find(key), PathOf(key), report_}; }

std::string ObjectFields::Text(std::string_view key) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return {};
  if (base::IsScalar(*value)) return value->text;
  Expect(key, *value, "a text");
  return {};
}

std::string ObjectFields::Choice(std::string_view key, std::initializer_list<const char*> of) {
  std::string text = Text(key);
  if (text.empty() || std::find(of.begin(), of.end(), text) != of.end()) return text;
  Expect(key, *Find(key), "one of " + absl::StrJoin(of, ", "));
  return {};
}

std::optional<int64_t> ObjectFields::Whole(std::string_view key, int64_t min, int64_t max) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return std::nullopt;
  int64_t number = 0;
  if (base::IsScalar(*value) &&
      base::ParseInteger(value->text, number) == base::IntegerForm::kDecimal && number >= min &&
      number <= max) {
    return number;
  }
  Expect(key, *value, absl::StrFormat("a whole number from %d to %d", min, max));
  return std::nullopt;
}

std::optional<bool> ObjectFields::Boolean(std::string_view key) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == YamlTree::Kind::kPlain && (value->text == "true" || value->text == "false"))
    return value->text == "true";
  Expect(key, *value, "true or false");
  return std::nullopt;
}

std::optional<base::Duration> ObjectFields::Duration(std::string_view key) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return std::nullopt;
  if (base::IsScalar(*value)) {
    if (const auto duration = base::ParseDuration(value->text)) return duration;
  }
  Expect(key, *value, "a duration such as 90s, 10m or 1h30m");
  return std::nullopt;
}

std::vector<std::string> ObjectFields::Texts(std::string_view key) {
  std::vector<std::string> texts;
  const YamlTree* value = Understand(key);
  if (value == nullptr) return texts;
  if (value->kind != YamlTree::Kind::kSequence) {
    Expect(key, *value, "a list of texts");
    return texts;
  }
  for (const YamlTree& item : value->items) {
    if (base::IsScalar(item)) {
      texts.push_back(item.text);
    } else {
      Expect(key, item, "a text in each item");
    }
  }
  return texts;
}

void ObjectFields::Each(std::string_view key, const std::function<void(ObjectFields)>& read) {
  const YamlTree* value = Find(key);
  if (value == nullptr) return;
  if (value->kind != YamlTree::Kind::kSequence) return Expect(key, *value, "a list");
  for (size_t i = 0; i < value->items.size(); ++i) {
    const std::string path = absl::StrFormat("%s[%d]", PathOf(key), i);
    read(ObjectFields(&value->items[i], path, report_));
  }
}

std::optional<int64_t> ObjectFields::Quantity(std::string_view key, std::string_view resource,
                                              int exponent) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return std::nullopt;
  if (!base::IsScalar(*value)) {
    Expect(key, *value, kAmount);
    return std::nullopt;
  }
  const absl::StatusOr<ParsedAmount> amount = ParseAmount(resource, value->text, exponent);
  if (!amount.ok()) {
    Expect(key, *value,
           absl::IsOutOfRange(amount.status()) ? "an amount that fits 64 bits" : kAmount);
    return std::nullopt;
  }
  if (amount->rounded) {
    Changed(key,
            absl::StrFormat("%s is no whole amount of %s: it is %s here", base::Shown(value->text),
                            base::Shown(resource), AmountText(resource, amount->value)));
  }
  return amount->value;
}

Amounts ObjectFields::Quantities(std::string_view key,
                                 const std::function<std::string(const std::string&)>& renamed) {
  Amounts amounts;
  ObjectFields map = Map(key);
  for (const std::string& resource : map.Keys()) {
    const std::string name = renamed ? renamed(resource) : resource;
    const std::optional<int64_t> amount = map.Quantity(resource, name);
    if (amount) amounts[name] = *amount;
  }
  return amounts;
}

std::optional<int64_t> ObjectFields::Thousandths(std::string_view key) {
  const YamlTree* value = Understand(key);
  if (value == nullptr) return std::nullopt;
  if (base::IsScalar(*value)) {
    const absl::StatusOr<int64_t> milli = base::ParseMilliQuantity(value->text);
    if (milli.ok() && *milli >= 0) return *milli;
  }
  Expect(key, *value, "a number from 0");
  return std::nullopt;
}

void ObjectFields::Changed(std::string_view key, std::string text, std::string remedy) {
  Find(key);
  report_.Add(Verdict::kChanged, PathOf(key), std::move(text), std::move(remedy));
}

void ObjectFields::Conflict(std::string_view key, std::string text, std::string remedy) {
  Find(key);
  report_.Add(Verdict::kConflict, PathOf(key), std::move(text), std::move(remedy));
}

void ObjectFields::Ignore(std::string_view key, const std::string& why, std::string remedy) {
  const YamlTree* value = Find(key);
  if (value == nullptr) return;
  const std::string text =
      base::IsScalar(*value) ? absl::StrFormat("%s: %s", base::Shown(value->text), why) : why;
  report_.Add(Verdict::kIgnored, PathOf(key), text, std::move(remedy));
}

void ObjectFields::Drop(std::string_view key) { Find(key); }

void ObjectFields::IgnoreRest(const std::string& why) {
  for (size_t i = 0; i < read_.size(); ++i) {
    if (read_[i] || map_->items[i].kind == YamlTree::Kind::kNull) continue;
    report_.Add(Verdict::kIgnored, PathOf(map_->keys[i].text), why);
  }
}

}  // namespace tutti::importer
