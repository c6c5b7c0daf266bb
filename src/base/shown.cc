#include "base/shown.h"

#include "absl/strings/str_format.h"

namespace tutti::base {

std::string Shown(std::string_view text, size_t longest) {
  std::string shown;
  for (char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&shown, "\\x%02x", byte);
    } else {
      shown.push_back(c);
    }
  }
  if (text.size() > longest) shown.append("...");
  return shown;
}

}  // namespace tutti::base
