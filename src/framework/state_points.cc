#include "framework/state_points.h"

#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::framework {

std::vector<PluginState> StatePoints::Save() const {
  std::vector<PluginState> states;
  if (!plugins_.active()) return states;
  const Profile& profile = *plugins_.profile;
  for (const auto& at : profile.states()) {
    std::string bytes;
    const Status saved = Guarded(profile, at.plugin, "State", &plugins_.on_failure, [&] {
      bytes = at.point->Save();
      if (bytes.size() <= StatePlugin::kMostBytes) return Status::Success();
      return Status::Error(absl::StrFormat("Save gave %d bytes: expected at most %d", bytes.size(),
                                           StatePlugin::kMostBytes));
    });
    if (saved.ok()) states.push_back({profile.plugins()[at.plugin].name, std::move(bytes)});
  }
  return states;
}

void StatePoints::Restore(const std::vector<PluginState>& states) const {
  if (!plugins_.active()) return;
  const Profile& profile = *plugins_.profile;
  for (const auto& at : profile.states()) {
    for (const PluginState& state : states) {
      if (state.plugin != profile.plugins()[at.plugin].name) continue;
      // What went wrong has been reported.
      static_cast<void>(Guarded(profile, at.plugin, "State", &plugins_.on_failure, [&] {
        Status restored = at.point->Restore(state.bytes);
        return restored.ok() || restored.code() == Code::kError
                   ? restored
                   : WrongCode("Restore", restored, "Success or Error");
      }));
    }
  }
}

}  // namespace tutti::framework
