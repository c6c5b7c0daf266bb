// Config: a plugin's own part of the configuration file, typed and checked.
//
// A plugin reads its whole configuration while it is made: every key that it asks for is a known
// key, and whatever is left is an unknown one, which the host refuses with the nearest known name.
// All mistakes are collected, each with file, line and column. One thread.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/ids.h"

namespace tutti {

// The numbers cross the C ABI.
enum class ConfigKind : uint8_t { kNull = 0, kBoolean = 1, kInteger = 2, kString = 3 };

// One scalar. Maps and lists are flattened: args.rules[0].name is "/rules/0/name".
struct ConfigEntry {
  std::string pointer;  // as in RFC 6901
  ConfigKind kind = ConfigKind::kNull;
  std::string text;
  std::string where;  // "tutti.yaml:12:7"
};

struct ConfigError {
  std::string where;
  std::string pointer;
  std::string message;
};

class Config {
 public:
  Config() = default;
  explicit Config(std::vector<ConfigEntry> entries) : entries_(std::move(entries)) {}

  // Each answers `fallback` where the key is absent or wrong; the latter is an error as well.
  int64_t Integer(std::string_view pointer, int64_t fallback, int64_t least = INT64_MIN,
                  int64_t most = INT64_MAX) {
    const ConfigEntry* entry = Take(pointer);
    if (entry == nullptr) return fallback;
    int64_t value = 0;
    const char* const end = entry->text.data() + entry->text.size();
    const auto [rest, error] = std::from_chars(entry->text.data(), end, value);
    if (entry->kind != ConfigKind::kInteger || error != std::errc() || rest != end)
      return Fail(*entry, "expected a whole number, got \"" + entry->text + "\""), fallback;
    if (value < least || value > most) {
      Fail(*entry, "expected " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
                       entry->text);
      return fallback;
    }
    return value;
  }
  bool Boolean(std::string_view pointer, bool fallback) {
    const ConfigEntry* entry = Take(pointer);
    if (entry == nullptr) return fallback;
    if (entry->kind == ConfigKind::kBoolean) return entry->text == "true";
    return Fail(*entry, "expected true or false, got \"" + entry->text + "\""), fallback;
  }
  // `allowed` empty: any text.
  std::string String(std::string_view pointer, std::string_view fallback,
                     std::initializer_list<std::string_view> allowed = {}) {
    const ConfigEntry* entry = Take(pointer);
    if (entry == nullptr) return std::string(fallback);
    if (entry->kind != ConfigKind::kString) {
      Fail(*entry, "expected a text, got " + entry->text + " (quote it)");
      return std::string(fallback);
    }
    std::string one_of;
    for (const std::string_view text : allowed) {
      if (text == entry->text) return entry->text;
      one_of += (one_of.empty() ? "" : ", ") + std::string(text);
    }
    if (allowed.size() == 0) return entry->text;
    Fail(*entry, "expected one of " + one_of + ", got \"" + entry->text + "\"");
    return std::string(fallback);
  }
  // An amount of a resource in its base units (thousandths of cpu, bytes, a count), written as in
  // the API: 16, "500m", "1.5Gi". Not negative, exact.
  int64_t Amount(std::string_view pointer, ResourceId resource, int64_t fallback) {
    const ConfigEntry* entry = Take(pointer);
    if (entry == nullptr) return fallback;
    const bool number = entry->kind == ConfigKind::kInteger || entry->kind == ConfigKind::kString;
    const int64_t value = number ? ParseAmount(entry->text, IsMilli(resource) ? 1000 : 1) : -1;
    if (value >= 0) return value;
    Fail(*entry, "expected an amount such as 16, 500m, 1.5Gi or 2k, got \"" + entry->text + "\"");
    return fallback;
  }
  // A length of time: "90s", "10m", "12h", "7d"; "0" is none. Up to ten years.
  std::chrono::nanoseconds Duration(std::string_view pointer, std::chrono::nanoseconds fallback) {
    const ConfigEntry* entry = Take(pointer);
    if (entry == nullptr) return fallback;
    if (entry->text == "0") return {};
    int64_t value = 0;
    const char* const end = entry->text.data() + entry->text.size();
    const auto [rest, error] = std::from_chars(entry->text.data(), end, value);
    const std::string_view unit(rest, static_cast<size_t>(end - rest));
    const int64_t seconds = unit == "s"   ? 1
                            : unit == "m" ? 60
                            : unit == "h" ? 3600
                            : unit == "d" ? 86'400
                                          : 0;
    constexpr int64_t kMost = int64_t{10} * 366 * 86'400;
    if (error == std::errc() && seconds > 0 && value >= 0 && value <= kMost / seconds)
      return std::chrono::seconds(value * seconds);
    Fail(*entry, "expected a whole number with a unit, such as 90s, 10m, 12h or 7d, got \"" +
                     entry->text + "\"");
    return fallback;
  }
  // The keys of the map, in the order of the file.
  std::vector<std::string> Keys(std::string_view map) const {
    std::vector<std::string> keys;
    const std::string prefix = std::string(map) + "/";
    for (const ConfigEntry& entry : entries_) {
      if (entry.pointer.compare(0, prefix.size(), prefix) != 0) continue;
      const std::string rest = entry.pointer.substr(prefix.size());
      std::string key = Unescaped(std::string_view(rest).substr(0, rest.find('/')));
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
    }
    return keys;
  }
  // The pointer of that key.
  static std::string Child(std::string_view map, std::string_view key) {
    std::string pointer = std::string(map) + "/";
    for (const char c : key) {
      if (c == '~' || c == '/') {
        pointer += c == '~' ? "~0" : "~1";
      } else {
        pointer += c;
      }
    }
    return pointer;
  }
  // How many items the list has.
  size_t Size(std::string_view list) const {
    std::set<std::string_view> items;
    const std::string prefix = std::string(list) + "/";
    for (const ConfigEntry& entry : entries_) {
      if (entry.pointer.compare(0, prefix.size(), prefix) != 0) continue;
      const std::string_view rest = std::string_view(entry.pointer).substr(prefix.size());
      items.insert(rest.substr(0, rest.find('/')));
    }
    return items.size();
  }
  bool Has(std::string_view pointer) const { return Find(pointer) != nullptr; }

