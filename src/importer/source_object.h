// SourceObject: an object of another scheduler as it was written, with its place. Scalars stay
// texts, so that no amount passes through a floating point number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/yaml_tree.h"

namespace tutti::importer {

struct SourceObject {
  std::string group;  // of apiVersion; empty for the core, and where there is none
  std::string kind;
  std::string ns;
  std::string name;
  std::string where;  // "file:line"; empty for JSON of the API server
  base::YamlTree tree;
};

inline constexpr size_t kMostSourceBytes = size_t{64} << 20;

// Adds the objects of a text: YAML of several documents, or JSON (it begins with "{"), Lists taken
// apart. InvalidArgument names the file and the place.
absl::Status ReadSourceObjects(std::string_view text, const std::string& file,
                               std::vector<SourceObject>& objects);
// One page of a list, or an object, in JSON of the API server. Answers metadata.continue: empty
// where it is the last.
absl::StatusOr<std::string> ReadSourcePage(std::string_view json,
                                           std::vector<SourceObject>& objects);

// The value of a key; null where there is none, where it is null, and where `tree` is no map.
const base::YamlTree* FindKey(const base::YamlTree& tree, std::string_view key);
// The text of a scalar there; empty where there is none.
std::string TextOf(const base::YamlTree& tree, std::string_view key);

}  // namespace tutti::importer
