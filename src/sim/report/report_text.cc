#include "sim/report/report_text.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::sim {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kThinSpace = "\xe2\x80\xaf";  // U+202F, does not break

// The length of the well-formed UTF-8 sequence at the front and its code point; 0 for none.
size_t Decode(std::string_view text, uint32_t& code) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) {
    code = lead;
    return 1;
  }
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  code = lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  static constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast[length] || code > 0x10ffff || surrogate ? 0 : length;
}

bool IsForbidden(uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool direction = code == 0x61c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  const bool separator = code == 0x2028 || code == 0x2029 || code == 0xfeff;
  const bool noncharacter = (code & 0xfffeu) == 0xfffe;
  return control || direction || separator || noncharacter;
}

std::string Clean(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    uint32_t code = 0;
    const size_t length = Decode(text, code);
    clean.append(length == 0 || IsForbidden(code) ? kReplacement : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

void TrimZeros(std::string& digits) {
  if (digits.find('.') == std::string::npos) return;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
}

std::string WithGroups(std::string_view digits) {
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.append(kThinSpace);
    grouped.push_back(digits[i]);
  }
  return grouped;
}

}  // namespace

std::string Number(double value) {
  if (!std::isfinite(value)) return "";
  std::string text = absl::StrFormat("%.6f", value);
  TrimZeros(text);
  return text == "-0" ? "0" : text;
}

std::string ShortNumber(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  const int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  std::string text = absl::StrFormat("%.*f", decimals, size);
  TrimZeros(text);
  const size_t point = text.find('.');
  std::string shown = WithGroups(std::string_view(text).substr(0, point));
  if (point != std::string::npos) shown.append(text, point);
  return value < 0 && shown != "0" ? "-" + shown : shown;
}

std::string Grouped(int64_t value) {
  const std::string text = absl::StrFormat("%d", value);
  return value < 0 ? "-" + WithGroups(std::string_view(text).substr(1)) : WithGroups(text);
}

std::string Span(int64_t ms) {
  static constexpr std::array<std::pair<int64_t, const char*>, 5> kUnits = {
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}, {1, "ms"}}};
  if (ms < 0) return "-";
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const auto& [unit, name] = kUnits[i];
    if (ms < unit) continue;
    std::string text = absl::StrFormat("%s %s", Grouped(ms / unit), name);
    if (i + 1 == kUnits.size()) return text;
    const auto& [next, next_name] = kUnits[i + 1];
    const int64_t rest = ms % unit / next;
    const bool shown = rest > 0 && (unit != 1'000 || ms < 10'000);
    if (shown) absl::StrAppendFormat(&text, " %d %s", rest, next_name);
    return text;
  }
  return "0 s";
}

std::string SpanOfSeconds(double seconds) {
  constexpr double kMost = 1e15;  // far beyond any run, and an int64_t in milliseconds
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kMost) return "-";
  return Span(static_cast<int64_t>(seconds * 1000));
}

std::string HtmlText(std::string_view text) {
  std::string escaped;
  for (char c : Clean(text)) {
    switch (c) {
      case '&':
        escaped.append("&amp;");
        break;
      case '<':
        escaped.append("&lt;");
        break;
      case '>':
        escaped.append("&gt;");
        break;
      case '"':
        escaped.append("&quot;");
        break;
      case '\'':
        escaped.append("&#39;");
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

std::string JsonString(std::string_view text) {
  std::string quoted = "\"";
  for (char c : Clean(text)) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string CsvField(std::string_view text) {
  std::string field = Clean(text);
  if (!field.empty() && std::string_view("=+-@").find(field.front()) != std::string_view::npos) {
    field.insert(0, 1, '\'');
  }
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (char c : field) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace tutti::sim
