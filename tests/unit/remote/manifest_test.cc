#include "remote/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tutti/testing/fake_host.h"

namespace tutti::remote {
namespace {

using ::testing::HasSubstr;

wire::HandshakeAnswer Good() {
  wire::HandshakeAnswer answer;
  answer.set_protocol(1);
  answer.set_name("Price");
  answer.set_version("1.2");
  answer.add_points(wire::EXTENSION_POINT_FILTER);
  answer.add_points(wire::EXTENSION_POINT_SCORE);
  answer.add_resources("cpu");
  answer.add_node_fields()->set_key("zone");
  answer.add_reasons()->set_code("TooDear");
  answer.add_counters()->set_name("asked_total");
  answer.add_known_args("/least");
  answer.set_score_is_node_local(true);
  return answer;
}

TEST(ManifestTest, TakesAllThatThePluginSays) {
  const Manifest manifest = ReadManifest(Good()).value();
  EXPECT_EQ(manifest.name, "Price");
  EXPECT_TRUE(manifest.Serves(wire::EXTENSION_POINT_FILTER));
  EXPECT_FALSE(manifest.Serves(wire::EXTENSION_POINT_PRE_FILTER));
  EXPECT_TRUE(manifest.score_is_node_local);
  EXPECT_EQ(manifest.node_fields, (std::vector<Manifest::Field>{{false, "zone"}}));
  EXPECT_EQ(WhatChanged(manifest, manifest), "");
}

TEST(ManifestTest, SaysWhichPartsHaveChanged) {
  const Manifest before = ReadManifest(Good()).value();
  wire::HandshakeAnswer other = Good();
  other.set_version("1.3");
  other.add_reasons()->set_code("TooFar");
  other.clear_score_is_node_local();
  EXPECT_EQ(WhatChanged(before, ReadManifest(other).value()),
            "version, score_is_node_local, reasons");
}

TEST(ManifestTest, TakesTheKindsThatItWatches) {
  wire::HandshakeAnswer answer = Good();
  answer.add_points(wire::EXTENSION_POINT_OBJECT_WATCH);
  wire::ObjectKind& kind = *answer.add_watches();
  kind.set_group("example.com");
  kind.add_versions("v1");
  kind.set_resource("budgets");
  const Manifest manifest = ReadManifest(answer).value();
  ASSERT_EQ(manifest.watches.size(), 1u);
  EXPECT_EQ(manifest.watches[0].resource, "budgets");
  kind.add_versions("v2");
  EXPECT_EQ(WhatChanged(manifest, ReadManifest(answer).value()), "watches");
}

struct Wrong {
  const char* name;
  void (*spoil)(wire::HandshakeAnswer&);
  const char* says;
};

class WrongManifestTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongManifestTest, IsRefusedWithFieldFactAndExpectation) {
  wire::HandshakeAnswer answer = Good();
  GetParam().spoil(answer);
  const absl::StatusOr<Manifest> manifest = ReadManifest(answer);
  ASSERT_FALSE(manifest.ok());
  EXPECT_THAT(std::string(manifest.status().message()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongManifestTest,
    ::testing::Values(
        Wrong{"Protocol", [](wire::HandshakeAnswer& a) { a.set_protocol(2); },
              "protocol: host 1, plugin 2"},
        Wrong{"NoProtocol", [](wire::HandshakeAnswer& a) { a.clear_protocol(); }, "plugin 0"},
        Wrong{"Name", [](wire::HandshakeAnswer& a) { a.set_name("price\n"); },
              "name \"price\\x0a\": expected UpperCamelCase"},
        Wrong{"Version", [](wire::HandshakeAnswer& a) { a.set_version(std::string(128, 'x')); },
              "expected at most 127"},
        Wrong{"NoPoint", [](wire::HandshakeAnswer& a) { a.clear_points(); }, "it serves none"},
        Wrong{"UnknownPoint",
              [](wire::HandshakeAnswer& a) { a.add_points(static_cast<wire::ExtensionPoint>(77)); },
              "points: 77 is none that this host asks"},
        Wrong{"NegativePoint",
              [](wire::HandshakeAnswer& a) { a.add_points(static_cast<wire::ExtensionPoint>(-1)); },
              "points: -1"},
        Wrong{"NormalizeAlone",
              [](wire::HandshakeAnswer& a) {
                a.clear_points();
                a.add_points(wire::EXTENSION_POINT_NORMALIZE_SCORE);
              },
              "NormalizeScore without Score"},
        Wrong{"LocalScoreOfNothing",
              [](wire::HandshakeAnswer& a) {
                a.clear_points();
                a.add_points(wire::EXTENSION_POINT_PERMIT);
              },
              "score_is_node_local: true, expected false of a plugin without Score"},
        Wrong{"Twice", [](wire::HandshakeAnswer& a) { a.add_resources("cpu"); },
              "resources: number 1 is there twice"},
        Wrong{"TooMany",
              [](wire::HandshakeAnswer& a) {
                for (int i = 0; i < 70; ++i) a.add_node_fields()->set_key(std::to_string(i));
              },
              "node_fields: 71 of them, expected at most 64"},
        Wrong{"EmptyKey", [](wire::HandshakeAnswer& a) { a.add_pod_fields(); },
              "pod_fields \"\": expected 1 to"},
        Wrong{"Reason", [](wire::HandshakeAnswer& a) { a.add_reasons()->set_code("too dear"); },
              "reasons: code \"too dear\""},
        Wrong{"LongText",
              [](wire::HandshakeAnswer& a) {
                a.mutable_reasons(0)->set_meaning(std::string(5000, 'x'));
              },
              "reasons: a text of 5000 bytes, expected at most 1024"}),
    [](const auto& param) { return param.param.name; });

TEST(ManifestTest, KindsAreOfWhoWatchesThem) {
  wire::HandshakeAnswer answer = Good();
  answer.add_watches();
  const std::string nobody(ReadManifest(answer).status().message());
  EXPECT_THAT(nobody, HasSubstr("watches: expected none of a plugin that does not serve"));
  EXPECT_THAT(nobody, HasSubstr("watches: a kind without a version"));
  answer.clear_watches();
  answer.add_points(wire::EXTENSION_POINT_OBJECT_WATCH);
  EXPECT_THAT(std::string(ReadManifest(answer).status().message()),
              HasSubstr("watches: none, expected at least one"));
}

TEST(ManifestTest, EverythingThatIsWrongIsSaidAtOnce) {
  wire::HandshakeAnswer answer = Good();
  answer.set_name("");
  answer.clear_points();
  const std::string message(ReadManifest(answer).status().message());
  EXPECT_THAT(message, HasSubstr("name"));
  EXPECT_THAT(message, HasSubstr("points"));
}

TEST(NumberingTest, ResourcesThatAreNotNamedComeAfterThoseThatAre) {
  wire::HandshakeAnswer answer = Good();
  answer.clear_resources();
  answer.add_resources("pods");
  answer.add_resources("cpu");
  testing::FakeHost host;
  const Numbering numbers = Numbering::Make(ReadManifest(answer).value(), host);
  EXPECT_EQ(numbers.NumberOf(kPods), 0u);
  EXPECT_EQ(numbers.NumberOf(kCpu), 1u);
  EXPECT_EQ(numbers.NumberOf(kMemory), 2u);
  EXPECT_EQ(numbers.NumberOf(kEphemeralStorage), 3u);
  EXPECT_EQ(numbers.NumberOf(ResourceId(4)), 4u);
}

}  // namespace
}  // namespace tutti::remote
