// Logger: one event per line, a name and key=value fields, as text or JSON.
//
// A value, passed to constructors and freely copied; copies share one sink. Thread-safe. Any text
// may be logged: keys are ours, values are escaped so that they can neither end a line nor forge a
// field, and are cut at 1 KiB. Writing blocks on the sink; nothing is logged per node or per
// request below `debug`.
//
//   log.Info("gang_planned", {{"gang", name}, {"members", 10}});
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace tutti::obs {

enum class LogLevel : int { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

// What a field may hold. Texts are borrowed until the log call returns. Durations become seconds.
class LogValue {
 public:
  using Storage = std::variant<bool, int64_t, uint64_t, double, std::string_view>;

  // NOLINTBEGIN(google-explicit-constructor): a field is written {"key", value}
  template <class T, std::enable_if_t<std::is_integral_v<T> && std::is_signed_v<T>, int> = 0>
  LogValue(T value) : storage_(static_cast<int64_t>(value)) {}
  template <class T, std::enable_if_t<std::is_integral_v<T> && std::is_unsigned_v<T> &&
                                          !std::is_same_v<T, bool>,
                                      int> = 0>
  LogValue(T value) : storage_(static_cast<uint64_t>(value)) {}
  LogValue(bool value) : storage_(value) {}
  LogValue(double value) : storage_(value) {}
  template <class Rep, class Period>
  LogValue(std::chrono::duration<Rep, Period> value)
      : storage_(std::chrono::duration<double>(value).count()) {}
  LogValue(const char* value) : storage_(std::string_view(value)) {}
  LogValue(std::string_view value) : storage_(value) {}
  LogValue(const std::string& value) : storage_(std::string_view(value)) {}
  // NOLINTEND(google-explicit-constructor)

  const Storage& storage() const { return storage_; }

 private:
  Storage storage_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};

using LogFields = std::initializer_list<LogField>;

class Logger {
 public:
  // Receives whole lines without their '\n', one call at a time.
  using Sink = std::function<void(std::string_view line)>;

  // Writes nowhere.
  Logger() = default;
  static Logger ToStderr(LogLevel level, LogFormat format);
  static Logger ToSink(LogLevel level, LogFormat format, Sink sink);

  // The same with `fields` on every line, before those of the call.
  Logger With(LogFields fields) const;

  // For fields that cost something to make.
  bool enabled(LogLevel level) const { return level >= level_ && output_ != nullptr; }

  void Debug(std::string_view event, LogFields fields = {}) const {
    if (enabled(LogLevel::kDebug)) Write(LogLevel::kDebug, event, fields);
  }
  void Info(std::string_view event, LogFields fields = {}) const {
    if (enabled(LogLevel::kInfo)) Write(LogLevel::kInfo, event, fields);
  }
  void Warn(std::string_view event, LogFields fields = {}) const {
    if (enabled(LogLevel::kWarn)) Write(LogLevel::kWarn, event, fields);
  }
  void Error(std::string_view event, LogFields fields = {}) const {
    if (enabled(LogLevel::kError)) Write(LogLevel::kError, event, fields);
  }

 private:
  class Output;
  Logger(LogLevel level, LogFormat format, std::shared_ptr<Output> output);
  void Write(LogLevel level, std::string_view event, LogFields fields) const;

  LogLevel level_ = LogLevel::kError;
  LogFormat format_ = LogFormat::kText;
  std::shared_ptr<Output> output_;
  std::string common_;  // the rendered fields of With
};

}  // namespace tutti::obs
