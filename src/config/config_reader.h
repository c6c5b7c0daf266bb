// ConfigReader: fills a table's object from a YAML tree and collects every problem. Internal to
// src/config.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/yaml_tree.h"
#include "config/schema.h"

namespace tutti::config {

using base::Problem;
using base::YamlTree;

// One file's problems, and where each of its keys stands. Single use, one thread.
class ConfigReader {
 public:
  ConfigReader(std::string_view file_name, const Table& root);

  // Every key of `tree` into the root table's object. Absent keys keep what the object holds.
  void Read(const YamlTree& tree);

  // A problem of `path`, placed at its value, or at the closest parent that the file has.
  void AddError(std::string_view path, std::string text);
  void AddWarning(std::string_view path, std::string text);
  // Whether `section`, or something in it, already has an error.
  bool HasErrorsIn(std::string_view section) const;

  // Both in the order of the file.
  std::vector<Problem> TakeErrors();
  std::vector<Problem> TakeWarnings();

 private:
  struct Position {
    int line = 1;
    int column = 1;
  };

  void ReadSection(const YamlTree& tree, const Table& table, const std::string& path);
  void ReadEntry(const YamlTree& key, const YamlTree& value, const Table& table,
                 const std::string& path, std::map<std::string, int>& seen);

  // Each puts the value where it belongs, or adds a problem.
  void Read(const YamlTree& value, const BoolField& field, const std::string& path);
  void Read(const YamlTree& value, const IntegerField& field, const std::string& path);
  void Read(const YamlTree& value, const DurationField& field, const std::string& path);
  void Read(const YamlTree& value, const TextField& field, const std::string& path);
  void Read(const YamlTree& value, const TextListField& field, const std::string& path);
  void Read(const YamlTree& value, const ChoiceField& field, const std::string& path);
  void Read(const YamlTree& value, const RawField& field, const std::string& path);
  void Read(const YamlTree& value, const RecordListField& field, const std::string& path);
  void Read(const YamlTree& value, const Section& field, const std::string& path);
  void Flatten(const YamlTree& value, const std::string& pointer, const std::string& path,
               std::vector<ConfigEntry>& entries);
  std::string Where(const YamlTree& node) const;

  // The index in `names`; nothing, and a problem, where the value is none of them.
  std::optional<size_t> Pick(const YamlTree& value, const std::vector<std::string_view>& names,
                             const std::string& path);
  bool ReadText(const YamlTree& value, const TextRule& rule, const std::string& path,
                std::string& text);
  void Expect(const YamlTree& value, const std::string& path, std::string_view expectation);
  void AddErrorAt(const YamlTree& node, const std::string& path, std::string text);
  std::string UnknownKey(std::string_view name, const Table& siblings) const;
  Problem Place(std::string_view path, std::string text) const;

  const std::string file_name_;
  const Table& root_;
  std::map<std::string, Position, std::less<>> positions_;
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
};

}  // namespace tutti::config
