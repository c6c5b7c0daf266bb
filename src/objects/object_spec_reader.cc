#include "objects/object_spec_reader.h"

#include <string>
#include <utility>

#include "nlohmann/json.hpp"

namespace tutti::objects {
namespace {

using nlohmann::json;

ConfigKind KindOf(const json& value) {
  if (value.is_boolean()) return ConfigKind::kBoolean;
  return value.is_number_integer() ? ConfigKind::kInteger : ConfigKind::kString;
}

}  // namespace

model::ObjectSpec ReadObjectSpec(const JsonObjectView& object) {
  model::ObjectSpec spec;
  spec.generation = object.Integer("/metadata/generation").value_or(0);
  const std::string where = object.namespace_name().empty()
                                ? object.name()
                                : object.namespace_name() + "/" + object.name();
  const json tree = json::parse(object.JsonText("/spec"), nullptr, /*allow_exceptions=*/false);
  if (!tree.is_object()) return spec;
  const json flat = tree.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (value.is_null() || value.is_structured()) continue;
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    spec.entries.push_back({pointer, KindOf(value), std::move(text), where});
  }
  return spec;
}

}  // namespace tutti::objects
