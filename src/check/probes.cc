#include "check/probes.h"

#include <array>
#include <cstddef>

namespace tutti::check {
namespace {

constexpr std::array kInfos = {
    ProbeInfo{"handshake", "is it a plugin that this version of Tutti takes?"},
    ProbeInfo{"configuration", "is its configuration accepted, and are mistakes in it refused?"},
    ProbeInfo{"declarations", "are its reasons, counters and fields declared as they should be?"},
    ProbeInfo{"contract", "does it keep to its points on empty, odd and huge clusters?"},
    ProbeInfo{"verdicts", "does Filter refuse candidates only, for declared reasons, each alike?"},
    ProbeInfo{"scores", "are scores written for every candidate, and for nobody else?"},
    ProbeInfo{"repeatable",
              "does the same question get the same answer, also later and elsewhere?"},
    ProbeInfo{"threads", "does it answer several threads as it answers one?"},
    ProbeInfo{"gangs", "do its gang points keep to what they may answer?"},
    ProbeInfo{"queue-order", "is its QueueSort a strict weak order?"},
    ProbeInfo{"post-filter", "does PostFilter keep to what it may say of a gang without a place?"},
    ProbeInfo{"victims", "does SelectVictims propose only what may be evicted, always alike?"},
    ProbeInfo{"reserve", "does Unreserve give back all that Reserve has entered?"},
    ProbeInfo{"bind", "do Permit, PreBind and PostBind keep to what they may answer?"},
    ProbeInfo{"events", "does it survive the cluster events that it has subscribed to?"},
    ProbeInfo{"devices", "does DeviceSelect give devices that fit, always the same ones?"},
    ProbeInfo{"queues", "do its queues keep to what a round promises?"},
    ProbeInfo{"objects", "does it take every object of the kinds that it watches?"},
    ProbeInfo{"state", "is what it saves what it restores, and nothing else believed?"},
    ProbeInfo{"speed", "what does a node cost?"},
};
constexpr void (*kProbes[])(const Subject&, Findings&) = {
    nullptr,         ProbeConfiguration, ProbeDeclarations, ProbeContract, ProbeVerdicts,
    ProbeScores,     ProbeRepeatable,    ProbeThreads,      ProbeGangs,    ProbeQueueOrder,
    ProbePostFilter, ProbeVictims,       ProbeReserve,      ProbeBind,     ProbeEvents,
    ProbeDevices,    ProbeQueues,        ProbeObjects,      ProbeState,    ProbeSpeed,
};
static_assert(std::size(kProbes) == kInfos.size());

}  // namespace

std::span<const ProbeInfo> ProbeInfos() { return kInfos; }

void AskProbe(size_t number, const Subject& subject, Findings& findings) {
  kProbes[number](subject, findings);
}

}  // namespace tutti::check
