// CoreAudit: looks at the whole state and says what it holds, and what in it cannot be true.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "planner/core.h"
#include "planner/core_state.h"

namespace tutti::planner {

class CoreAudit {
 public:
  explicit CoreAudit(const CoreState& state) : s_(state) {}

  Core::Counts Count() const;
  std::vector<std::string> CheckInvariants() const;
  std::string DurableState() const;

 private:
  using Sums = std::map<std::pair<uint32_t, uint16_t>, int64_t>;  // by node and resource

  void CountMembers(const Gang& gang, Core::Counts& counts) const;
  void CheckGang(const Gang& gang, std::vector<std::string>& broken) const;
  void CheckNodes(std::vector<std::string>& broken) const;
  void AddDevices(const model::ResourceList& requests, const model::DeviceSet& devices,
                  model::NodeIndex node, Sums& sums) const;

  const CoreState& s_;
};

}  // namespace tutti::planner
