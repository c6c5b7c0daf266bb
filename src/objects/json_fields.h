// Reading fields of parsed JSON. Internal to src/objects: its users include simdjson themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/node_info.h"
#include "model/node_selector.h"
#include "model/resource_list.h"
#include "simdjson.h"

namespace tutti::objects {

using Element = simdjson::dom::element;

// A parser whose buffers are reused, but not kept at the size of one huge document.
class JsonParser {
 public:
  static constexpr size_t kMaxDepth = 64;

  JsonParser();
  // `json` has kJsonPadding readable bytes behind it. The element lives until the next call.
  // `what` names the expected thing in the error, "a Pod" say.
  absl::StatusOr<Element> Parse(std::string_view json, std::string_view what);

 private:
  simdjson::dom::parser parser_;
};

// Reads fields and remembers the first one that holds another type than expected, with its path.
// A field that is missing or null is no problem: it reads as empty, false or 0.
class FieldReader {
 public:
  // Forgets the problem of the object before.
  void Begin() {
    path_.clear();
    problem_.clear();
  }
  bool ok() const { return problem_.empty(); }
  // "spec.containers[1].name: expected a string"
  const std::string& problem() const { return problem_; }
  // Only the first counts. An empty key stands for the place itself.
  void Fail(std::string_view key, std::string_view problem);

  std::string_view Text(const Element& object, std::string_view key);
  bool Flag(const Element& object, std::string_view key);
  int64_t Number(const Element& object, std::string_view key);
  static bool IsPresent(const Element& object, std::string_view key);

  // `inside` gets the object at `key`, where there is one.
  template <class Inside>
  void Object(const Element& parent, std::string_view key, const Inside& inside) {
    Element value;
    if (!Find(parent, key, value)) return;
    if (!value.is_object()) return Fail(key, "expected an object");
    path_.push_back({key, kNoIndex});
    inside(value);
    path_.pop_back();
  }
  // `each` gets every object of the array at `key`.
  template <class Each>
  void Objects(const Element& parent, std::string_view key, const Each& each) {
    Items(parent, key, [&](const Element& item) {
      if (!item.is_object()) return Fail({}, "expected an object");
      each(item);
    });
  }
  // `each` gets every string of the array at `key`.
  template <class Each>
  void Texts(const Element& parent, std::string_view key, const Each& each) {
    Items(parent, key, [&](const Element& item) {
      std::string_view text;
      if (item.get(text) != simdjson::SUCCESS) return Fail({}, "expected a string");
      each(text);
    });
  }
  // `each` gets every name and value of the object at `key`.
  template <class Each>
  void Entries(const Element& parent, std::string_view key, const Each& each) {
    Object(parent, key, [&](const Element& object) {
      simdjson::dom::object entries;
      if (object.get(entries) != simdjson::SUCCESS) return;
      for (const auto entry : entries) each(entry.key, entry.value);
    });
  }
  // As Entries, for a map of strings.
  template <class Each>
  void TextEntries(const Element& parent, std::string_view key, const Each& each) {
    Entries(parent, key, [&](std::string_view name, const Element& value) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS) return each(name, text);
      // Go reads a null in a map of strings as an empty string.
      if (value.is_null()) return each(name, text);
      Fail(name, "expected a string");
    });
  }
  bool HasItems(const Element& parent, std::string_view key) {
    bool any = false;
    Items(parent, key, [&](const Element&) { any = true; });
    return any;
  }

 private:
  static constexpr size_t kNoIndex = SIZE_MAX;
  struct Step {
    std::string_view key;
    size_t index;
  };

  // False where the key is missing or null.
  static bool Find(const Element& object, std::string_view key, Element& value) {
    return object[key].get(value) == simdjson::SUCCESS && !value.is_null();
  }
  template <class Each>
  void Items(const Element& parent, std::string_view key, const Each& each) {
    Element value;
    simdjson::dom::array items;
    if (!Find(parent, key, value)) return;
    if (value.get(items) != simdjson::SUCCESS) return Fail(key, "expected an array");
    path_.push_back({key, 0});
    for (const Element item : items) {
      each(item);
      ++path_.back().index;
    }
    path_.pop_back();
  }

  std::vector<Step> path_;
  std::string problem_;
};

// `each` gets every item of a List object. A list without the field items is an InvalidArgument: to
// take it for an empty one would delete everything. Null is empty, as Go writes it.
absl::Status ForEachListItem(const Element& list, std::string_view what,
                             absl::FunctionRef<void(const Element&)> each);

// Seconds since 1970 of an RFC 3339 time in UTC; 0 where it is none.
int64_t Seconds(std::string_view time);

model::TaintEffect ParseTaintEffect(std::string_view name);

// A map of resource names to quantities (strings or integers) in base units, each rounded up. What
// does not fit 64 bits counts as the largest number, as it does in Kubernetes; a negative amount is
// a problem of the reader.
struct Amounts {
  model::ResourceList list;
  bool unknown = false;  // holds a name past the table's bound, with an amount above zero
};
Amounts ReadAmounts(FieldReader& reader, const Element& parent, std::string_view key,
                    absl::FunctionRef<model::ResourceId(std::string_view)> intern);

// {"nodeSelectorTerms": [...]}
model::NodeSelector ReadNodeSelector(FieldReader& reader, const Element& selector);

}  // namespace tutti::objects
