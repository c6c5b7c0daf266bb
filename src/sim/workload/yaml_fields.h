// YamlFields: the keys of one YAML map, read into plain values; every problem is collected.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "base/yaml_tree.h"

namespace tutti::sim {

// The problems of one file, at most kMax of them. One thread.
class Problems {
 public:
  static constexpr size_t kMax = 100;

  explicit Problems(std::string_view file) : file_(file) {}

  void Add(const base::YamlTree& at, std::string path, std::string text);
  // expected `expectation`, got what stands at `at`
  void Expect(const base::YamlTree& at, std::string path, std::string_view expectation);
  bool full() const { return all_.size() >= kMax; }
  std::vector<base::Problem> TakeInFileOrder();

 private:
  const std::string file_;
  std::vector<base::Problem> all_;
};

class YamlFields {
 public:
  // A problem where `map` is none, for each key that is not among `keys`, and for each that is
  // given twice. `map` and `problems` must outlive the object; the views in `keys` must be
  // literals.
  YamlFields(const base::YamlTree& map, std::string path,
             std::initializer_list<std::string_view> keys, Problems& problems);

  // Null where the key is absent or has no value.
  const base::YamlTree* Find(std::string_view key) const;
  // As Find, and a problem where there is nothing.
  const base::YamlTree* Require(std::string_view key, std::string_view example);

  // Each leaves `value` as it is where the key is absent, and where it is wrong, which is a
  // problem.
  void Whole(std::string_view key, int64_t min, int64_t max, int64_t& value);
  void Millis(std::string_view key, int64_t min, int64_t& value);  // a duration
  void Text(std::string_view key, std::string& value);
  void Name(std::string_view key, std::string& value);  // fit for a Kubernetes object, and required
  void Texts(std::string_view key, std::vector<std::string>& values);
  void Pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& pairs);
  // Quantities: cpu in thousandths, others in whole units. GPUs are told where they belong.
  void Amounts(std::string_view key, std::vector<std::pair<std::string, int64_t>>& amounts);
  // The maps of a list, by `read(map, path)`.
  template <class Read>
  void Each(std::string_view key, const Read& read);

  std::string PathOf(std::string_view key) const;
  const std::string& path() const { return path_; }
  const base::YamlTree& map() const { return map_; }
  Problems& problems() { return problems_; }

 private:
  const std::vector<base::YamlTree>* List(std::string_view key);

  const base::YamlTree& map_;
  const std::string path_;
  Problems& problems_;
};

// Whether `at` is a duration in whole milliseconds of at least `min` ms; a problem where not.
bool ReadMillis(const base::YamlTree& at, const std::string& path, int64_t min, int64_t& value,
                Problems& problems);

template <class Read>
void YamlFields::Each(std::string_view key, const Read& read) {
  const std::vector<base::YamlTree>* items = List(key);
  if (items == nullptr) return;
  for (size_t i = 0; i < items->size() && !problems_.full(); ++i) {
    read((*items)[i], PathOf(key) + "[" + std::to_string(i) + "]");
  }
}

}  // namespace tutti::sim
