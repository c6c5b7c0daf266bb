#include "objects/marker_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::objects {
namespace {

using model::GangMarker;
using model::GangMarkers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::NotNull;
using testing::Object;
using testing::PodViewBuilder;
using ::testing::SizeIs;

// Marked by annotation PREFIX/gang, or the label of that name; its size by PREFIX/size.
class RuledGrouping final : public GangGrouping {
 public:
  explicit RuledGrouping(std::string prefix)
      : prefix_(std::move(prefix)),
        gang_(prefix_ + "/gang"),
        size_(prefix_ + "/size"),
        wait_(prefix_ + "/wait"),
        colour_(prefix_ + "/colour"),
        old_(prefix_ + "/old") {
    pods_ = {{MarkerPlace::kAnnotation, gang_, MarkerMeaning::kGang},
             {MarkerPlace::kLabel, gang_, MarkerMeaning::kGang},
             {MarkerPlace::kAnnotation, size_, MarkerMeaning::kMinMember, "the object says it"},
             {MarkerPlace::kAnnotation,
              wait_,
              MarkerMeaning::kWaitTimeout,
              "only with a size",
              {},
              size_},
             {MarkerPlace::kAnnotation, old_, MarkerMeaning::kQueue, "not with a size", size_},
             {MarkerPlace::kLabel, "shared/queue", MarkerMeaning::kQueue},
             {MarkerPlace::kLabel, colour_, MarkerMeaning::kNothing, "nobody needs colours"}};
    objects_ = {{MarkerPlace::kAnnotation, "shared/queue", MarkerMeaning::kQueue},
                {MarkerPlace::kField, "/spec/minMember", MarkerMeaning::kMinMember},
                {MarkerPlace::kField, "/spec/roles", MarkerMeaning::kRole, "more than minMember"},
                {MarkerPlace::kField, "/spec/parts/*/shape", MarkerMeaning::kNothing, "no shapes"},
                {MarkerPlace::kField, "/spec/*", MarkerMeaning::kNothing, "not known"}};
  }
  std::string_view name() const override { return prefix_; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override {
    GangMembership membership;
    membership.identity = pod.Annotation(gang_);
    if (membership.identity.empty()) membership.identity = pod.Label(gang_);
    if (membership.identity.empty()) return std::nullopt;
    const std::string_view size = pod.Annotation(size_);
    if (size == "wrong") membership.problem = "the size is wrong";
    if (!size.empty() && size != "wrong")
      membership.spec = GangSpec{std::stoi(std::string(size)), std::chrono::seconds(90)};
    return membership;
  }
  std::span<const MarkerRule> PodMarkers() const override { return pods_; }
  std::span<const MarkerRule> ObjectMarkers() const override { return objects_; }

 private:
  const std::string prefix_, gang_, size_, wait_, colour_, old_;
  std::vector<MarkerRule> pods_;
  std::vector<MarkerRule> objects_;
};

// "ours: annotation ours/size 4 -> 4", "(...)" where it is not taken.
std::vector<std::string> Lines(const model::SharedGangMarkers& markers) {
  std::vector<std::string> lines;
  if (markers == nullptr) return lines;
  for (const GangMarker& marker : *markers) {
    std::string line = absl::StrFormat("%s: %s %s -> %s", marker.dialect, marker.name, marker.value,
                                       marker.reading);
    if (!marker.note.empty()) line += " [" + marker.note + "]";
    lines.push_back(marker.taken ? line : "(" + line + ")");
  }
  return lines;
}

class MarkerReaderTest : public ::testing::Test {
 protected:
  model::SharedGangMarkers Read(const PodViewBuilder& pod) {
    const auto membership = ours_.GroupOf(pod.View());
    return reader_.Read(pod.View(), ours_, membership.value());
  }

