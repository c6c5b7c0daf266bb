// ReasonTable: the reasons that plugins have declared, beside the built-in ones.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "tutti/ids.h"

namespace tutti::model {

struct PluginReason {
  std::string code;     // "GpuTooSmall"
  std::string meaning;  // one sentence
  std::string plugin;   // whose it is
};

// Filled while the process is wired up, on one thread; read-only afterwards, by any. Entries stay
// where they are.
class ReasonTable {
 public:
  ReasonId Add(std::string_view code, std::string_view meaning, std::string_view plugin) {
    for (size_t i = 0; i < reasons_.size(); ++i) {
      if (reasons_[i].code == code && reasons_[i].plugin == plugin)
        return ReasonId(static_cast<uint16_t>(i));
    }
    reasons_.push_back({std::string(code), std::string(meaning), std::string(plugin)});
    return ReasonId(static_cast<uint16_t>(reasons_.size() - 1));
  }
  const PluginReason* Find(ReasonId id) const {
    return id.value < reasons_.size() ? &reasons_[id.value] : nullptr;
  }
  const std::deque<PluginReason>& reasons() const { return reasons_; }

 private:
  std::deque<PluginReason> reasons_;
};

}  // namespace tutti::model
