// Config: a plugin's own part of the configuration file, typed and checked.
//
// A plugin reads its whole configuration while it is made: every key that it asks for is a known
// key, and whatever is left is an unknown one, which the host refuses with the nearest known name.
// All mistakes are collected, each with file, line and column. One thread.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
