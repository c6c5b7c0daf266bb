// Old and new plugins, old and new hosts, and descriptors that nobody should have written.
#include "loader/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_format.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

tutti_plugin_descriptor Valid() {
  tutti_plugin_descriptor d = {};
  d.struct_size = sizeof d;
  d.magic = TUTTI_ABI_MAGIC;
  d.abi_major = TUTTI_ABI_MAJOR;
  d.abi_minor = TUTTI_ABI_MINOR;
  d.name = abi::ToC(std::string_view("Valid"));
  d.version = abi::ToC(std::string_view("1"));
  d.build = abi::ToC(std::string_view("by hand"));
  d.create = [](const tutti_host*, const tutti_config*, tutti_status*) -> void* { return nullptr; };
  d.destroy = [](void*) {};
  d.filter_block = [](void*, const tutti_cycle*, const tutti_pod_class*, const tutti_node_block*,
                      tutti_block_verdict*, tutti_status*) {};
  d.placement_score = [](void*, const tutti_cycle*, const tutti_gang*, const tutti_placement*,
                         const tutti_cluster*, tutti_status*) -> int64_t { return 0; };
  return d;
}

// The descriptor in just as much memory as it says it has: whoever reads more is caught by ASan.
absl::StatusOr<tutti_plugin_descriptor> Check(const tutti_plugin_descriptor& d, size_t bytes,
                                              HostAbi host = {}) {
  const std::unique_ptr<std::byte[]> exact(new std::byte[bytes]);
  std::memset(exact.get(), 0x5A, bytes);
  std::memcpy(exact.get(), &d, std::min(bytes, sizeof d));
  return CheckDescriptor(reinterpret_cast<const tutti_plugin_descriptor*>(exact.get()), "/p/x.so",
                         host);
}

std::string Refusal(const tutti_plugin_descriptor& d, HostAbi host = {}) {
  const auto checked = Check(d, sizeof d, host);
  return checked.ok() ? "accepted" : std::string(checked.status().message());
}

TEST(HandshakeTest, TakesAPluginOfThisVersion) {
  const auto checked = Check(Valid(), sizeof(tutti_plugin_descriptor));
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_NE(checked->placement_score, nullptr);
}

TEST(HandshakeTest, AnOldPluginServesNothingThatItDoesNotKnow) {
  tutti_plugin_descriptor old = Valid();
  old.struct_size = offsetof(tutti_plugin_descriptor, placement_generate);
  const auto checked = Check(old, old.struct_size, {.major = 1, .minor = 7});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_NE(checked->filter_block, nullptr);
  EXPECT_EQ(checked->placement_score, nullptr);
}

// What a plugin of 1.0 has: its descriptor ended here.
TEST(HandshakeTest, APluginOfTheFirstVersionRunsUnchanged) {
  tutti_plugin_descriptor first = Valid();
  first.struct_size = offsetof(tutti_plugin_descriptor, post_filter);
  first.abi_minor = 0;
  const auto checked = Check(first, first.struct_size);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_NE(checked->placement_score, nullptr);
  EXPECT_EQ(checked->reserve, nullptr);
  EXPECT_EQ(checked->on_cluster_event, nullptr);
}

TEST(HandshakeTest, APluginOfTheSecondVersionRunsUnchanged) {
  tutti_plugin_descriptor second = Valid();
  second.struct_size = offsetof(tutti_plugin_descriptor, is_node_local);
  second.abi_minor = 1;
  second.post_bind = [](void*, const tutti_placed_pod*, tutti_status*) {};
  const auto checked = Check(second, second.struct_size);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_NE(checked->post_bind, nullptr);
  EXPECT_EQ(checked->is_node_local, nullptr);
  EXPECT_EQ(checked->select_devices, nullptr);
}

