// Schema: one table per struct says of every key its name, type, range and meaning, and points into
// a live object. Reading fills the object through its table; the documentation prints a default
// object through the same table. Internal to src/config.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "tutti/config.h"

namespace tutti::config {

// What a text must look like beyond being text.
struct TextRule {
  std::string_view expectation;  // "an address such as 127.0.0.1:8888"; empty: any text
  bool (*accepts)(std::string_view) = nullptr;
};

struct BoolField {
  bool* value;
};
struct IntegerField {
  int64_t* value;
  int64_t min;
  int64_t max;
};
struct DurationField {
  base::Duration* value;
  base::Duration min;
  base::Duration max;
};
struct TextField {
  std::string* value;
  TextRule rule;
};
struct TextListField {
  std::vector<std::string>* value;
  TextRule rule;
};
// Values are indices into `names`; `many` says whether the key takes one or a list of them.
struct ChoiceField {
  std::vector<std::string_view> names;
  bool many;
  std::function<void(const std::vector<size_t>&)> set;
  std::function<std::vector<size_t>()> get;
};

// Whatever stands there, flattened; somebody else checks it.
struct RawField {
  std::vector<ConfigEntry>* value;
};

struct Key;
using Table = std::vector<Key>;

// A list of maps. `append` adds a record, with its place in the file, and gives the table that
// fills it; `record` is that of one with defaults, for the documentation.
struct RecordListField {
  std::function<Table(std::string where)> append;
  std::shared_ptr<const Table> record;
};

struct Section {
  Table table;
};

struct Key {
  std::string_view name;
  std::variant<BoolField, IntegerField, DurationField, TextField, TextListField, ChoiceField,
               RawField, RecordListField, Section>
      field;
  std::string_view doc;
};

inline std::string CommaSeparated(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::string_view name : names) {
    if (!text.empty()) text.append(", ");
    text.append(name);
  }
  return text;
}

// A key whose value is one of the enumerators of E, given with their names.
template <class E>
ChoiceField Choice(E& value, std::vector<std::pair<std::string_view, E>> choices) {
  ChoiceField field{{}, false, nullptr, nullptr};
  std::vector<E> enumerators;
  for (const auto& [name, enumerator] : choices) {
    field.names.push_back(name);
    enumerators.push_back(enumerator);
  }
  field.set = [&value, enumerators](const std::vector<size_t>& picked) {
    value = enumerators[picked.front()];
  };
  field.get = [&value, enumerators] {
    size_t i = 0;
    while (i + 1 < enumerators.size() && enumerators[i] != value) ++i;
    return std::vector<size_t>{i};
  };
  return field;
}

// The same for a list of distinct enumerators.
template <class E>
ChoiceField Choices(std::vector<E>& values, std::vector<std::pair<std::string_view, E>> choices) {
  ChoiceField field{{}, true, nullptr, nullptr};
  std::vector<E> enumerators;
  for (const auto& [name, enumerator] : choices) {
    field.names.push_back(name);
    enumerators.push_back(enumerator);
  }
  field.set = [&values, enumerators](const std::vector<size_t>& picked) {
    values.clear();
    for (size_t i : picked) values.push_back(enumerators[i]);
  };
  field.get = [&values, enumerators] {
    std::vector<size_t> picked;
    for (const E& value : values) {
      for (size_t i = 0; i < enumerators.size(); ++i) {
        if (enumerators[i] == value) picked.push_back(i);
      }
    }
    return picked;
  };
  return field;
}

}  // namespace tutti::config
