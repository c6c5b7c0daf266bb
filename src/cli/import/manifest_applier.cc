#include "cli/import/manifest_applier.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "kube/api.h"
#include "objects/json_object_view.h"

namespace tutti::cli {
namespace {

using importer::Manifest;

constexpr size_t kAtATime = 64;
constexpr size_t kMostProblems = 10;  // that a message tells
constexpr base::Duration kFirstWait = std::chrono::milliseconds(50);
constexpr base::Duration kLongestWait = std::chrono::seconds(1);

std::vector<size_t> AllOf(const std::vector<Manifest>& manifests) {
  std::vector<size_t> numbers(manifests.size());
  std::iota(numbers.begin(), numbers.end(), size_t{0});
  return numbers;
}

absl::Status NotSent() { return absl::UnknownError("not sent"); }

std::string PathOf(const Manifest& manifest) {
  return kube::ResourcePath({importer::kManifestGroup, importer::kManifestVersion, manifest.plural},
                            {manifest.ns, manifest.name});
}

std::string NameOf(const Manifest& manifest) {
  const std::string ns = manifest.ns.empty() ? "" : manifest.ns + "/";
  return absl::StrCat(manifest.kind, " ", ns, manifest.name);
}

kube::Request GetRequest(const Manifest& manifest) {
  kube::Request request;
  request.path = PathOf(manifest);
  return request;
}

kube::Request ApplyRequest(const Manifest& manifest, bool dry_run) {
  kube::Request request;
  request.method = "PATCH";
  request.path = PathOf(manifest) + "?fieldManager=tutti-import";
  if (dry_run) request.path += "&dryRun=All";
  request.body = manifest.json;
  request.content_type = "application/apply-patch+yaml";
  return request;
}

// What the API server says about the object is neither a mistake of the call nor about a gang.
absl::Status ProblemOf(const Manifest& manifest, const absl::StatusOr<kube::Response>& reply) {
  const absl::Status status = kube::ReplyStatus(reply, NameOf(manifest));
  if (status.ok() || !reply.ok() || absl::IsPermissionDenied(status)) return status;
  const std::string remedy =
      absl::IsAborted(status)
          ? ": take the change over into what is imported, or delete the object and import again"
          : "";
  return absl::FailedPreconditionError(absl::StrCat(std::string(status.message()), remedy));
}

// Of a webhook, which sees what is there and not what comes along.
bool IsDenied(const absl::StatusOr<kube::Response>& reply) {
  return reply.ok() && reply->status >= 400 &&
         absl::StrContains(reply->ErrorMessage(), "denied the request");
}

// What is wrong before anything is written.
absl::Status ProblemsOf(const std::vector<Manifest>& manifests,
                        const std::vector<absl::StatusOr<kube::Response>>& replies) {
  std::vector<std::string> texts;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (size_t i = 0; i < manifests.size(); ++i) {
    const absl::Status status = ProblemOf(manifests[i], replies[i]);
    if (status.ok() || IsDenied(replies[i])) continue;
    if (code == absl::StatusCode::kOk) code = status.code();
    texts.emplace_back(status.message());
  }
  if (texts.empty()) return absl::OkStatus();
  const size_t more = texts.size() - std::min(texts.size(), kMostProblems);
  texts.resize(texts.size() - more);
  if (more > 0) texts.push_back(absl::StrFormat("and %d more", more));
  return absl::Status(code, "nothing was applied: " + absl::StrJoin(texts, "\n  "));
}

// Of an object as the API server answers it; nothing where it is not there. It counts what changes
// the spec: a resourceVersion changes with the status, too, which Tutti writes meanwhile.
std::optional<int64_t> GenerationOf(const absl::StatusOr<kube::Response>& reply) {
  if (!reply.ok() || reply->status >= 300) return std::nullopt;
  const auto object = objects::JsonObjectView::Parse(reply->body);
  return object.ok() ? object->Integer("/metadata/generation") : std::nullopt;
}

}  // namespace

absl::Status ManifestApplier::IsServed() {
  kube::Request request;
  request.path =
      absl::StrFormat("/apis/%s/%s", importer::kManifestGroup, importer::kManifestVersion);
  request.timeout = timeout_;
  const absl::Status status = kube::ReplyStatus(client_.Call(request), "GET " + request.path);
  if (!absl::IsNotFound(status)) return status;
  return absl::FailedPreconditionError(
      absl::StrFormat("nothing was applied: %s/%s is not served by this API server: apply Tutti's "
                      "CRDs first (deploy/crds)",
                      importer::kManifestGroup, importer::kManifestVersion));
}

void ManifestApplier::SendAll(const std::vector<Manifest>& manifests, const Numbers& numbers,
                              const MakeRequest& make, Replies& replies) {
  for (size_t from = 0; from < numbers.size();) {
    const size_t depth = manifests[numbers[from]].depth;
    size_t to = from;
    while (to < numbers.size() && to - from < kAtATime && manifests[numbers[to]].depth == depth)
      ++to;
    absl::BlockingCounter answered(static_cast<int>(to - from));
    for (; from < to; ++from) {
      const size_t number = numbers[from];
      kube::Request request = make(manifests[number]);
      request.timeout = timeout_;
      client_.Send(std::move(request), [&replies, &answered, number](auto reply) {
        replies[number] = std::move(reply);
        answered.DecrementCount();
      });
    }
    answered.Wait();
  }
}

// A webhook may know of a parent a moment after it was written, and a guarantee may fit only when
// another one has been lowered.
void ManifestApplier::WriteAll(const std::vector<Manifest>& manifests, Replies& replies) {
  const MakeRequest apply = [](const Manifest& manifest) { return ApplyRequest(manifest, false); };
  Numbers pending = AllOf(manifests);
  base::Duration wait = kFirstWait;
  base::Duration waited{0};
  while (true) {
    SendAll(manifests, pending, apply, replies);
    Numbers denied;
    for (const size_t number : pending) {
      if (IsDenied(replies[number])) denied.push_back(number);
    }
    if (denied.empty()) return;
    if (denied.size() < pending.size()) {
      wait = kFirstWait;
      waited = base::Duration(0);
    } else if (waited >= patience_) {
      return;
    }
    pending = std::move(denied);
    absl::SleepFor(absl::FromChrono(wait));
    waited += wait;
    wait = std::min(wait * 2, kLongestWait);
  }
}

absl::Status ManifestApplier::Apply(const std::vector<Manifest>& manifests,
                                    std::vector<AppliedManifest>& applied) {
  TUTTI_RETURN_IF_ERROR(IsServed());
  const Numbers all = AllOf(manifests);
  Replies before(all.size(), NotSent());
  SendAll(manifests, all, GetRequest, before);
  Replies replies(all.size(), NotSent());
  SendAll(
      manifests, all, [](const Manifest& manifest) { return ApplyRequest(manifest, true); },
      replies);
  TUTTI_RETURN_IF_ERROR(ProblemsOf(manifests, replies));
  WriteAll(manifests, replies);
  absl::Status first;
  for (const size_t i : all) {
    const absl::Status status = ProblemOf(manifests[i], replies[i]);
    first.Update(status);
    if (!status.ok()) continue;
    const std::optional<int64_t> generation = GenerationOf(before[i]);
    const bool same = generation && generation == GenerationOf(replies[i]);
    applied.push_back({&manifests[i], replies[i]->status == 201 ? "created"
                                      : same                    ? "unchanged"
                                                                : "configured"});
  }
  return first;
}

}  // namespace tutti::cli