// What a plugin of 1.5 has, and a reserve without the function that came after it.
TEST(HandshakeTest, APluginWithoutQueuesRunsUnchanged) {
  tutti_plugin_descriptor fifth = Valid();
  fifth.struct_size = offsetof(tutti_plugin_descriptor, queues);
  fifth.abi_minor = 5;
  fifth.reserve = [](void*, const tutti_gang*, const tutti_placement*, const tutti_cluster*,
                     tutti_status*) {};
  fifth.unreserve = [](void*, const tutti_gang*, const tutti_placement*, tutti_status*) {};
  const auto checked = Check(fifth, fifth.struct_size);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_NE(checked->reserve, nullptr);
  EXPECT_EQ(checked->reserve_again, nullptr);
  EXPECT_EQ(checked->queues, nullptr);
  EXPECT_EQ(checked->watches, nullptr);
  EXPECT_EQ(checked->save_state, nullptr);
}

TEST(HandshakeTest, ANewPluginRunsWhereItCanLiveWithTheHost) {
  tutti_plugin_descriptor young = Valid();
  young.struct_size = sizeof young + 64;
  young.abi_minor = 5;
  EXPECT_TRUE(Check(young, young.struct_size).ok());

  young.oldest_host_minor = 4;
  EXPECT_TRUE(Check(young, young.struct_size, {.major = 1, .minor = 4}).ok());
  const auto refused = Check(young, young.struct_size, {.major = 1, .minor = 3});
  EXPECT_EQ(refused.status().message(),
            "plugin file /p/x.so is refused: ABI minor version: host 3, plugin needs 4 or later "
            "(upgrade the host)");
}

TEST(HandshakeTest, ARefusalNamesEverythingThatDiffers) {
  tutti_plugin_descriptor d = Valid();
  d.magic = 0x12345678;
  d.struct_size = 24;
  d.abi_major = 2;
  d.abi_minor = 1;
  d.oldest_host_minor = 9;
  const auto refused = Check(d, d.struct_size);
  EXPECT_THAT(std::string(refused.status().message()),
              AllOf(HasSubstr("/p/x.so"), HasSubstr("magic: host 0x49545554, plugin 0x12345678"),
                    HasSubstr("size of the descriptor: host takes 88 to 4096, plugin 24"),
                    HasSubstr("ABI major version: host 1, plugin 2"),
                    HasSubstr(absl::StrFormat("ABI minor version: host %d, plugin needs 9",
                                              TUTTI_ABI_MINOR)),
                    HasSubstr("built with ABI minor version 1 and claims to need 9")));
}

TEST(HandshakeTest, AnotherMajorIsNotReadFurther) {
  tutti_plugin_descriptor d = Valid();
  d.abi_major = 2;
  d.name = {reinterpret_cast<const char*>(8), 16};  // would crash
  EXPECT_THAT(Refusal(d), AllOf(HasSubstr("host 1, plugin 2"), Not(HasSubstr("name"))));
}

struct Hostile {
  const char* label;
  std::function<void(tutti_plugin_descriptor&)> change;
  const char* says;
};

class HostileDescriptorTest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileDescriptorTest, IsRefused) {
  tutti_plugin_descriptor d = Valid();
  GetParam().change(d);
  EXPECT_THAT(Refusal(d), HasSubstr(GetParam().says));
}

