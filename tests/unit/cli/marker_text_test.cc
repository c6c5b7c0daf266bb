#include "cli/marker_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace tutti::cli {
namespace {

void Add(Markers& markers, pb::MarkerVerdict verdict, const std::string& marker,
         const std::string& value, const std::string& text) {
  pb::GangMarker& added = *markers.Add();
  added.set_verdict(verdict);
  added.set_dialect("volcano");
  added.set_marker(marker);
  added.set_value(value);
  added.set_text(text);
}

Markers SomeMarkers() {
  Markers markers;
  Add(markers, pb::MARKER_VERDICT_CONFLICT, "annotation tutti.dev/min-member", "5",
      "minMember is 4: PodGroup spec.minMember goes before what pods say");
  Add(markers, pb::MARKER_VERDICT_UNDERSTOOD, "PodGroup spec.minMember", "4", "minMember 4");
  Add(markers, pb::MARKER_VERDICT_IGNORED, "PodGroup spec.networkTopology", "",
      "where gangs are placed is for the topology plugins of Tutti");
  return markers;
}

TEST(MarkerTextTest, DescribeShowsAllOfThemAsATable) {
  std::ostringstream out;
  PrintMarkers(out, SomeMarkers());
  EXPECT_EQ(out.str(),
            "\n"
            "MARKER                            VALUE    DIALECT   VERDICT      MEANS\n"
            "annotation tutti.dev/min-member   5        volcano   Conflict     minMember is 4: "
            "PodGroup spec.minMember goes before what pods say\n"
            "PodGroup spec.minMember           4        volcano   Understood   minMember 4\n"
            "PodGroup spec.networkTopology     <none>   volcano   Ignored      where gangs are "
            "placed is for the topology plugins of Tutti\n");
}

TEST(MarkerTextTest, WhyShowsTheConflictsAndHowManyOthersThereAre) {
  std::ostringstream out;
  PrintMarkerConflicts(out, Style(false), SomeMarkers());
  EXPECT_THAT(out.str(), ::testing::HasSubstr("1 understood, 1 ignored, 1 in conflict"));
  EXPECT_THAT(out.str(), ::testing::HasSubstr("annotation tutti.dev/min-member 5: minMember is 4: "
                                              "PodGroup spec.minMember goes before what pods say"));
  EXPECT_THAT(out.str(), ::testing::Not(::testing::HasSubstr("networkTopology")));
}

TEST(MarkerTextTest, WhereAllWasUnderstoodWhySaysNothing) {
  std::ostringstream out;
  Markers markers;
  PrintMarkers(out, markers);
  Add(markers, pb::MARKER_VERDICT_UNDERSTOOD, "PodGroup spec.minMember", "4", "minMember 4");
  PrintMarkerConflicts(out, Style(false), markers);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace tutti::cli
