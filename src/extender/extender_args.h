// ExtenderArgs: the body of filter and prioritize, as views into the request's text.
//
// Keys of the message itself match in any casing, as Go decodes them; the objects inside it are
// ordinary API objects. A key may stand once. Unknown keys, nulls and missing fields are fine.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/uid.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

// Limits on what one request may name. Names longer than a DNS subdomain are refused.
inline constexpr size_t kMostNodes = 50'000;
inline constexpr size_t kLongestName = 253;

// What every verb needs of a Pod; the rest stays text until a decoder is asked.
struct PodSummary {
  std::string_view json;  // the Pod's text
  base::Uid uid;          // invalid where there is none in canonical form
  std::string_view name;
  std::string_view namespace_name;
  std::string_view plan_token;  // annotation tutti.dev/plan
};

struct ExtenderArgs {
  // kNames: nodeCacheCapable true. kNodes: false, whole Node objects.
  enum class Form { kNames, kNodes };

  PodSummary pod;
  Form form = Form::kNames;
  // One per offered node, in the request's order, duplicates kept. At least one.
  std::vector<std::string_view> names;
  std::vector<std::string_view> nodes;  // kNodes: each Node's JSON text, beside its name
  std::string_view offer;  // the text of the array of names, or of the NodeList, to be echoed
  // False where a name holds an escape: then `names` are unescaped copies and `offer` must not be
  // cut into pieces.
  bool plain = true;
  std::deque<std::string> unescaped;  // owns those copies
};

// Fills `args` from `body`; both `body` and `index` must outlive it. Reuses the memory of `args`.
// InvalidArgument says what is wrong and where; Node-less and Pod-less requests are wrong.
absl::Status DecodeExtenderArgs(std::string_view body, objects::JsonIndex& index,
                                ExtenderArgs& args);

// The Pod at the cursor.
void ReadPodSummary(objects::JsonCursor& cursor, PodSummary& pod);
// Case-insensitive equality of a message's key with a lower-case name.
bool KeyIs(std::string_view key, std::string_view lower_case);

}  // namespace tutti::extender