using D = tutti_plugin_descriptor;
INSTANTIATE_TEST_SUITE_P(
    Handshake, HostileDescriptorTest,
    ::testing::Values(
        Hostile{"SizeZero", [](D& d) { d.struct_size = 0; }, "size of the descriptor"},
        Hostile{"SizeOfTheHeader", [](D& d) { d.struct_size = 16; }, "size of the descriptor"},
        Hostile{"SizeHuge", [](D& d) { d.struct_size = UINT32_MAX; }, "plugin 4294967295"},
        Hostile{"MagicZero", [](D& d) { d.magic = 0; }, "plugin 0x00000000"},
        Hostile{"MagicOfTheOtherByteOrder", [](D& d) { d.magic = 0x54555449; },
                "plugin 0x54555449"},
        Hostile{"MajorBefore", [](D& d) { d.abi_major = 0; }, "host 1, plugin 0"},
        Hostile{"MajorOfTheFarFuture", [](D& d) { d.abi_major = UINT16_MAX; },
                "host 1, plugin 65535"},
        Hostile{"NeedsAMinorOfTheFarFuture",
                [](D& d) { d.abi_minor = d.oldest_host_minor = UINT16_MAX; },
                "plugin needs 65535 or later"},
        Hostile{"SizeEndsWithinDestroy", [](D& d) { d.struct_size = offsetof(D, destroy) + 4; },
                "size of the descriptor"},
        Hostile{"NameNoUtf8", [](D& d) { d.name = abi::ToC(std::string_view("Na\xFF\xFE")); },
                "name: expected printable ASCII"},
        Hostile{"NameUtf8", [](D& d) { d.name = abi::ToC(std::string_view("N\xC3\xA4me")); },
                "name: expected printable ASCII"},
        Hostile{"NameWithZeroByte", [](D& d) { d.name = abi::ToC(std::string_view("A\0B", 3)); },
                "name: expected printable ASCII"},
        Hostile{"NameLikeAPath", [](D& d) { d.name = abi::ToC(std::string_view("../Valid")); },
                "expected UpperCamelCase"},
        Hostile{"NameNull",
                [](D& d) {
                  d.name = {nullptr, 5};
                },
                "name: null, with a length of 5"},
        Hostile{"NameEmpty",
                [](D& d) {
                  d.name = {nullptr, 0};
                },
                "name \"\": expected UpperCamelCase"},
        Hostile{"NameAbsurdlyLong", [](D& d) { d.name.size = SIZE_MAX; }, "expected at most 63"},
        Hostile{"NameInLowerCase", [](D& d) { d.name = abi::ToC(std::string_view("valid")); },
                "name \"valid\": expected UpperCamelCase"},
        Hostile{"NameWithNewline", [](D& d) { d.name = abi::ToC(std::string_view("A\nB")); },
                "name: expected printable"},
        Hostile{"VersionNull",
                [](D& d) {
                  d.version = {nullptr, 1};
                },
                "version: null"},
        Hostile{"VersionAbsurdlyLong", [](D& d) { d.version.size = SIZE_MAX / 2; }, "version: "},
        Hostile{"BuildNull",
                [](D& d) {
                  d.build = {nullptr, 200};
                },
                "build: null"},
        Hostile{"BuildWithEscape", [](D& d) { d.build = abi::ToC(std::string_view("\x1b[31m")); },
                "build: expected printable"},
        Hostile{"NoCreate", [](D& d) { d.create = nullptr; }, "create is null"},
        Hostile{"NoDestroy", [](D& d) { d.destroy = nullptr; }, "destroy is null"},
        Hostile{"NoPoint", [](D& d) { d.filter_block = nullptr, d.placement_score = nullptr; },
                "it serves no extension point"},
        Hostile{"HalfANormalizer", [](D& d) { d.has_normalize_score = [](void*) { return true; }; },
                "has_normalize_score without normalize_score"},
        Hostile{"NormalizerOfNothing",
                [](D& d) {
                  d.normalize_score = [](void*, const tutti_cycle*, const tutti_pod_class*,
                                         int64_t*, size_t, tutti_status*) {};
                },
                "normalize_score without score_block"},
        Hostile{"LocalScoreOfNothing", [](D& d) { d.is_node_local = [](void*) { return true; }; },
                "is_node_local without score_block"},
        Hostile{"ReserveForEver",
                [](D& d) {
                  d.reserve = [](void*, const tutti_gang*, const tutti_placement*,
                                 const tutti_cluster*, tutti_status*) {};
                },
                "of reserve and unreserve it has only one"},
        Hostile{"EventsOfNoKind",
                [](D& d) {
                  d.on_cluster_event = [](void*, const tutti_cluster_event*,
                                          tutti_status*) -> uint32_t { return 0; };
                },
                "of events_to_register and on_cluster_event it has only one"},
        Hostile{"HalfARound",
                [](D& d) { d.queues = [](void*, tutti_status*) -> uint32_t { return 1; }; },
                "of queues, queue_of, begin_round, next_queue, served and describe_queue it has "
                "only some"},
        Hostile{"SkipsOfNothing",
                [](D& d) {
                  d.skips = [](void*, uint32_t, const uint64_t*, size_t, tutti_status*) -> size_t {
                    return 0;
                  };
                },
                "skips without queues"},
        Hostile{"ObjectsThatNeverGo",
                [](D& d) {
                  d.on_object = [](void*, const tutti_watched_object*, const tutti_config*,
                                   tutti_status*) {};
                },
                "of watches, on_object, on_object_gone and check_object it has only some"},
        Hostile{"SavedForNobody",
                [](D& d) { d.save_state = [](void*, tutti_state*, tutti_status*) {}; },
                "of save_state and restore_state it has only one"},
        Hostile{"AgainForTheFirstTime",
                [](D& d) {
                  d.reserve_again = [](void*, const tutti_gang*, const tutti_placement*,
                                       const tutti_cluster*, tutti_status*) {};
                },
                "reserve_again without reserve"},
        Hostile{"EventsToNobody",
                [](D& d) { d.events_to_register = [](void*) -> uint32_t { return 1; }; },
                "of events_to_register and on_cluster_event it has only one"}),
    [](const auto& param) { return std::string(param.param.label); });

