#include "sim/workload/text_pieces.h"

namespace tutti::sim {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

}  // namespace

std::string_view Stripped(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> Pieces(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  size_t at = text.find_first_not_of(separators);
  while (at != std::string_view::npos) {
    const size_t end = text.find_first_of(separators, at);
    pieces.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    at = text.find_first_not_of(separators, end);
  }
  return pieces;
}

std::string Joined(const std::vector<std::string_view>& texts, std::string_view separator) {
  std::string joined;
  for (std::string_view text : texts) {
    if (!joined.empty()) joined.append(separator);
    joined.append(text);
  }
  return joined;
}

}  // namespace tutti::sim
