#include "admission/admission_review.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::admission {
namespace {

using objects::JsonCursor;

constexpr char kVersion[] = "admission.k8s.io/v1";
// kubectl prints a warning on one line; the API server cuts it at 256 characters.
constexpr size_t kLongestWarning = 250;

std::string_view TextOrNothing(JsonCursor& cursor) {
  std::string_view text;
  if (!cursor.TakeNull()) cursor.TakeString(text);
  return text;
}

struct ReadState {
  ReviewRequest request;
  std::string_view operation;
  std::string_view resource;
  std::string_view subresource;
  std::string_view version;
};

void ReadResource(JsonCursor& cursor, ReadState& state) {
  if (cursor.TakeNull()) return;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key == "resource") {
      state.resource = TextOrNothing(cursor);
    } else if (key == "group") {
      state.request.group = TextOrNothing(cursor);
    } else {
      cursor.Skip();
    }
  }
}

std::string_view ValueOrNothing(JsonCursor& cursor) {
  return cursor.TakeNull() ? std::string_view() : cursor.Skip();
}

void ReadRequest(JsonCursor& cursor, ReadState& state) {
  if (cursor.TakeNull()) return;
  ReviewRequest& request = state.request;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key == "uid") {
      request.uid = TextOrNothing(cursor);
    } else if (key == "namespace") {
      request.namespace_name = TextOrNothing(cursor);
    } else if (key == "operation") {
      state.operation = TextOrNothing(cursor);
    } else if (key == "subResource") {
      state.subresource = TextOrNothing(cursor);
    } else if (key == "resource") {
      ReadResource(cursor, state);
    } else if (key == "dryRun") {
      if (!cursor.TakeNull()) cursor.TakeBool(request.dry_run);
    } else if (key == "object") {
      request.object = ValueOrNothing(cursor);
    } else if (key == "oldObject") {
      request.old_object = ValueOrNothing(cursor);
    } else if (key == "userInfo") {
      request.user_info = ValueOrNothing(cursor);
    } else {
      cursor.Skip();
    }
  }
}

}  // namespace

absl::StatusOr<ReviewRequest> ReadReview(std::string_view body, objects::JsonIndex& index) {
  const auto refused = [](std::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not an AdmissionReview: %s; expected %s", why, kVersion));
  };
  if (absl::Status status = index.Build(body); !status.ok())
    return refused(std::string(status.message()));
  JsonCursor cursor(index);
  ReadState state;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key == "request") {
      ReadRequest(cursor, state);
    } else if (key == "apiVersion") {
      state.version = TextOrNothing(cursor);
    } else {
      cursor.Skip();
    }
  }
  cursor.Finish();
  if (!cursor.ok()) return refused(std::string(cursor.status().message()));
  if (state.version != kVersion)
    return refused(absl::StrFormat("apiVersion is \"%s\"", state.version.substr(0, 100)));
  if (state.request.uid.empty() || state.request.uid.size() > 256)
    return refused("request.uid is missing");
  state.request.creates_pod =
      state.operation == "CREATE" && state.resource == "pods" && state.subresource.empty();
  state.request.resource = state.resource;
  return state.request;
}

std::string ReviewReply(std::string_view uid, std::string_view patch,
                        const std::vector<std::string>& warnings) {
  std::string reply = absl::StrFormat(
      R"({"apiVersion":"%s","kind":"AdmissionReview","response":{"uid":"%s","allowed":true)",
      kVersion, uid);
  if (!patch.empty()) {
    absl::StrAppendFormat(&reply, R"(,"patchType":"JSONPatch","patch":"%s")",
                          absl::Base64Escape(absl::string_view(patch.data(), patch.size())));
  }
  if (!warnings.empty()) {
    reply += ",\"warnings\":[";
    for (size_t i = 0; i < warnings.size(); ++i) {
      if (i > 0) reply += ',';
      objects::AppendJsonString(reply, std::string_view(warnings[i]).substr(0, kLongestWarning));
    }
    reply += ']';
  }
  return reply + "}}";
}

std::string VerdictReply(std::string_view uid, std::string_view refusal) {
  if (!refusal.empty()) return RefusalReply(uid, {422, "Invalid", refusal});
  return absl::StrFormat(
      R"({"apiVersion":"%s","kind":"AdmissionReview","response":{"uid":"%s","allowed":true}})",
      kVersion, uid);
}

std::string RefusalReply(std::string_view uid, const Refusal& refusal) {
  std::string reply = absl::StrFormat(
      R"({"apiVersion":"%s","kind":"AdmissionReview","response":{"uid":"%s","allowed":false,)",
      kVersion, uid);
  absl::StrAppendFormat(&reply, R"("status":{"code":%d,"reason":"%s",)", refusal.code,
                        refusal.reason);
  if (refusal.retry_after_seconds > 0) {
    absl::StrAppendFormat(&reply, R"("details":{"retryAfterSeconds":%d},)",
                          refusal.retry_after_seconds);
  }
  reply += R"("message":)";
  objects::AppendJsonString(reply, refusal.message);
  return reply + "}}}";
}

}  // namespace tutti::admission