  // A mistake that only the plugin can see: two keys that contradict each other, say.
  void Fail(std::string_view pointer, std::string message) {
    const ConfigEntry* entry = Find(pointer);
    errors_.push_back({entry == nullptr ? std::string() : entry->where, std::string(pointer),
                       std::move(message)});
  }

  // The key is a known one: for hosts whose plugin reads elsewhere.
  void Know(std::string_view pointer) { known_.emplace(pointer); }

  const std::vector<ConfigEntry>& entries() const { return entries_; }
  const std::vector<ConfigError>& errors() const { return errors_; }
  // Every key that was asked for, present or not.
  const std::set<std::string, std::less<>>& known() const { return known_; }

 private:
  static std::string Unescaped(std::string_view token) {
    std::string text;
    for (size_t i = 0; i < token.size(); ++i) {
      const bool escape = token[i] == '~' && i + 1 < token.size();
      text += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
    }
    return text;
  }

  // Times `units`; -1: no amount, not a whole number of units, or too large.
  static int64_t ParseAmount(std::string_view text, int64_t units) {
    const auto times = [](int64_t& value, int64_t by) {
      if (value > INT64_MAX / by) return false;
      value *= by;
      return true;
    };
    int64_t value = 0;
    int64_t divisor = 1;
    size_t i = 0;
    for (bool point = false; i < text.size(); ++i) {
      if (text[i] == '.' && !point && i > 0) {
        point = true;
        continue;
      }
      if (text[i] < '0' || text[i] > '9') break;
      if (!times(value, 10) || (point && !times(divisor, 10))) return -1;
      if (value > INT64_MAX - 9) return -1;
      value += text[i] - '0';
    }
    const std::string_view suffix = text.substr(i);
    if (i == 0) return -1;
    constexpr std::string_view kScales = "kMGTPE";
    const size_t scale = suffix.empty() ? kScales.npos : kScales.find(suffix[0]);
    const bool binary = suffix.size() == 2 && suffix[1] == 'i';
    const bool known = suffix.empty() || suffix == "m" || suffix == "Ki" ||
                       (scale != kScales.npos && (suffix.size() == 1 || binary));
    if (!known) return -1;
    if (suffix == "m" && !times(divisor, 1000)) return -1;
    const size_t steps = suffix == "Ki" ? 1 : scale == kScales.npos ? 0 : scale + 1;
    for (size_t step = 0; step < steps; ++step) {
      if (!times(value, binary ? 1024 : 1000)) return -1;
    }
    if (!times(value, units)) return -1;
    return value % divisor == 0 ? value / divisor : -1;
  }

  const ConfigEntry* Find(std::string_view pointer) const {
    for (const ConfigEntry& entry : entries_) {
      if (entry.pointer == pointer) return &entry;
    }
    return nullptr;
  }
  const ConfigEntry* Take(std::string_view pointer) {
    known_.emplace(pointer);
    const ConfigEntry* entry = Find(pointer);
    return entry == nullptr || entry->kind == ConfigKind::kNull ? nullptr : entry;
  }
  void Fail(const ConfigEntry& entry, std::string message) {
    errors_.push_back({entry.where, entry.pointer, std::move(message)});
  }

  std::vector<ConfigEntry> entries_;
  std::vector<ConfigError> errors_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace tutti
