// CoreGangSource: asks the core.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/core_loop.h"
#include "provisioning/gang_source.h"

namespace tutti::provisioning {

class CoreGangSource final : public GangSource {
 public:
  // Beyond them the list is not complete: what is rare enough is worth no more work of the core.
  static constexpr size_t kMostGangs = 2000;
  static constexpr size_t kMostMembers = 20'000;

  explicit CoreGangSource(planner::CoreLoop& core) : core_(core) {}

  std::optional<WaitingGangs> Waiting() override;
  std::optional<MemberKinds> Kinds(const model::GangKey& gang) override;
  std::optional<std::vector<std::string>> Members(const model::GangKey& gang) override;

 private:
  planner::CoreLoop& core_;
};

}  // namespace tutti::provisioning
