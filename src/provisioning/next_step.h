// NextStep: what is to be done about a gang and its ProvisioningRequest, as a table. Pure.
#pragma once

#include <cstdint>

#include "provisioning/need.h"
#include "provisioning/provisioning_request.h"

namespace tutti::provisioning {

enum class Step : uint8_t { kNothing, kCreate, kKeep, kDelete };

// Of a gang without a request: kCreate or kNothing. What limits how many there are, and how soon
// one is tried again, is the caller's.
Step NextStep(Need need);
// Of one that has a request.
Step NextStep(Need need, RequestPhase phase);

}  // namespace tutti::provisioning
