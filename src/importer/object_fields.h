// ObjectFields: the keys of one map of a peer's object. What is asked for counts as understood,
// what is wrong is a conflict, and what nobody asks for is ignored: nothing of an object is lost
// silently.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/yaml_tree.h"
#include "importer/imported_queue.h"

namespace tutti::importer {

// One thread. The tree and the report outlive it.
class ObjectFields {
 public:
  // `map`: null reads as an empty one. `path`: "spec", and empty for the object itself.
  ObjectFields(const base::YamlTree* map, std::string path, ObjectReport& report);

  // Each is nothing where the key is absent, null, or wrong.
  ObjectFields Map(std::string_view key);
  std::string Text(std::string_view key);
  std::string Choice(std::string_view key, std::initializer_list<const char*> of);
  std::optional<int64_t> Whole(std::string_view key, int64_t min, int64_t max);
  std::optional<bool> Boolean(std::string_view key);
  std::optional<base::Duration> Duration(std::string_view key);  // Go's: "1h30m"
  std::vector<std::string> Texts(std::string_view key);
  // The maps of a list.
  void Each(std::string_view key, const std::function<void(ObjectFields)>& read);
  // A map of resources to quantities. `renamed`: what a resource is called here.
  Amounts Quantities(std::string_view key,
                     const std::function<std::string(const std::string&)>& renamed = nullptr);
  std::optional<int64_t> Quantity(std::string_view key, std::string_view resource,
                                  int exponent = 0);
  // A number from 0 that may be a fraction, in thousandths.
  std::optional<int64_t> Thousandths(std::string_view key);

  // The value, read as something that means nothing yet.
  const base::YamlTree* Take(std::string_view key);
  bool Has(std::string_view key) const;
  std::vector<std::string> Keys() const;
  std::string PathOf(std::string_view key) const;
  ObjectReport& report() { return report_; }

  // Notes about a key. Changed and Conflict read it as well.
  void Changed(std::string_view key, std::string text, std::string remedy = {});
  void Conflict(std::string_view key, std::string text, std::string remedy = {});
  // If it is there.
  void Ignore(std::string_view key, const std::string& why, std::string remedy = {});
  // Without a word: what is said again elsewhere.
  void Drop(std::string_view key);
  // Everything else.
  void IgnoreRest(const std::string& why = "this import does not know it");

 private:
  const base::YamlTree* Find(std::string_view key);  // marks it as read
  const base::YamlTree* Understand(std::string_view key);
  void Expect(std::string_view key, const base::YamlTree& got, std::string_view expected);

  const base::YamlTree* map_;
  const std::string path_;
  ObjectReport& report_;
  std::vector<bool> read_;  // by the number of the key
};

}  // namespace tutti::importer
