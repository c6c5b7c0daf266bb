#include "objects/json_fields.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "absl/strings/str_format.h"
#include "base/quantity.h"
#include "objects/pin.h"

namespace tutti::objects {
namespace {

using model::NodeSelectorRequirement;

constexpr size_t kFirstCapacity = size_t{64} << 10;
// The buffers take about 14 times this.
constexpr size_t kKeptCapacity = size_t{4} << 20;

std::vector<NodeSelectorRequirement> ReadRequirements(FieldReader& reader, const Element& term,
                                                      std::string_view key) {
  using Operator = NodeSelectorRequirement::Operator;
  static constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"In", Operator::kIn},         {"NotIn", Operator::kNotIn},
      {"Exists", Operator::kExists}, {"DoesNotExist", Operator::kDoesNotExist},
      {"Gt", Operator::kGt},         {"Lt", Operator::kLt}};
  std::vector<NodeSelectorRequirement> requirements;
  reader.Objects(term, key, [&](const Element& item) {
    NodeSelectorRequirement& requirement = requirements.emplace_back();
    requirement.key = reader.Text(item, "key");
    const std::string_view op = reader.Text(item, "operator");
    for (const auto& [name, value] : kOperators) {
      if (name == op) requirement.op = value;
    }
    reader.Texts(item, "values",
                 [&](std::string_view value) { requirement.values.emplace_back(value); });
  });
  return requirements;
}

absl::StatusOr<int64_t> ParseAmount(std::string_view text, bool milli) {
  absl::StatusOr<int64_t> amount =
      milli ? base::ParseMilliQuantity(text) : base::ParseQuantity(text);
  if (amount.status().code() == absl::StatusCode::kOutOfRange) {
    amount = text.front() == '-' ? -1 : std::numeric_limits<int64_t>::max();
  }
  return amount;
}

absl::StatusOr<int64_t> AmountOf(const Element& value, bool milli) {
  if (std::string_view text; value.get(text) == simdjson::SUCCESS) return ParseAmount(text, milli);
  // The API server writes strings; people and tests may write bare integers.
  if (int64_t number = 0; value.get(number) == simdjson::SUCCESS)
    return ParseAmount(std::to_string(number), milli);
  return absl::InvalidArgumentError("expected a quantity such as \"500m\"");
}

// -1 where these are not digits throughout.
int Digits(std::string_view text, size_t position, size_t count) {
  if (text.size() < position + count) return -1;
  int value = 0;
  for (const char c : text.substr(position, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

JsonParser::JsonParser() {
  // Only fails without memory; the parser then allocates, or fails, when it is used.
  [[maybe_unused]] const auto error = parser_.allocate(kFirstCapacity, kMaxDepth);
}

absl::StatusOr<Element> JsonParser::Parse(std::string_view json, std::string_view what) {
  if (parser_.capacity() > kKeptCapacity && json.size() <= kKeptCapacity) *this = JsonParser();
  Element root;
  const auto error = parser_.parse(json.data(), json.size(), false).get(root);
  if (error == simdjson::SUCCESS && root.is_object()) return root;
  return absl::InvalidArgumentError(absl::StrFormat(
      "not %s: %s", what,
      error == simdjson::SUCCESS ? "expected a JSON object" : simdjson::error_message(error)));
}

void FieldReader::Fail(std::string_view key, std::string_view problem) {
  if (!problem_.empty()) return;
  for (const Step& step : path_) {
    if (!problem_.empty()) problem_ += '.';
    problem_ += step.key;
    if (step.index != kNoIndex) problem_ += absl::StrFormat("[%d]", step.index);
  }
  if (!problem_.empty() && !key.empty()) problem_ += '.';
  problem_ += absl::StrFormat("%s: %s", key, problem);
}

std::string_view FieldReader::Text(const Element& object, std::string_view key) {
  Element value;
  std::string_view text;
  if (Find(object, key, value) && value.get(text) != simdjson::SUCCESS)
    Fail(key, "expected a string");
  return text;
}

bool FieldReader::Flag(const Element& object, std::string_view key) {
  Element value;
  bool flag = false;
  if (Find(object, key, value) && value.get(flag) != simdjson::SUCCESS)
    Fail(key, "expected true or false");
  return flag;
}

int64_t FieldReader::Number(const Element& object, std::string_view key) {
  Element value;
  int64_t number = 0;
  if (Find(object, key, value) && value.get(number) != simdjson::SUCCESS)
    Fail(key, "expected an integer");
  return number;
}

bool FieldReader::IsPresent(const Element& object, std::string_view key) {
  Element value;
  return Find(object, key, value);
}

absl::Status ForEachListItem(const Element& list, std::string_view what,
                             absl::FunctionRef<void(const Element&)> each) {
  Element value;
  simdjson::dom::array items;
  const bool present = list["items"].get(value) == simdjson::SUCCESS;
  if (present && value.is_null()) return absl::OkStatus();
  if (!present || value.get(items) != simdjson::SUCCESS)
    return absl::InvalidArgumentError(absl::StrFormat("not %s: expected an array items", what));
  for (const Element item : items) each(item);
  return absl::OkStatus();
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

model::TaintEffect ParseTaintEffect(std::string_view name) {
  if (name == "NoSchedule") return model::TaintEffect::kNoSchedule;
  if (name == "PreferNoSchedule") return model::TaintEffect::kPreferNoSchedule;
  return name == "NoExecute" ? model::TaintEffect::kNoExecute : model::TaintEffect::kNone;
}

Amounts ReadAmounts(FieldReader& reader, const Element& parent, std::string_view key,
                    absl::FunctionRef<model::ResourceId(std::string_view)> intern) {
  Amounts amounts;
  reader.Entries(parent, key, [&](std::string_view name, const Element& value) {
    if (name == kMemberResource) return;
    const model::ResourceId id = intern(name);
    const absl::StatusOr<int64_t> amount = AmountOf(value, id.valid() && model::IsMilli(id));
    if (!amount.ok()) {
      const absl::string_view message = amount.status().message();
      return reader.Fail(name, std::string_view(message.data(), message.size()));
    }
    if (*amount < 0) return reader.Fail(name, "must not be negative");
    if (id.valid()) {
      amounts.list.Set(id, *amount);
    } else {
      amounts.unknown = amounts.unknown || *amount > 0;
    }
  });
  return amounts;
}

model::NodeSelector ReadNodeSelector(FieldReader& reader, const Element& selector) {
  model::NodeSelector terms;
  reader.Objects(selector, "nodeSelectorTerms", [&](const Element& term) {
    terms.push_back({ReadRequirements(reader, term, "matchExpressions"),
                     ReadRequirements(reader, term, "matchFields")});
  });
  return terms;
}

}  // namespace tutti::objects
