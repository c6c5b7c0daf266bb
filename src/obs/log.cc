#include "obs/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <cmath>
#include <cstdio>
#include <mutex>
#include <utility>

#include "absl/strings/str_format.h"
#include "obs/log_escape.h"

namespace tutti::obs {
namespace {

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(Logger::Sink write) : write_(std::move(write)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}

 private:
  Logger::Sink write_;
};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Both in UTC; the event and its fields are %v, already escaped.
constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%fZ %l %v";
constexpr char kJsonPattern[] = R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})";

struct NumberPrinter {
  std::string& out;

  void operator()(bool value) const { out.append(value ? "true" : "false"); }
  void operator()(int64_t value) const { absl::StrAppendFormat(&out, "%d", value); }
  void operator()(uint64_t value) const { absl::StrAppendFormat(&out, "%d", value); }
  void operator()(double value) const {
    // JSON has no infinities.
    if (std::isfinite(value)) {
      absl::StrAppendFormat(&out, "%.9g", value);
    } else {
      out.append("null");
    }
  }
  void operator()(std::string_view) const {}
};

void AppendField(LogFormat format, std::string_view key, const LogValue& value, std::string& out) {
  if (format == LogFormat::kJson) {
    if (!out.empty()) out.push_back(',');
    AppendJsonText(key, out);
    out.push_back(':');
  } else {
    if (!out.empty()) out.push_back(' ');
    AppendLogfmtKey(key, out);
    out.push_back('=');
  }
  const std::string_view* text = std::get_if<std::string_view>(&value.storage());
  if (text == nullptr) {
    std::visit(NumberPrinter{out}, value.storage());
  } else if (format == LogFormat::kJson) {
    AppendJsonText(*text, out);
  } else {
    AppendLogfmtText(*text, out);
  }
}

}  // namespace

class Logger::Output {
 public:
  Output(spdlog::sink_ptr sink, LogFormat format) : logger_("tutti", std::move(sink)) {
    logger_.set_level(spdlog::level::debug);
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format == LogFormat::kJson ? kJsonPattern : kTextPattern, spdlog::pattern_time_type::utc,
        /*eol=*/""));
  }

  void Write(LogLevel level, const std::string& line) {
    logger_.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  spdlog::logger logger_;
};

Logger::Logger(LogLevel level, LogFormat format, std::shared_ptr<Output> output)
    : level_(level), format_(format), output_(std::move(output)) {}

Logger Logger::ToStderr(LogLevel level, LogFormat format) {
  // One fwrite per line, so that lines of other processes on the same pipe do not cut into ours.
  return ToSink(level, format, [](std::string_view line) {
    std::string whole(line);
    whole.push_back('\n');
    std::fwrite(whole.data(), 1, whole.size(), stderr);
  });
}

Logger Logger::ToSink(LogLevel level, LogFormat format, Sink sink) {
  return Logger(level, format,
                std::make_shared<Output>(std::make_shared<FunctionSink>(std::move(sink)), format));
}

Logger Logger::With(LogFields fields) const {
  Logger copy = *this;
  for (const LogField& field : fields) AppendField(format_, field.key, field.value, copy.common_);
  return copy;
}

void Logger::Write(LogLevel level, std::string_view event, LogFields fields) const {
  std::string line;
  if (format_ == LogFormat::kJson) {
    AppendField(format_, "event", event, line);
  } else {
    AppendLogfmtText(event, line);
  }
  if (!common_.empty()) {
    line.push_back(format_ == LogFormat::kJson ? ',' : ' ');
    line.append(common_);
  }
  for (const LogField& field : fields) AppendField(format_, field.key, field.value, line);
  output_->Write(level, line);
}

}  // namespace tutti::obs
