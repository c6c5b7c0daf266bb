// The rules that dialects have in common, and how the rules of one are put together.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "tutti/gang_markers.h"

namespace tutti::gang {

template <size_t... N>
constexpr auto JoinRules(const std::array<MarkerRule, N>&... parts) {
  std::array<MarkerRule, (N + ...)> all;
  auto at = all.begin();
  ((at = std::copy(parts.begin(), parts.end(), at)), ...);
  return all;
}

constexpr MarkerRule AnnotationRule(std::string_view key, MarkerMeaning meaning,
                                    std::string_view note = {}) {
  return {MarkerPlace::kAnnotation, key, meaning, note};
}
constexpr MarkerRule LabelRule(std::string_view key, MarkerMeaning meaning,
                               std::string_view note = {}) {
  return {MarkerPlace::kLabel, key, meaning, note};
}
constexpr MarkerRule FieldRule(std::string_view pointer, MarkerMeaning meaning,
                               std::string_view note = {}) {
  return {MarkerPlace::kField, pointer, meaning, note};
}

// The annotation, else the label.
constexpr std::array<MarkerRule, 2> EitherRule(std::string_view key, MarkerMeaning meaning,
                                               std::string_view note = {}) {
  return {{AnnotationRule(key, meaning, note), LabelRule(key, meaning, note)}};
}

// What QueueOf reads before anything that the dialect has of its own.
inline constexpr auto kOurQueueRules = EitherRule("tutti.dev/queue", MarkerMeaning::kQueue);

// What ReadMaxMember reads.
inline constexpr std::string_view kMaxMemberNote = "how many members may have a node at once";
inline constexpr auto kMaxMemberRules =
    EitherRule("tutti.dev/max-member", MarkerMeaning::kOther, kMaxMemberNote);

// What ReadPodGroup reads.
inline constexpr auto kPodGroupRules =
    JoinRules(kOurQueueRules, kMaxMemberRules,
              std::array{FieldRule("/spec/minMember", MarkerMeaning::kMinMember),
                         FieldRule("/spec/scheduleTimeoutSeconds", MarkerMeaning::kWaitTimeout),
                         FieldRule("/spec/queue", MarkerMeaning::kQueue)});

// Why several dialects leave aside what they leave aside.
inline constexpr std::string_view kPodsRequests = "what the pods themselves request is counted";
inline constexpr std::string_view kPodsPriority = "the priority of the pods themselves counts";
inline constexpr std::string_view kOurTopology =
    "where gangs are placed is for the topology plugins of Tutti";
inline constexpr std::string_view kOurPreemption =
    "who may be preempted is for the queues of Tutti and the priority of the pods";
inline constexpr std::string_view kOurMemberLost =
    "annotation tutti.dev/on-member-lost says what becomes of the other members";

// The last rule of an object whose spec is there for the gang alone.
inline constexpr std::array kUnknownSpecRule = {
    FieldRule("/spec/*", MarkerMeaning::kNothing, "Tutti knows no such field")};

}  // namespace tutti::gang
