#include "config/config_reader.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/duration_text.h"
#include "base/nearest.h"
#include "base/shown.h"
#include "base/yaml_value.h"
#include "config/configuration_tables.h"

namespace tutti::config {

using base::Describe;
using base::FormatDuration;
using base::IntegerForm;
using base::IsScalar;
using base::LooksLikeAnotherType;
using base::Nearest;
using base::ParseDuration;
using base::ParseInteger;
using base::Shown;

namespace {

constexpr size_t kMaxProblems = 100;
constexpr size_t kMaxListItems = 256;
constexpr size_t kMaxRawEntries = 1000;  // of one plugin's args

// RFC 6901.
std::string EscapePointer(const std::string& name) {
  return absl::StrReplaceAll(name, {{"~", "~0"}, {"/", "~1"}});
}

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : absl::StrFormat("%s.%s", path, name);
}

std::string OutOfRange(const YamlTree& value, std::string_view range) {
  return absl::StrFormat("%s is out of range: expected %s", Shown(value.text), range);
}

void CollectPaths(const Table& table, const std::string& path, std::string_view name,
                  std::vector<std::string>& found) {
  for (const Key& key : table) {
    const std::string key_path = Join(path, key.name);
    if (key.name == name) found.push_back(key_path);
    if (const auto* section = std::get_if<Section>(&key.field)) {
      CollectPaths(section->table, key_path, name, found);
    }
  }
}

std::vector<Problem> InFileOrder(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return problems;
}

}  // namespace

ConfigReader::ConfigReader(std::string_view file_name, const Table& root)
    : file_name_(file_name), root_(root) {}

void ConfigReader::Read(const YamlTree& tree) {
  positions_[""] = Position{tree.line, tree.column};
  if (tree.kind == YamlTree::Kind::kMap) {
    ReadSection(tree, root_, "");
  } else if (tree.kind != YamlTree::Kind::kNull) {
    AddErrorAt(tree, "", absl::StrFormat("expected a map of keys, got %s", Describe(tree)));
  }
}

void ConfigReader::ReadSection(const YamlTree& tree, const Table& table, const std::string& path) {
  std::map<std::string, int> seen;
  for (size_t i = 0; i < tree.items.size() && errors_.size() < kMaxProblems; ++i) {
    ReadEntry(tree.keys[i], tree.items[i], table, path, seen);
  }
}

void ConfigReader::ReadEntry(const YamlTree& key, const YamlTree& value, const Table& table,
                             const std::string& path, std::map<std::string, int>& seen) {
  if (!IsScalar(key)) {
    AddErrorAt(key, path, absl::StrFormat("expected a key, got %s", Describe(key)));
    return;
  }
  const std::string key_path = Join(path, Shown(key.text));
  const auto [first, fresh] = seen.emplace(key.text, key.line);
  if (!fresh) {
    AddErrorAt(key, key_path,
               absl::StrFormat("key given twice, first on line %d: remove one", first->second));
    return;
  }
  const auto known =
      std::find_if(table.begin(), table.end(), [&key](const Key& k) { return k.name == key.text; });
  if (known == table.end()) {
    AddErrorAt(key, key_path, UnknownKey(key.text, table));
    return;
  }
  positions_[key_path] = Position{value.line, value.column};
  std::visit([&](const auto& field) { Read(value, field, key_path); }, known->field);
}

void ConfigReader::Read(const YamlTree& value, const BoolField& field, const std::string& path) {
  const bool plain = value.kind == YamlTree::Kind::kPlain;
  if (!plain || (value.text != "true" && value.text != "false")) {
    return Expect(value, path, "true or false");
  }
  *field.value = value.text == "true";
}

void ConfigReader::Read(const YamlTree& value, const IntegerField& field, const std::string& path) {
  int64_t number = 0;
  const IntegerForm form =
      value.kind == YamlTree::Kind::kPlain ? ParseInteger(value.text, number) : IntegerForm::kNone;
  const std::string range = absl::StrFormat("%d to %d", field.min, field.max);
  if (form == IntegerForm::kLeadingZero) {
    return AddErrorAt(value, path,
                      absl::StrFormat("%s has a leading zero, which some YAML readers take for "
                                      "octal: write it without",
                                      Shown(value.text)));
  }
  if (form == IntegerForm::kNone) {
    return Expect(value, path, absl::StrFormat("a whole number from %s", range));
  }
  if (form == IntegerForm::kTooLarge || number < field.min || number > field.max) {
    return AddErrorAt(value, path, OutOfRange(value, range));
  }
  *field.value = number;
}

