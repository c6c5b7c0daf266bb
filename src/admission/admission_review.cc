#include "admission/admission_review.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace tutti::admission {
namespace {

constexpr size_t kMaxDepth = 72;  // a Pod's 64 and what the review puts around it
constexpr size_t kFirstCapacity = size_t{64} << 10;
constexpr size_t kPadding = 64;

std::string_view Text(const simdjson::dom::element& object, std::string_view pointer) {
  std::string_view text;
  return object.at_pointer(pointer).get(text) == simdjson::SUCCESS ? text : std::string_view();
}

}  // namespace

struct ReviewParser::Impl {
  simdjson::dom::parser parser;
};

ReviewParser::ReviewParser() : impl_(std::make_unique<Impl>()) {
  [[maybe_unused]] const auto error = impl_->parser.allocate(kFirstCapacity, kMaxDepth);
}
ReviewParser::~ReviewParser() = default;

absl::StatusOr<ReviewRequest> ReviewParser::Parse(std::string_view body) {
  simdjson::dom::element review;
  if (const auto error = impl_->parser.parse(body.data(), body.size(), false).get(review);
      error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not an AdmissionReview: %s; expected admission.k8s.io/v1",
                        simdjson::error_message(error)));
  }
  ReviewRequest request;
  request.uid = Text(review, "/request/uid");
  if (request.uid.empty()) {
    return absl::InvalidArgumentError(
        "AdmissionReview without request.uid; expected admission.k8s.io/v1");
  }
  request.namespace_name = Text(review, "/request/namespace");
  request.creates_pod = Text(review, "/request/operation") == "CREATE" &&
                        Text(review, "/request/resource/resource") == "pods" &&
                        Text(review, "/request/subResource").empty();
  bool dry_run = false;
  if (review.at_pointer("/request/dryRun").get(dry_run) == simdjson::SUCCESS)
    request.dry_run = dry_run;
  simdjson::dom::object object;
  if (review.at_pointer("/request/object").get(object) == simdjson::SUCCESS) {
    request.object = simdjson::minify(object);
    request.object_size = request.object.size();
    request.object.append(kPadding, '\0');
  }
  return request;
}

std::string ReviewReply(std::string_view uid, const std::string& patch,
                        const std::vector<std::string>& warnings) {
  nlohmann::json response = {{"uid", std::string(uid)}, {"allowed", true}};
  if (!patch.empty()) {
    response["patchType"] = "JSONPatch";
    response["patch"] = absl::Base64Escape(patch);
  }
  if (!warnings.empty()) response["warnings"] = warnings;
  const nlohmann::json review = {{"apiVersion", "admission.k8s.io/v1"},
                                 {"kind", "AdmissionReview"},
                                 {"response", std::move(response)}};
  return review.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tutti::admission
