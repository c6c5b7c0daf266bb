#include "record/table_writer.h"

#include <algorithm>

#include "record/model_codec.h"

namespace tutti::record {

uint32_t TableWriter::NumberOf(const std::shared_ptr<const model::PodShape>& shape) {
  const auto [it, added] = shapes_.try_emplace(shape, static_cast<uint32_t>(shapes_.size()));
  if (added) Put(*shape, *fresh_.add_shapes());
  return it->second;
}

uint32_t TableWriter::NumberOf(const std::shared_ptr<const model::ResourceList>& list) {
  const auto [it, added] = lists_.try_emplace(list, static_cast<uint32_t>(lists_.size()));
  if (added) Put(*list, *fresh_.add_lists());
  return it->second;
}

uint32_t TableWriter::NumberOf(const model::PluginReason& reason) {
  const auto [it, added] = reasons_.try_emplace(&reason, static_cast<uint32_t>(reasons_.size()));
  if (added) {
    pb::PluginReason& out = *fresh_.add_reasons();
    const auto& [code, meaning, plugin] = reason;
    out.set_code(code);
    out.set_meaning(meaning);
    out.set_plugin(plugin);
  }
  return it->second;
}

uint32_t TableWriter::NumberOf(const model::SharedGangMarkers& markers) {
  if (markers == nullptr) return 0;
  const auto [it, added] = markers_.try_emplace(markers, static_cast<uint32_t>(markers_.size()));
  if (added) Put(*markers, *fresh_.add_markers());
  return it->second + 1;
}

bool TableWriter::TakeTexts(pb::Tables& tables) {
  const size_t until = std::min(texts_.size(), texts_taken_ + kMostTexts);
  for (; texts_taken_ < until; ++texts_taken_)
    tables.add_texts(std::string(texts_.Text(base::StringId(static_cast<uint32_t>(texts_taken_)))));
  return tables.texts_size() > 0;
}

void TableWriter::TakeRest(pb::Tables& tables) {
  tables.Swap(&fresh_);
  fresh_.Clear();
  const size_t resources = resources_.size();
  for (; resources_taken_ < resources; ++resources_taken_)
    tables.add_resources(
        resources_.Name(model::ResourceId(static_cast<uint16_t>(resources_taken_))));
}

}  // namespace tutti::record
