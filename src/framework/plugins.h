// Plugins: what whoever asks them needs.
#pragma once

#include <string_view>
#include <vector>

#include "framework/cycle.h"
#include "framework/profile.h"
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
};

}  // namespace tutti::framework
