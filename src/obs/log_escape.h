// Escaping for log lines: whatever a text holds, one line stays one line and one field one field.
#pragma once

#include <string>
#include <string_view>

namespace tutti::obs {

inline constexpr size_t kMaxLoggedBytes = 1024;  // of one value; the rest is cut and counted

// Bare where nothing in it can be misread, else in double quotes with \n, \r, \t, \", \\, \uNNNN
// and \xNN.
void AppendLogfmtText(std::string_view text, std::string& out);
// Letters, digits, '_', '-', '.' and '/'; every other byte becomes '_'.
void AppendLogfmtKey(std::string_view key, std::string& out);
// A JSON string with its quotes, valid UTF-8 whatever the input.
void AppendJsonText(std::string_view text, std::string& out);

}  // namespace tutti::obs
