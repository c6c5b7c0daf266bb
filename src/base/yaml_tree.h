// YamlTree: a YAML document as it was written: quoting, position and duplicate keys kept, nothing
// interpreted. yaml-cpp's own nodes hide all of that (they read `yes` as true, 010 as 8, "5" as a
// number, and drop the second of two equal keys).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace tutti::base {

struct YamlTree {
  enum class Kind { kNull, kPlain, kQuoted, kSequence, kMap };

  Kind kind = Kind::kNull;
  int line = 1;
  int column = 1;
  std::string text;             // of kPlain and kQuoted
  std::vector<YamlTree> keys;   // of kMap, in order, duplicates included
  std::vector<YamlTree> items;  // of kSequence, or the values of kMap
};

inline constexpr size_t kMaxYamlBytes = size_t{256} << 10;
inline constexpr int kMaxYamlDepth = 16;

// Nothing and one problem where the text is no YAML, holds more than one document, or uses what our
// files do not need: anchors, aliases, explicit tags, more than the limits above.
bool ParseYaml(std::string_view text, std::string_view file_name, YamlTree& tree, Problem& problem);

// Likewise of a text that others have written, with limits of its own: all its documents, also
// those that are empty (kNull).
struct YamlLimits {
  size_t bytes = kMaxYamlBytes;
  int depth = kMaxYamlDepth;
};
bool ParseYamlDocuments(std::string_view text, std::string_view file_name, const YamlLimits& limits,
                        std::vector<YamlTree>& documents, Problem& problem);

}  // namespace tutti::base
