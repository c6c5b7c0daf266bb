// Plugins: what whoever asks them needs.
#pragma once

#include <string_view>
#include <vector>

#include "framework/cycle.h"
#include "framework/profile.h"
#include "model/reason.h"
#include "model/reason_table.h"

namespace tutti::framework {

// All of it must outlive whoever asks.
struct Plugins {
  const Profile* profile = nullptr;             // null: none
  const model::ReasonTable* reasons = nullptr;  // of its plugins
  OnPluginFailure on_failure = nullptr;         // any thread

  bool active() const { return profile != nullptr && !profile->plugins().empty(); }
  // Whether any of them judges nodes.
  bool judge_nodes() const {
    return active() && !(profile->pre_filters().empty() && profile->filters().empty() &&
                         profile->scores().empty() && profile->device_selects().empty());
  }
  // Of what a plugin has answered that is no success.
  model::Reason ReasonOf(const Status& status) const {
    if (status.code() == Code::kError) return {model::ReasonCode::kPluginFailed, 0, 0, {}};
    return {model::ReasonCode::kRefusedByPlugin,
            status.need(),
            status.have(),
            {},
            reasons->Find(status.reason())};
  }
};

}  // namespace tutti::framework
