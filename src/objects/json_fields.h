// Reading fields of parsed JSON. Internal to src/objects: its users include simdjson themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/uid.h"
#include "model/node_selector.h"
#include "model/resource_list.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace tutti::objects {

// Each answers the neutral value where the key is missing or null, or holds another type.
std::string_view Text(const simdjson::dom::element& object, std::string_view key);
bool Flag(const simdjson::dom::element& object, std::string_view key);
int64_t Number(const simdjson::dom::element& object, std::string_view key);
bool IsPresent(const simdjson::dom::element& object, std::string_view key);  // there and not null
// `each` for every item of an array, or every value of an object with its key.
void ForEachItem(const simdjson::dom::element& object, std::string_view key,
                 const std::function<void(const simdjson::dom::element&)>& each);
void ForEachEntry(const simdjson::dom::element& object, std::string_view key,
                  const std::function<void(std::string_view, const simdjson::dom::element&)>& each);

// Seconds since 1970 of an RFC 3339 time in UTC; 0 where it is none.
int64_t Seconds(std::string_view time);

// A map of resource names to quantities (strings or numbers), into base units.
using InternResource = std::function<model::ResourceId(std::string_view)>;
struct ReadResources {
  model::ResourceList list;
  bool unknown = false;  // holds a name past the table's bound, with an amount above zero
  absl::Status status;   // a value that is no quantity
};
ReadResources Resources(const simdjson::dom::element& object, std::string_view key,
                        const InternResource& intern);

model::NodeSelector Selector(
    const simdjson::dom::element& node_selector);  // {nodeSelectorTerms: [...]}

}  // namespace tutti::objects
