#include "framework/bind_points.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::framework {
namespace {

using Entries = std::vector<BindAnnotations::Entry>;

// As the API server has it: an optional DNS name and a slash, then a name of at most 63.
constexpr size_t kLongestPrefix = 253;
constexpr size_t kLongestName = 63;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsNameLike(std::string_view text, size_t longest, std::string_view punctuation) {
  return !text.empty() && text.size() <= longest && IsAlphanumeric(text.front()) &&
         IsAlphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return IsAlphanumeric(c) || punctuation.find(c) != std::string_view::npos;
         });
}

bool IsAnnotationKey(std::string_view key) {
  const size_t slash = key.find('/');
  if (slash == std::string_view::npos) return IsNameLike(key, kLongestName, "-_.");
  const std::string_view prefix = key.substr(0, slash);
  const bool lower =
      std::none_of(prefix.begin(), prefix.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return lower && IsNameLike(prefix, kLongestPrefix, "-.") &&
         IsNameLike(key.substr(slash + 1), kLongestName, "-_.");
}

bool IsOurs(std::string_view key) { return key.starts_with("tutti.dev/"); }

size_t BytesOf(const Entries& entries) {
  size_t bytes = 0;
  for (const auto& [key, value] : entries) bytes += key.size() + value.size();
  return bytes;
}

// What is wrong with the annotations that one plugin adds to `known`; empty: nothing.
std::string WrongAnnotations(const Entries& added, const Entries& known) {
  for (size_t i = 0; i < added.size(); ++i) {
    const std::string& key = added[i].first;
    const auto same = [&](const auto& entry) { return entry.first == key; };
    if (!IsAnnotationKey(key)) {
      return absl::StrFormat(
          "PreBind added the annotation \"%s\": expected a key like example.com/rank",
          key.substr(0, kLongestPrefix));
    }
    if (IsOurs(key)) return "PreBind added " + key + ": annotations of tutti.dev are Tutti's own";
    if (std::any_of(known.begin(), known.end(), same) ||
        std::any_of(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(i), same))
      return "PreBind added " + key + ", which is there already";
  }
  const size_t bytes = BytesOf(added) + BytesOf(known);
  if (bytes <= BindAnnotations::kMostBytes) return {};
  return absl::StrFormat("PreBind brought the annotations to %d bytes: expected at most %d", bytes,
                         BindAnnotations::kMostBytes);
}

bool IsRefusal(const Status& status) {
  return status.code() == Code::kUnschedulable ||
         status.code() == Code::kUnschedulableAndUnresolvable;
}

}  // namespace

Status BindPoints::Permit(const PlacedPodView& pod, Permitted& permitted,
                          std::chrono::nanoseconds& timeout) const {
  permitted.resize(Of().permits().size());
  timeout = PermitPlugin::kLongestTimeout;
  Status waits;
  for (size_t i = 0; i < permitted.size(); ++i) {
    if (permitted[i]) continue;
    const auto& at = Of().permits()[i];
    std::chrono::nanoseconds wish{0};
    const Status status = Ask(at.plugin, "Permit", [&] {
      Status answer = at.point->Permit(pod, wish);
      if (answer.code() == Code::kWait && wish.count() <= 0) {
        return Status::Error(absl::StrFormat(
            "Permit answered Wait with a timeout of %d ns: expected more than zero", wish.count()));
      }
      const bool known = answer.ok() || answer.code() == Code::kWait || IsRefusal(answer) ||
                         answer.code() == Code::kError;
      return known ? answer
                   : WrongCode("Permit", answer,
                               "Success, Wait, Unschedulable, UnschedulableAndUnresolvable or "
                               "Error");
    });
    if (status.code() == Code::kWait) {
      timeout = std::min(timeout, wish);
      if (waits.ok()) waits = status;
      continue;
    }
    const bool skips = status.code() == Code::kError && Of().Skips(at.plugin, /*by_default=*/false);
    if (!status.ok() && !skips) return status;
    permitted[i] = true;
  }
  return waits;
}

Status BindPoints::PreBind(const PlacedPodView& pod, Entries& annotations) const {
  for (const auto& at : Of().pre_binds()) {
    BindAnnotations added;
    Status status = Ask(at.plugin, "PreBind", [&] {
      Status answer = at.point->PreBind(pod, added);
      if (IsRefusal(answer) || answer.code() == Code::kError) return answer;
      if (!answer.ok()) {
        return WrongCode("PreBind", answer,
                         "Success, Unschedulable, UnschedulableAndUnresolvable or Error");
      }
      const std::string wrong = WrongAnnotations(added.entries(), annotations);
      return wrong.empty() ? Status::Success() : Status::Error(wrong);
    });
    if (status.ok()) {
      annotations.insert(annotations.end(), added.entries().begin(), added.entries().end());
    } else if (status.code() != Code::kError || !Of().Skips(at.plugin, /*by_default=*/false)) {
      return status;
    }
  }
  return Status::Success();
}

void BindPoints::PostBind(const PlacedPodView& pod) const {
  for (const auto& at : Of().post_binds()) {
    const Status told = Ask(at.plugin, "PostBind", [&] {
      at.point->PostBind(pod);
      return Status::Success();
    });
    static_cast<void>(told);  // has been reported; there is nothing else to be done
  }
}

}  // namespace tutti::framework
