#include "marker_values.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tutti::gang {
namespace {

constexpr size_t kMostOfAValue = 32;

std::optional<int64_t> Whole(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int64_t SecondsOf(char unit) { return unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0; }

}  // namespace

std::optional<int> ParseMemberCount(std::string_view text) {
  const std::optional<int64_t> value = Whole(text);
  if (!value || *value < 1 || *value > kMostMembers) return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<std::chrono::nanoseconds> ParseWait(std::string_view text) {
  int64_t seconds = 0;
  while (!text.empty()) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::optional<int64_t> value = Whole(text.substr(0, digits));
    const int64_t unit = digits < text.size() ? SecondsOf(text[digits]) : 0;
    if (!value || unit == 0 || *value > kLongestWait.count() / unit) return std::nullopt;
    seconds += *value * unit;
    if (seconds > kLongestWait.count()) return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  if (seconds == 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::string_view Marker(const PodView& pod, std::string_view key) {
  const std::string_view annotation = pod.Annotation(key);
  return annotation.empty() ? pod.Label(key) : annotation;
}

std::string Wrong(std::string_view marker, std::string_view value, std::string_view expectation) {
  std::string problem(marker);
  problem.append(" is \"").append(value.substr(0, kMostOfAValue)).append("\"; ");
  return problem.append(expectation);
}

void SetMinMember(std::string_view marker, std::string_view value, std::string_view remedy,
                  GangMembership& membership) {
  if (const std::optional<int> min_member = ParseMemberCount(value)) {
    membership.spec.emplace().min_member = *min_member;
  } else {
    membership.problem =
        Wrong(marker, value, "expected 1 to 100000, in quotes; " + std::string(remedy));
  }
}

void SetMaxMember(std::string_view marker, std::string_view value, GangMembership& membership) {
  if (value.empty() || !membership.spec) return;
  const std::optional<int> most = ParseMemberCount(value);
  if (most && *most >= membership.spec->min_member) {
    membership.spec->max_member = *most;
    return;
  }
  const std::string least = std::to_string(membership.spec->min_member);
  membership.spec.reset();
  membership.problem = Wrong(marker, value,
                             "expected a number in quotes, not below the " + least +
                                 " that start together, to 100000; correct or remove it");
}

void SetWaitTimeout(std::string_view marker, std::string_view value, GangMembership& membership) {
  if (value.empty() || !membership.spec) return;
  if (const std::optional<std::chrono::nanoseconds> wait = ParseWait(value)) {
    membership.spec->wait_timeout = *wait;
  } else {
    membership.spec.reset();
    membership.problem = Wrong(marker, value,
                               "expected whole numbers with units such as 90s, 5m or 1h30m; "
                               "correct or remove it");
  }
}

std::string QueueOf(const PodView& pod, std::string_view of_dialect) {
  const std::string_view ours = Marker(pod, "tutti.dev/queue");
  return std::string(ours.empty() ? of_dialect : ours);
}

std::string QueueOf(const ObjectView& object, std::string of_dialect, std::string_view metadata) {
  for (const char* kind : {"/annotations", "/labels"}) {
    const std::string pointer = std::string(metadata) + kind + "/tutti.dev~1queue";
    if (std::optional<std::string> ours = object.String(pointer); ours && !ours->empty())
      return *std::move(ours);
  }
  return of_dialect;
}

}  // namespace tutti::gang
