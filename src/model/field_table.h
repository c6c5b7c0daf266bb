// FieldTable: the labels and annotations that plugins read, by number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::model {

// Of pods or of nodes. Filled while the process is wired up, on one thread; read-only afterwards,
// by any. What is not in it is not kept of a pod or node at all.
class FieldTable {
 public:
  enum class Kind : uint8_t { kLabel, kAnnotation };
  static constexpr size_t kLimit = 64;

  // nullopt: the table is full.
  std::optional<uint16_t> Add(Kind kind, std::string_view key) {
    if (const std::optional<uint16_t> known = Find(kind, key)) return known;
    if (fields_.size() == kLimit) return std::nullopt;
    fields_.emplace_back(kind, key);
    return static_cast<uint16_t>(fields_.size() - 1);
  }
  // Few fields: faster than any hash.
  std::optional<uint16_t> Find(Kind kind, std::string_view key) const {
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].first == kind && fields_[i].second == key) return static_cast<uint16_t>(i);
    }
    return std::nullopt;
  }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<Kind, std::string>> fields_;
};

struct Fields {
  FieldTable pods;
  FieldTable nodes;
};

}  // namespace tutti::model
