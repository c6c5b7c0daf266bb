// ObjectKind and ObjectView: API objects (a PodGroup, a Job), and read access to one by JSON
// pointer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

// A kind of API object to watch. Versions in order of preference: the first that the server serves
// is used; none served is no error.
struct ObjectKind {
  std::string group;  // "scheduling.k8s.io", "batch"
  std::vector<std::string> versions;
  std::string resource;  // "podgroups"
};

// Lifetime: lives for the call it is handed to. All functions are const and answer nullopt where
// the pointer leads nowhere or to another type; none throws.
class ObjectView {
 public:
  virtual ~ObjectView() = default;

  // `pointer` as in RFC 6901: "/spec/minMember".
  virtual std::optional<int64_t> Integer(std::string_view pointer) const = 0;
  virtual std::optional<bool> Boolean(std::string_view pointer) const = 0;
  virtual std::optional<std::string> String(std::string_view pointer) const = 0;
  virtual bool Has(std::string_view pointer) const = 0;
  // The entries of the object there, as a pointer names them ('/' is "~1", '~' is "~0"), sorted.
  // Empty for anything else; the items of a list are "0", "1", ... as long as Has says so.
  virtual std::vector<std::string> Keys(std::string_view pointer) const = 0;
};

}  // namespace tutti
