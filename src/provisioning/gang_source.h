// GangSource: what provisioning must know of gangs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/gang_key.h"
#include "provisioning/need.h"

namespace tutti::provisioning {

struct WaitingGang {
  model::GangKey key;
  std::string name;
  Need need = Need::kOther;
  base::Duration waited{0};
  int64_t members = 0;  // that have not finished
};

struct WaitingGangs {
  bool leads = false;    // nothing else is known where it does not
  bool complete = true;  // false: more gangs wait than these
  std::vector<WaitingGang> gangs;
};

// Members that are alike, of those that the gang lacks.
struct MemberKind {
  std::string example_pod;
  int64_t pods = 0;
};

struct MemberKinds {
  bool all = true;  // false: there are more kinds than these
  std::vector<MemberKind> kinds;
};

// One thread. Nothing: no answer in time, ask again later.
class GangSource {
 public:
  virtual ~GangSource() = default;

  virtual std::optional<WaitingGangs> Waiting() = 0;
  // Of a gang that still waits for nodes; empty: it does not.
  virtual std::optional<MemberKinds> Kinds(const model::GangKey& gang) = 0;
  // Names of the pods that have not finished; empty: it is gone.
  virtual std::optional<std::vector<std::string>> Members(const model::GangKey& gang) = 0;
};

}  // namespace tutti::provisioning
