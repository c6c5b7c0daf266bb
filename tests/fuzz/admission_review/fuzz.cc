// Admission reviews: any bytes give one answer; a 200 always allows the pod, and a patch applies to
// the object that was sent.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "admission/admission_routes.h"
#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace {

using nlohmann::json;

struct Webhook {
  Webhook() {
    world.core.admission_answer.gate = true;
    world.core.admission_answer.pins = {"node-a", "node-b"};
    world.core.admission_answer.plan_token = "p/1";
    tutti::admission::AdmissionOptions options;
    options.make_decoder = [this] { return world.MakeDecoder(); };
    options.observe = [](tutti::admission::Outcome) {};
    routes = tutti::admission::AdmissionRoutes(world.core, std::move(options));
  }
  tutti::testing::DoorWorld world;
  std::vector<tutti::http::Server::Route> routes;
};

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckPatch(const json& review, const json& response) {
  std::string patch;
  Check(absl::Base64Unescape(response.value("patch", ""), &patch));
  if (review.is_discarded()) return;  // an escape that the other parser refuses
  const json operations = json::parse(patch, nullptr, false);
  if (operations.is_discarded()) return;
  try {
    const json pod = review.at("request").at("object").patch(operations);
    Check(!pod.at("spec").at("schedulingGates").empty());
  } catch (const json::exception&) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Webhook* const webhook = new Webhook();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tutti::testing::PaddedBody body(text);
  tutti::http::Request request;
  request.body = body.view();
  const auto sink = std::make_shared<tutti::testing::RecordingSink>();
  webhook->routes[0].handler(request, tutti::http::Reply(sink));
  webhook->world.core.admitted.clear();
  Check(sink->answers == 1);
  Check(sink->status == 200 || sink->status == 400);
  if (sink->status != 200) return 0;
  const json review = json::parse(text.begin(), text.end(), nullptr, false);
  const json reply = json::parse(sink->body, nullptr, false);
  if (reply.is_discarded()) {
    Check(review.is_discarded());  // its uid, echoed, holds an escape that is none
    return 0;
  }
  Check(reply.at("response").at("allowed") == true);
  if (reply.at("response").contains("patch")) CheckPatch(review, reply.at("response"));
  return 0;
}
