#include "objects/json_fields.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "absl/strings/str_format.h"
#include "base/quantity.h"
#include "simdjson.h"

namespace tutti::objects {
namespace {

using model::NodeSelectorRequirement;
using simdjson::dom::element;

std::vector<NodeSelectorRequirement> Requirements(const element& term, std::string_view key) {
  using Operator = NodeSelectorRequirement::Operator;
  static constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"In", Operator::kIn},         {"NotIn", Operator::kNotIn},
      {"Exists", Operator::kExists}, {"DoesNotExist", Operator::kDoesNotExist},
      {"Gt", Operator::kGt},         {"Lt", Operator::kLt}};
  std::vector<NodeSelectorRequirement> requirements;
  ForEachItem(term, key, [&](const element& item) {
    NodeSelectorRequirement& requirement = requirements.emplace_back();
    requirement.key = Text(item, "key");
    const std::string_view op = Text(item, "operator");
    for (const auto& [name, value] : kOperators) {
      if (name == op) requirement.op = value;
    }
    ForEachItem(item, "values", [&](const element& value) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS) requirement.values.emplace_back(text);
    });
  });
  return requirements;
}

absl::StatusOr<int64_t> Quantity(const element& value, bool milli) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    return milli ? base::ParseMilliQuantity(text) : base::ParseQuantity(text);
  }
  // The API server writes strings; people and tests may write bare integers.
  int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) {
    const std::string digits = std::to_string(number);
    return milli ? base::ParseMilliQuantity(digits) : base::ParseQuantity(digits);
  }
  return absl::InvalidArgumentError("a quantity must be a string such as \"500m\" or an integer");
}

int Digits(std::string_view text, size_t position, size_t count) {
  int value = -1;
  if (text.size() < position + count) return -1;
  std::from_chars(text.data() + position, text.data() + position + count, value);
  return value;
}

}  // namespace

std::string_view Text(const element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

bool Flag(const element& object, std::string_view key) {
  bool flag = false;
  return object[key].get(flag) == simdjson::SUCCESS && flag;
}

int64_t Number(const element& object, std::string_view key) {
  int64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}

bool IsPresent(const element& object, std::string_view key) {
  element value;
  return object[key].get(value) == simdjson::SUCCESS && !value.is_null();
}

void ForEachItem(const element& object, std::string_view key,
                 const std::function<void(const element&)>& each) {
  simdjson::dom::array items;
  if (object[key].get(items) != simdjson::SUCCESS) return;
  for (const element item : items) each(item);
}

void ForEachEntry(const element& object, std::string_view key,
                  const std::function<void(std::string_view, const element&)>& each) {
  simdjson::dom::object entries;
  if (object[key].get(entries) != simdjson::SUCCESS) return;
  for (const auto entry : entries) each(entry.key, entry.value);
}

int64_t Seconds(std::string_view time) {
  const int year = Digits(time, 0, 4);
  const int month = Digits(time, 5, 2);
  const int day = Digits(time, 8, 2);
  const int hour = Digits(time, 11, 2);
  const int minute = Digits(time, 14, 2);
  const int second = Digits(time, 17, 2);
  if (std::min({year, month, day, hour, minute, second}) < 0) return 0;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return 0;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + hour * 3600 +
         minute * 60 + second;
}

ReadResources Resources(const element& object, std::string_view key, const InternResource& intern) {
  ReadResources read;
  ForEachEntry(object, key, [&](std::string_view name, const element& value) {
    const model::ResourceId id = intern(name);
    const absl::StatusOr<int64_t> amount = Quantity(value, id.valid() && IsMilli(id));
    if (!amount.ok()) {
      read.status = absl::InvalidArgumentError(
          absl::StrFormat("%s of %s: %s", key, name, amount.status().message()));
    } else if (!id.valid()) {
      read.unknown = read.unknown || *amount > 0;
    } else {
      read.list.Set(id, *amount);
    }
  });
  return read;
}

model::NodeSelector Selector(const element& node_selector) {
  model::NodeSelector selector;
  ForEachItem(node_selector, "nodeSelectorTerms", [&](const element& term) {
    selector.push_back({Requirements(term, "matchExpressions"), Requirements(term, "matchFields")});
  });
  return selector;
}

}  // namespace tutti::objects
