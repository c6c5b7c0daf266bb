#include "obs/log_escape.h"

#include <cstdint>

#include "absl/strings/str_format.h"

namespace tutti::obs {
namespace {

bool IsBare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/' || c == ':' || c == ',' || c == '+' || c == '@';
}

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  // 0: the text does not begin with valid UTF-8
};

CodePoint Decode(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xf0 && first < 0xf5   ? 4
                       : first >= 0xe0 && first < 0xf0 ? 3
                       : first >= 0xc2 && first < 0xe0 ? 2
                                                       : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  uint32_t value = first & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  const uint32_t smallest = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, bytes};
}

// Controls, line and paragraph separators, and marks that reorder what a terminal shows.
bool IsUnsafe(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x2028 ||
         c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string_view Cut(std::string_view text) {
  if (text.size() <= kMaxLoggedBytes) return text;
  size_t end = kMaxLoggedBytes;
  while (end > kMaxLoggedBytes - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// Returns false where `c` needs no short escape.
bool AppendShortEscape(uint32_t c, std::string& out) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return true;
    case '\\':
      out.append("\\\\");
      return true;
    case '\n':
      out.append("\\n");
      return true;
    case '\r':
      out.append("\\r");
      return true;
    case '\t':
      out.append("\\t");
      return true;
    default:
      return false;
  }
}

void AppendEscaped(std::string_view text, bool json, std::string& out) {
  while (!text.empty()) {
    const CodePoint c = Decode(text);
    if (c.bytes == 0) {
      if (json) {
        out.append("\\ufffd");
      } else {
        absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[0]));
      }
      text.remove_prefix(1);
      continue;
    }
    if (!AppendShortEscape(c.value, out)) {
      if (IsUnsafe(c.value)) {
        absl::StrAppendFormat(&out, "\\u%04x", c.value);
      } else {
        out.append(text.substr(0, c.bytes));
      }
    }
    text.remove_prefix(c.bytes);
  }
}

void AppendQuoted(std::string_view text, bool json, std::string& out) {
  const std::string_view kept = Cut(text);
  out.push_back('"');
  AppendEscaped(kept, json, out);
  if (kept.size() < text.size()) {
    absl::StrAppendFormat(&out, "... (%d bytes more)", text.size() - kept.size());
  }
  out.push_back('"');
}

}  // namespace

void AppendLogfmtText(std::string_view text, std::string& out) {
  bool bare = !text.empty() && text.size() <= kMaxLoggedBytes;
  for (size_t i = 0; bare && i < text.size(); ++i) bare = IsBare(text[i]);
  if (bare) {
    out.append(text);
  } else {
    AppendQuoted(text, false, out);
  }
}

void AppendLogfmtKey(std::string_view key, std::string& out) {
  for (char c : key.substr(0, kMaxLoggedBytes)) {
    const bool good = IsBare(c) && c != ':' && c != ',' && c != '+' && c != '@';
    out.push_back(good ? c : '_');
  }
}

void AppendJsonText(std::string_view text, std::string& out) { AppendQuoted(text, true, out); }

}  // namespace tutti::obs