void ConfigReader::Read(const YamlTree& value, const DurationField& field,
                        const std::string& path) {
  const std::optional<base::Duration> duration =
      IsScalar(value) ? ParseDuration(value.text) : std::nullopt;
  int64_t number = 0;
  if (!duration && IsScalar(value) && ParseInteger(value.text, number) == IntegerForm::kDecimal) {
    return AddErrorAt(value, path,
                      absl::StrFormat("the duration %d has no unit: write %ds, %dms or the like",
                                      number, number, number));
  }
  if (!duration) return Expect(value, path, "a duration such as 10s, 5m or 1h30m");
  if (*duration < field.min || *duration > field.max) {
    return AddErrorAt(value, path,
                      OutOfRange(value, absl::StrFormat("%s to %s", FormatDuration(field.min),
                                                        FormatDuration(field.max))));
  }
  *field.value = *duration;
}

void ConfigReader::Read(const YamlTree& value, const TextField& field, const std::string& path) {
  ReadText(value, field.rule, path, *field.value);
}

bool ConfigReader::ReadText(const YamlTree& value, const TextRule& rule, const std::string& path,
                            std::string& text) {
  if (value.kind == YamlTree::Kind::kPlain && LooksLikeAnotherType(value.text)) {
    AddErrorAt(value, path,
               absl::StrFormat("expected a text, got %s: quote it", Shown(value.text)));
    return false;
  }
  if (!IsScalar(value) || (rule.accepts != nullptr && !rule.accepts(value.text))) {
    Expect(value, path, rule.accepts == nullptr ? "a text (\"\" for none)" : rule.expectation);
    return false;
  }
  text = value.text;
  return true;
}

void ConfigReader::Read(const YamlTree& value, const TextListField& field,
                        const std::string& path) {
  if (value.kind != YamlTree::Kind::kSequence || value.items.size() > kMaxListItems) {
    return Expect(value, path, absl::StrFormat("a list of at most %d texts", kMaxListItems));
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string item_path = absl::StrFormat("%s[%d]", path, i);
    std::string text;
    if (!ReadText(value.items[i], field.rule, item_path, text)) continue;
    if (std::find(texts.begin(), texts.end(), text) != texts.end()) {
      AddErrorAt(value.items[i], item_path, absl::StrFormat("%s is given twice", Shown(text)));
    }
    texts.push_back(std::move(text));
  }
  *field.value = std::move(texts);
}

std::optional<size_t> ConfigReader::Pick(const YamlTree& value,
                                         const std::vector<std::string_view>& names,
                                         const std::string& path) {
  const auto name = std::find(names.begin(), names.end(), value.text);
  if (IsScalar(value) && name != names.end()) return static_cast<size_t>(name - names.begin());
  std::string expectation = absl::StrFormat("one of %s", CommaSeparated(names));
  const std::string_view nearest = IsScalar(value) ? Nearest(value.text, names) : "";
  if (!nearest.empty()) absl::StrAppendFormat(&expectation, " (did you mean %s?)", nearest);
  Expect(value, path, expectation);
  return std::nullopt;
}

void ConfigReader::Read(const YamlTree& value, const ChoiceField& field, const std::string& path) {
  if (!field.many) {
    const std::optional<size_t> picked = Pick(value, field.names, path);
    if (picked) field.set({*picked});
    return;
  }
  if (value.kind != YamlTree::Kind::kSequence || value.items.empty()) {
    return Expect(value, path,
                  absl::StrFormat("a list with at least one of %s", CommaSeparated(field.names)));
  }
  std::vector<size_t> all;
  for (size_t i = 0; i < value.items.size() && i < kMaxListItems; ++i) {
    const std::string item_path = absl::StrFormat("%s[%d]", path, i);
    const std::optional<size_t> picked = Pick(value.items[i], field.names, item_path);
    if (!picked) continue;
    if (std::find(all.begin(), all.end(), *picked) != all.end()) {
      AddErrorAt(value.items[i], item_path,
                 absl::StrFormat("%s is given twice", field.names[*picked]));
    }
    all.push_back(*picked);
  }
  field.set(all);
}

std::string ConfigReader::Where(const YamlTree& node) const {
  return absl::StrFormat("%s:%d:%d", file_name_, node.line, node.column);
}

void ConfigReader::Read(const YamlTree& value, const RawField& field, const std::string& path) {
  if (value.kind == YamlTree::Kind::kNull) return;
  if (value.kind != YamlTree::Kind::kMap) return Expect(value, path, "a map of keys");
  Flatten(value, "", path, *field.value);
}

