// Extender requests: any bytes, to every verb that is answered at once, give an answer; a 200 is
// JSON, and filter answers nothing that was not asked.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "extender/binding_args.h"
#include "extender/filter_handler.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"
#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace {

using nlohmann::json;
using tutti::extender::Answer;

struct Doors {
  Doors()
      : filter(world.core, world.workspaces),
        prioritize(world.core, world.workspaces),
        preempt(world.core, world.workspaces) {
    const auto a = world.AddNode("a");
    world.Reserve(world.AddNode("b"), 7000);
    world.Place(tutti::testing::UidOf(1), a);
    world.Hold(tutti::testing::UidOf(2), {tutti::model::ReasonCode::kBehindHead, 0, 0, {}});
    world.Publish();
  }
  tutti::testing::DoorWorld world;
  tutti::extender::FilterHandler filter;
  tutti::extender::PrioritizeHandler prioritize;
  tutti::extender::PreemptHandler preempt;
};

void Check(bool holds) {
  if (!holds) std::abort();
}

json CheckedReply(const Answer& answer) {
  Check(answer.status == 200 || answer.status == 400);
  const json reply = json::parse(answer.body, nullptr, false);
  // Escapes inside what is echoed are the sender's own; everything else must be JSON.
  Check(!reply.is_discarded() || answer.body.find('\\') != std::string::npos);
  return answer.status == 200 ? reply : json();
}

void CheckSubset(const json& request, const json& reply) {
  if (!request.is_object() || !reply.is_object() || !reply["NodeNames"].is_array()) return;
  for (const auto& [key, offered] : request.items()) {
    if (!tutti::extender::KeyIs(key, "nodenames") || !offered.is_array()) continue;
    for (const json& name : reply["NodeNames"])
      Check(std::find(offered.begin(), offered.end(), name) != offered.end());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Doors* const doors = new Doors();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tutti::testing::PaddedBody body(text);
  const json request = json::parse(text.begin(), text.end(), nullptr, false);
  using tutti::extender::FilterMode;
  CheckSubset(request, CheckedReply(doors->filter.Handle(body.view(), FilterMode::kReal)));
  CheckSubset(request, CheckedReply(doors->filter.Handle(body.view(), FilterMode::kDryRun)));
  CheckedReply(doors->prioritize.Handle(body.view()));
  CheckedReply(doors->preempt.Handle(body.view()));
  tutti::objects::JsonIndex index;
  if (tutti::extender::DecodeBindingArgs(body.view(), index).ok()) Check(request.is_object());
  return 0;
}