TEST(HandshakeTest, ARefusalNamesEveryPartThatMakesNoSense) {
  tutti_plugin_descriptor d = Valid();
  d.version.size = 5000;
  d.create = nullptr;
  d.destroy = nullptr;
  EXPECT_EQ(Refusal(d),
            "plugin file /p/x.so is refused: version: 5000 bytes, expected at most 127; create is "
            "null; destroy is null");
}

// Whatever the numbers are, and wherever the memory ends: an answer in words.
TEST(HandshakeTest, RandomDescriptorsAreAcceptedOrRefusedInWords) {
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto some = [&](auto... values) {
      const uint64_t all[] = {static_cast<uint64_t>(values)...};
      return all[random() % std::size(all)];
    };
    tutti_plugin_descriptor d = Valid();
    const auto size =
        static_cast<uint32_t>(some(0, random() % 5000, sizeof d, sizeof d, UINT32_MAX));
    d.struct_size = size;
    d.magic = static_cast<uint32_t>(some(TUTTI_ABI_MAGIC, TUTTI_ABI_MAGIC, 0, random()));
    d.abi_major = static_cast<uint16_t>(some(1, 1, 0, 2, UINT16_MAX));
    d.abi_minor = static_cast<uint16_t>(some(0, 0, 1, UINT16_MAX));
    d.oldest_host_minor = static_cast<uint16_t>(some(0, 0, 1, UINT16_MAX));
    d.name.size = some(5, 5, 0, 64, SIZE_MAX);
    if (d.name.size > 5 && d.name.size < SIZE_MAX) d.name.data = nullptr;
    if (random() % 4 == 0) d.version = {nullptr, some(0, 1, SIZE_MAX)};
    if (random() % 4 == 0) d.create = nullptr;
    if (random() % 4 == 0) d.filter_block = nullptr;
    // In just as much memory as it claims, but never less than its header.
    const auto checked = Check(d, std::clamp<size_t>(size, offsetof(D, name), 8192));
    if (checked.ok()) {
      EXPECT_NE(checked->create, nullptr);
    } else {
      EXPECT_THAT(std::string(checked.status().message()),
                  ::testing::StartsWith("plugin file /p/x.so is refused: "));
    }
  }
}

TEST(HandshakeTest, NoDescriptorAtAll) {
  EXPECT_THAT(std::string(CheckDescriptor(nullptr, "/p/x.so").status().message()),
              HasSubstr("returned null"));
  const tutti_plugin_descriptor d = Valid();
  const auto* crooked =
      reinterpret_cast<const tutti_plugin_descriptor*>(reinterpret_cast<uintptr_t>(&d) + 1);
  EXPECT_THAT(std::string(CheckDescriptor(crooked, "/p/x.so").status().message()),
              HasSubstr("not aligned"));
}

}  // namespace
}  // namespace tutti::loader
