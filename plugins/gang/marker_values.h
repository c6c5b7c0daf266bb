// Values that users write into markers, and the problems of those that are wrong.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tutti/gang_grouping.h"

namespace tutti::gang {

inline constexpr int kMostMembers = 100'000;
inline constexpr std::chrono::seconds kLongestWait = std::chrono::hours(30 * 24);

// "1".."100000"; nullopt for anything else.
std::optional<int> ParseMemberCount(std::string_view text);
// Whole numbers with units as Go writes a duration: "90s", "5m", "1h30m0s". 1s up to kLongestWait.
std::optional<std::chrono::nanoseconds> ParseWait(std::string_view text);

// The pod's annotation, else its label.
std::string_view Marker(const PodView& pod, std::string_view key);
// `marker is "value"; expectation`: a value of any length makes a short problem.
std::string Wrong(std::string_view marker, std::string_view value, std::string_view expectation);
// The size of a gang that its pods say, from the value of `marker` ("annotation a/b"); or why not.
void SetMinMember(std::string_view marker, std::string_view value, std::string_view remedy,
                  GangMembership& membership);
// How many members may have a node at once, likewise, where `value` is not empty. Needs a size.
void SetMaxMember(std::string_view marker, std::string_view value, GangMembership& membership);
// How long placed members wait for missing ones, likewise, where `value` is not empty. Needs a
// size.
void SetWaitTimeout(std::string_view marker, std::string_view value, GangMembership& membership);

// The queue: what `tutti.dev/queue` says, an annotation or a label, else what the dialect says.
std::string QueueOf(const PodView& pod, std::string_view of_dialect = {});
// Likewise of an object; `metadata` is where its annotations and labels are.
std::string QueueOf(const ObjectView& object, std::string of_dialect = {},
                    std::string_view metadata = "/metadata");

}  // namespace tutti::gang