void ConfigReader::Flatten(const YamlTree& value, const std::string& pointer,
                           const std::string& path, std::vector<ConfigEntry>& entries) {
  if (entries.size() >= kMaxRawEntries) return;
  if (value.kind == YamlTree::Kind::kMap || value.kind == YamlTree::Kind::kSequence) {
    std::set<std::string> seen;
    for (size_t i = 0; i < value.items.size(); ++i) {
      const bool map = value.kind == YamlTree::Kind::kMap;
      const std::string name = map ? value.keys[i].text : absl::StrFormat("%d", i);
      if (map && !seen.insert(name).second)
        AddErrorAt(value.keys[i], Join(path, Shown(name)), "key given twice: remove one");
      Flatten(value.items[i], pointer + "/" + EscapePointer(name), path, entries);
    }
    return;
  }
  ConfigEntry entry{pointer, ConfigKind::kString, value.text, Where(value)};
  int64_t number = 0;
  if (value.kind == YamlTree::Kind::kNull) {
    entry.kind = ConfigKind::kNull;
  } else if (value.kind == YamlTree::Kind::kPlain) {
    if (value.text == "true" || value.text == "false") {
      entry.kind = ConfigKind::kBoolean;
    } else if (ParseInteger(value.text, number) == IntegerForm::kDecimal) {
      entry.kind = ConfigKind::kInteger;
    } else if (LooksLikeAnotherType(value.text)) {
      AddErrorAt(value, path,
                 absl::StrFormat("expected a text, got %s: quote it", Shown(value.text)));
    }
  }
  entries.push_back(std::move(entry));
}

void ConfigReader::Read(const YamlTree& value, const RecordListField& field,
                        const std::string& path) {
  if (value.kind != YamlTree::Kind::kSequence || value.items.size() > kMaxListItems) {
    return Expect(value, path, absl::StrFormat("a list of at most %d maps", kMaxListItems));
  }
  for (size_t i = 0; i < value.items.size(); ++i) {
    const YamlTree& item = value.items[i];
    const std::string item_path = absl::StrFormat("%s[%d]", path, i);
    if (item.kind != YamlTree::Kind::kMap) {
      Expect(item, item_path, "a map of keys");
      continue;
    }
    positions_[item_path] = Position{item.line, item.column};
    ReadSection(item, field.append(Where(item)), item_path);
  }
}

void ConfigReader::Read(const YamlTree& value, const Section& field, const std::string& path) {
  // "gang:" with nothing under it is an empty section.
  if (value.kind == YamlTree::Kind::kNull) return;
  if (value.kind != YamlTree::Kind::kMap) return Expect(value, path, "a map of keys");
  ReadSection(value, field.table, path);
}

void ConfigReader::Expect(const YamlTree& value, const std::string& path,
                          std::string_view expectation) {
  AddErrorAt(value, path, absl::StrFormat("expected %s, got %s", expectation, Describe(value)));
}

std::string ConfigReader::UnknownKey(std::string_view name, const Table& siblings) const {
  std::vector<std::string_view> names;
  names.reserve(siblings.size());
  for (const Key& key : siblings) names.push_back(key.name);
  const std::string_view nearest = Nearest(name, names);
  if (!nearest.empty()) return absl::StrFormat("unknown key (did you mean %s?)", nearest);
  std::vector<std::string> elsewhere;
  CollectPaths(root_, "", name, elsewhere);
  if (!elsewhere.empty()) {
    return absl::StrFormat("unknown key here (did you mean %s?)", elsewhere.front());
  }
  return absl::StrFormat("unknown key: expected one of %s", CommaSeparated(names));
}

void ConfigReader::AddErrorAt(const YamlTree& node, const std::string& path, std::string text) {
  errors_.push_back({file_name_, node.line, node.column, path, std::move(text)});
}

Problem ConfigReader::Place(std::string_view path, std::string text) const {
  std::string_view known = path;
  auto it = positions_.find(known);
  while (it == positions_.end() && !known.empty()) {
    const size_t dot = known.rfind('.');
    known = dot == std::string_view::npos ? std::string_view() : known.substr(0, dot);
    it = positions_.find(known);
  }
  const Position position = it == positions_.end() ? Position{} : it->second;
  return {file_name_, position.line, position.column, std::string(path), std::move(text)};
}

void ConfigReader::AddError(std::string_view path, std::string text) {
  errors_.push_back(Place(path, std::move(text)));
}

void ConfigReader::AddWarning(std::string_view path, std::string text) {
  warnings_.push_back(Place(path, std::move(text)));
}

bool ConfigReader::HasErrorsIn(std::string_view section) const {
  return std::any_of(errors_.begin(), errors_.end(), [section](const Problem& problem) {
    const std::string_view path = problem.path;
    return path.substr(0, section.size()) == section &&
           (path.size() == section.size() || path[section.size()] == '.');
  });
}

std::vector<Problem> ConfigReader::TakeErrors() { return InFileOrder(std::move(errors_)); }
std::vector<Problem> ConfigReader::TakeWarnings() { return InFileOrder(std::move(warnings_)); }

}  // namespace tutti::config