  const RuledGrouping ours_{"ours"};
  const RuledGrouping theirs_{"theirs"};
  MarkerReader reader_{{&theirs_, &ours_}};
};

TEST_F(MarkerReaderTest, WhatIsTakenSaysWhatTheDialectHasMadeOfIt) {
  PodViewBuilder pod;
  pod.Annotation("ours/gang", "g").Annotation("ours/size", "04").Annotation("ours/wait", "1m");
  pod.Label("shared/queue", "q").Label("app", "x");
  EXPECT_THAT(
      Lines(Read(pod)),
      ElementsAre("ours: annotation ours/gang g -> g", "ours: annotation ours/size 04 -> 4",
                  "ours: annotation ours/wait 1m -> 1m30s", "ours: label shared/queue q -> q"));
}

TEST_F(MarkerReaderTest, APodWithoutMarkersHasNone) {
  PodViewBuilder pod;
  pod.Label("app", "x");
  EXPECT_THAT(reader_.Read(pod.View(), ours_, {}), IsNull());
}

TEST_F(MarkerReaderTest, WhatIsIgnoredSaysWhy) {
  PodViewBuilder pod;
  pod.Annotation("ours/gang", "g").Annotation("ours/wait", "90s").Label("ours/colour", "red");
  EXPECT_THAT(Lines(Read(pod)),
              ElementsAre("ours: annotation ours/gang g -> g",
                          "(ours: annotation ours/wait 90s -> 1m30s [only with a size])",
                          "(ours: label ours/colour red ->  [nobody needs colours])"));
  PodViewBuilder sized;
  sized.Annotation("ours/gang", "g").Annotation("ours/size", "2").Annotation("ours/old", "q");
  EXPECT_EQ(Lines(Read(sized)).back(), "(ours: annotation ours/old q -> q [not with a size])");
}

TEST_F(MarkerReaderTest, OfTwoMarkersOfOneMeaningTheFirstIsTaken) {
  PodViewBuilder pod;
  pod.Annotation("ours/gang", "g").Label("ours/gang", "h");
  EXPECT_THAT(Lines(Read(pod)),
              ElementsAre("ours: annotation ours/gang g -> g",
                          "(ours: label ours/gang h -> h [annotation ours/gang goes before it])"));
  PodViewBuilder same;
  same.Annotation("ours/gang", "g").Label("ours/gang", "g");
  EXPECT_EQ(Lines(Read(same)).back(), "ours: label ours/gang g -> g");
}

TEST_F(MarkerReaderTest, MarkersOfOtherDialectsComeLastWithWhatTheyWouldHaveSaid) {
  PodViewBuilder pod;
  pod.Annotation("theirs/gang", "t").Annotation("theirs/size", "07").Label("shared/queue", "q");
  pod.Annotation("ours/gang", "g");
  EXPECT_THAT(
      Lines(Read(pod)),
      ElementsAre("ours: annotation ours/gang g -> g", "ours: label shared/queue q -> q",
                  "(theirs: annotation theirs/gang t -> t [the gang is one of dialect ours])",
                  "(theirs: annotation theirs/size 07 -> 7 [the gang is one of dialect ours])"));
  PodViewBuilder lone;  // of no gang of theirs: as it stands there
  lone.Annotation("ours/gang", "g").Annotation("theirs/size", "07");
  EXPECT_EQ(Lines(Read(lone)).back(),
            "(theirs: annotation theirs/size 07 -> 07 [the gang is one of dialect ours])");
}

TEST_F(MarkerReaderTest, AMarkerThatIsWrongSaysWhatIsWrong) {
  PodViewBuilder pod;
  pod.Annotation("ours/gang", "g").Annotation("ours/size", "wrong");
  EXPECT_EQ(Lines(Read(pod)).back(), "ours: annotation ours/size wrong ->  [the size is wrong]");
}

TEST_F(MarkerReaderTest, PodsThatCarryTheSameShareOneList) {
  PodViewBuilder a, b, c;
  a.Annotation("ours/gang", "g").Label("index", "0");
  b.Annotation("ours/gang", "g").Label("index", "1");
  c.Annotation("ours/gang", "other");
  EXPECT_EQ(Read(a), Read(b));
  EXPECT_NE(Read(a), Read(c));
  const std::string long_value(1000, 'x');
  PodViewBuilder d, e;
  d.Annotation("ours/gang", long_value + "d");
  e.Annotation("ours/gang", long_value + "e");
  EXPECT_NE(Read(d), Read(e)) << "told apart beyond what is shown";
}

TEST_F(MarkerReaderTest, WhatPodsSayIsCutAndMadeHarmless) {
  PodViewBuilder pod;
  pod.Annotation("ours/gang", std::string(10'000, 'x')).Label("ours/colour", "\x1b[31m");
  const model::SharedGangMarkers markers = Read(pod);
  ASSERT_THAT(markers, NotNull());
  EXPECT_LT(markers->front().value.size(), 80u);
  EXPECT_LT(markers->front().reading.size(), 80u);
  EXPECT_EQ(markers->back().value, "\\x1b[31m");
}

class ObjectMarkersTest : public ::testing::Test {
 protected:
  std::vector<std::string> Read(const std::string& json, const GangObject& gang) {
    return Lines(ReadObjectMarkers(Object(json), grouping_, gang));
  }
  const RuledGrouping grouping_{"ours"};
};

TEST_F(ObjectMarkersTest, FieldsAreNamedAsPeopleWriteThem) {
  GangObject gang;
  gang.spec = {4, {}, {{"ps", 1}, {"worker", 3}}};
  EXPECT_THAT(Read(R"({"kind":"PodGroup","metadata":{"annotations":{"shared/queue":"q"}},
               "spec":{"minMember":4,"roles":{"ps":1,"worker":3}}})",
                   gang),
              ElementsAre("ours: PodGroup annotation shared/queue q -> q",
                          "ours: PodGroup spec.minMember 4 -> 4",
                          "ours: PodGroup spec.roles  -> ps 1, worker 3"));
}

TEST_F(ObjectMarkersTest, EveryFieldThatNoRuleNamesIsIgnored) {
  GangObject gang;
  gang.spec.min_member = 4;
  EXPECT_THAT(Read(R"({"kind":"PodGroup","spec":{"minMember":4,"colour":"red","roles":{},
                       "parts":[{"shape":"round"},{"other":1}]}})",
                   gang),
              ElementsAre("ours: PodGroup spec.minMember 4 -> 4",
                          "ours: PodGroup spec.roles  ->  [more than minMember]",
                          "(ours: PodGroup spec.parts.0.shape round ->  [no shapes])",
                          "(ours: PodGroup spec.colour red ->  [not known])"));
}

TEST_F(ObjectMarkersTest, AnObjectThatIsWrongSaysWhatIsWrong) {
  GangObject gang;
  gang.spec.min_member = 1;
  gang.problem = "minMember is 0";
  EXPECT_THAT(Read(R"({"kind":"PodGroup","spec":{"minMember":0}})", gang),
              ElementsAre("ours: PodGroup spec.minMember 0 ->  [minMember is 0]"));
}

TEST_F(ObjectMarkersTest, AnObjectOfManyFieldsIsCut) {
  std::string fields = R"("minMember":4)";
  for (int i = 0; i < 500; ++i) fields += absl::StrFormat(R"(,"f%d":%d)", i, i);
  EXPECT_THAT(Read(R"({"kind":"PodGroup","spec":{)" + fields + "}}", {}),
              SizeIs(model::kMostGangMarkers));
}

}  // namespace
}  // namespace tutti::objects
