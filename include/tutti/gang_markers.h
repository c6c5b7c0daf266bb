// MarkerRule: a marker that a dialect knows, and what the dialect takes of it. By these rules the
// host tells users what was understood of their manifests, what was not, and what contradicts what.
#pragma once

#include <cstdint>
#include <string_view>

namespace tutti {

// What a marker says of its gang.
enum class MarkerMeaning : uint8_t {
  kNothing,      // the dialect does not take it: `note` says why
  kGang,         // which gang: GangMembership::identity, or part of it
  kMinMember,    // GangSpec::min_member
  kRole,         // of a pod its role, of an object GangSpec::roles
  kQueue,        // the queue
  kWaitTimeout,  // GangSpec::wait_timeout
  kOther,        // how the others are read, which pods are members: `note` says what
};

enum class MarkerPlace : uint8_t {
  kAnnotation,
  kLabel,
  kField,
};

struct MarkerRule {
  MarkerPlace place = MarkerPlace::kAnnotation;
  // "tutti.dev/gang"; of a field a pointer: "/spec/minMember". Every part "*" stands for all
  // entries of a list or an object there; as the last one, for those that no other rule names.
  std::string_view key;
  MarkerMeaning meaning = MarkerMeaning::kNothing;
  // A few words, as they stand after a colon. Of a marker that is taken: what becomes of it where
  // it counts for nothing.
  std::string_view note = {};
  // It counts for nothing on pods that carry, and in objects that have, this marker ("KEY", or of
  // pods "KEY=VALUE"); and where they lack that one.
  std::string_view unless = {};
  std::string_view needs = {};
};

}  // namespace tutti
