#include "provisioning/request_names.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace tutti::provisioning {
namespace {

constexpr size_t kLongestLabel = 63;
constexpr size_t kLongestSlug = 40;

// FNV-1a: names outlive the process, so no hash that is seeded anew with each.
class StableHash {
 public:
  void Add(std::string_view text) {
    for (const char c : text) Mix(static_cast<unsigned char>(c));
    Mix(0);  // "ab", "c" is not "a", "bc"
  }
  std::string Hex() const { return absl::StrFormat("%016x", state_); }

 private:
  void Mix(uint64_t byte) { state_ = (state_ ^ byte) * 0x100000001b3u; }
  uint64_t state_ = 0xcbf29ce484222325u;
};

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Lower case letters, digits and single "-" between them.
std::string Slug(std::string_view text) {
  std::string slug;
  for (const char c : text) {
    if (slug.size() == kLongestSlug) break;
    if (IsAlnum(c)) {
      slug += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "gang" : slug;
}

bool IsLabelValue(std::string_view text) {
  const auto allowed = [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kLongestLabel && IsAlnum(text.front()) &&
         IsAlnum(text.back()) && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

std::string RequestName(const model::GangKey& gang, std::string_view display_name) {
  StableHash hash;
  hash.Add(gang.dialect);
  hash.Add(gang.identity);
  return absl::StrFormat("tutti-%s-%s", Slug(display_name), hash.Hex());
}

std::string TemplateName(std::string_view request, size_t number) {
  return absl::StrFormat("%s-%d", request, number);
}

std::string GangLabel(std::string_view display_name) {
  if (IsLabelValue(display_name)) return std::string(display_name);
  StableHash hash;
  hash.Add(display_name);
  return absl::StrFormat("%s-%s", Slug(display_name), hash.Hex());
}

}  // namespace tutti::provisioning
