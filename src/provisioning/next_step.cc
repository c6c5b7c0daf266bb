#include "provisioning/next_step.h"

namespace tutti::provisioning {

Step NextStep(Need need) { return need == Need::kNodes ? Step::kCreate : Step::kNothing; }

Step NextStep(Need need, RequestPhase phase) {
  if (Ended(phase)) return Step::kDelete;
  switch (need) {
    case Need::kNodes:
      return Step::kKeep;
    case Need::kTurn:
      // The nodes that have come for it are kept for it until it is its turn.
      return phase == RequestPhase::kProvisioned ? Step::kKeep : Step::kDelete;
    case Need::kOther:
    case Need::kGone:
      break;
  }
  return Step::kDelete;
}

}  // namespace tutti::provisioning
