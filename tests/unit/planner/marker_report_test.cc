#include "planner/marker_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"
#include "planner/core_reader.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::GangMarker;
using model::PodInfo;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kMinMember = MarkerMeaning::kMinMember;
constexpr auto kQueue = MarkerMeaning::kQueue;

GangMarker Taken(const std::string& name, MarkerMeaning meaning, const std::string& value) {
  return {"test", name, value, meaning, value, "", true};
}
// Of another dialect.
GangMarker Foreign(const std::string& name, MarkerMeaning meaning, const std::string& value) {
  return {"kueue", name, value, meaning, value, "the gang is one of dialect test", false};
}

class MarkerReportTest : public ::testing::Test {
 protected:
  PodInfo Pod(const std::string& name, int min_member, const std::string& queue,
              model::GangMarkers markers) {
    PodInfo pod = d_.NewPod(name, "g", min_member, CoreDriver::Shape(1'000));
    pod.gang->queue = queue;
    pod.gang->markers = std::make_shared<const model::GangMarkers>(std::move(markers));
    return pod;
  }
  void ShowObject(int min_member, const std::string& queue, model::GangMarkers markers) {
    d_.Apply(
        model::GangObjectUpserted{CoreDriver::KeyOf("g"),
                                  "g",
                                  {min_member, {}},
                                  "",
                                  queue,
                                  std::make_shared<const model::GangMarkers>(std::move(markers))});
  }
  // "Conflict annotation a: minMember is 4: ...".
  std::vector<std::string> Lines() {
    constexpr const char* kNames[] = {"Conflict", "Understood", "Ignored"};
    std::vector<std::string> lines;
    const auto explained = d_.core.reader().ExplainGang(CoreDriver::KeyOf("g"));
    for (const MarkerLine& line : explained.gang->markers)
      lines.push_back(absl::StrFormat("%s %s %s: %s", kNames[static_cast<size_t>(line.verdict)],
                                      line.marker, line.value, line.text));
    return lines;
  }
  std::vector<std::string> Conflicts() {
    std::vector<std::string> conflicts;
    for (model::ReportMarkers& report : d_.Take<model::ReportMarkers>()) {
      EXPECT_EQ(report.display_name, "g");
      EXPECT_THAT(report.examples, SizeIs(1));
      for (std::string& conflict : report.conflicts) conflicts.push_back(std::move(conflict));
    }
    return conflicts;
  }

  CoreDriver d_;
};

TEST_F(MarkerReportTest, MarkersThatAgreeAreUnderstoodAndNobodyIsTold) {
  d_.Show(
      Pod("g-0", 4, "a", {Taken("annotation n", kMinMember, "4"), Taken("label q", kQueue, "a")}));
  d_.Show(
      Pod("g-1", 4, "a", {Taken("annotation n", kMinMember, "4"), Taken("label q", kQueue, "a")}));
  d_.Pass();
  EXPECT_THAT(Lines(), ElementsAre("Understood annotation n 4: minMember 4",
                                   "Understood label q a: queue a"));
  EXPECT_THAT(Conflicts(), IsEmpty());
}

TEST_F(MarkerReportTest, TheObjectGoesBeforeItsPods) {
  ShowObject(4, "a",
             {Taken("PodGroup spec.minMember", kMinMember, "4"),
              Taken("PodGroup spec.queue", kQueue, "a")});
  d_.Show(Pod("g-0", 0, "b",
              {Taken("label q", kQueue, "b"), Foreign("annotation n", kMinMember, "5")}));
  d_.Pass();
  EXPECT_THAT(
      Lines(),
      ElementsAre("Conflict label q b: queue is a: PodGroup spec.queue goes before what pods say",
                  "Conflict annotation n 5: minMember is 4: PodGroup spec.minMember goes before "
                  "what pods say",
                  "Understood PodGroup spec.minMember 4: minMember 4",
                  "Understood PodGroup spec.queue a: queue a"));
  EXPECT_THAT(Conflicts(),
              ElementsAre("label q \"b\" (test) does not count: queue is a: PodGroup spec.queue "
                          "goes before what pods say",
                          "annotation n \"5\" (kueue) does not count: minMember is 4: PodGroup "
                          "spec.minMember goes before what pods say"));
}

TEST_F(MarkerReportTest, AForeignMarkerThatSaysTheSameIsOnlyIgnored) {
  d_.Show(Pod("g-0", 4, "",
              {Taken("annotation n", kMinMember, "4"), Foreign("annotation k", kMinMember, "4"),
               Foreign("label q", kQueue, "b")}));
  d_.Pass();
  EXPECT_THAT(Lines(), ElementsAre("Understood annotation n 4: minMember 4",
                                   "Ignored annotation k 4: the gang is one of dialect test",
                                   "Ignored label q b: the gang is one of dialect test"))
      << "and a queue that nobody else names contradicts nothing";
  EXPECT_THAT(Conflicts(), IsEmpty());
}

TEST_F(MarkerReportTest, TwoDialectsThatNameTwoGangsAreAConflict) {
  d_.Show(Pod("g-0", 1, "",
              {Taken("annotation g", MarkerMeaning::kGang, "g"),
               Foreign("label k", MarkerMeaning::kGang, "other")}));
  d_.Pass();
  EXPECT_EQ(Lines().front(), "Conflict label k other: gang is g: the gang is one of dialect test");
}

TEST_F(MarkerReportTest, PodsThatDifferAreAConflictOnceForEachChange) {
  d_.Show(Pod("g-0", 4, "a", {Taken("annotation n", kMinMember, "4")}));
  d_.Pass();
  EXPECT_THAT(Conflicts(), IsEmpty());
  d_.Show(Pod("g-1", 6, "a", {Taken("annotation n", kMinMember, "6")}));
  d_.Show(Pod("g-2", 4, "a", {Taken("annotation n", kMinMember, "4")}));
  d_.Pass();
  EXPECT_THAT(Conflicts(), ElementsAre("annotation n \"4\" (test) does not count: minMember is 6: "
                                       "the pods differ, and the largest value counts"));
  d_.Show(Pod("g-3", 4, "a", {Taken("annotation n", kMinMember, "4")}));
  d_.Pass(std::chrono::minutes(5));
  EXPECT_THAT(Conflicts(), IsEmpty()) << "nothing new";
  d_.Show(Pod("g-4", 8, "a", {Taken("annotation n", kMinMember, "8")}));
  d_.Pass();
  EXPECT_THAT(Conflicts(), SizeIs(2)) << "two of the three count for nothing now";
}

TEST_F(MarkerReportTest, MembersThatNameTheirRolesDoNotContradictEachOther) {
  PodInfo a = Pod("a", 3, "", {Taken("annotation n", kMinMember, "3")});
  a.gang->spec->roles = {{"a", 2}, {"b", 1}};
  PodInfo b = Pod("b", 5, "", {Taken("annotation n", kMinMember, "5")});
  b.gang->spec->roles = {{"a", 1}, {"b", 4}};
  d_.Show(a);
  d_.Show(b);
  d_.Pass();
  EXPECT_THAT(Conflicts(), IsEmpty());
}

TEST_F(MarkerReportTest, APodWhoseMarkersAloneChangeKeepsItsPlace) {
  d_.AddNode("n1", 8'000);
  PodInfo pod = Pod("g-0", 1, "", {Taken("annotation n", kMinMember, "1")});
  d_.Show(pod);
  d_.Pass();
  ASSERT_EQ(d_.PlacedOn(pod), "n1");
  pod.gang->markers = std::make_shared<const model::GangMarkers>(model::GangMarkers{
      Taken("annotation n", kMinMember, "1"), Foreign("label k", kMinMember, "9")});
  d_.Show(pod);
  EXPECT_EQ(d_.PlacedOn(pod), "n1");
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pod), "n1");
  EXPECT_THAT(Conflicts(), ElementsAre(HasSubstr("label k")));
  EXPECT_THAT(d_.broken, IsEmpty());
}

TEST_F(MarkerReportTest, WhoDoesNotLeadTellsNobodyUntilItDoes) {
  d_.Apply(model::LeadershipChanged{false});
  d_.Show(Pod("g-0", 4, "", {Taken("annotation n", kMinMember, "4")}));
  d_.Show(Pod("g-1", 6, "", {Taken("annotation n", kMinMember, "6")}));
  d_.Pass();
  EXPECT_THAT(Conflicts(), IsEmpty());
  d_.Apply(model::LeadershipChanged{true});
  d_.Pass();
  EXPECT_THAT(Conflicts(), SizeIs(1));
}

TEST_F(MarkerReportTest, WhatWasToldIsKnownToACoreThatGoesOnFromASavedState) {
  d_.Show(Pod("g-0", 4, "", {Taken("annotation n", kMinMember, "4")}));
  d_.Show(Pod("g-1", 6, "", {Taken("annotation n", kMinMember, "6")}));
  d_.Pass();
  ASSERT_THAT(Conflicts(), SizeIs(1));
  Core other({}, d_.labels);
  ASSERT_TRUE(other.Restore(d_.core.Save()).ok());
  const auto more = [&](const PodInfo& pod) {
    size_t reports = 0;
    for (model::ClusterEvent event :
         std::vector<model::ClusterEvent>{model::PodUpserted{pod}, model::TimePassed{}}) {
      for (const model::Effect& effect : other.Apply(d_.now, std::move(event)))
        reports += std::holds_alternative<model::ReportMarkers>(effect) ? 1 : 0;
    }
    return reports;
  };
  EXPECT_EQ(more(Pod("g-2", 6, "", {Taken("annotation n", kMinMember, "6")})), 0u);
  EXPECT_EQ(more(Pod("g-3", 7, "", {Taken("annotation n", kMinMember, "7")})), 1u);
}

TEST_F(MarkerReportTest, AGangOfManyKindsOfPodsIsCut) {
  for (int i = 0; i < 100; ++i)
    d_.Show(Pod(absl::StrFormat("g-%d", i), 100, "",
                {Taken(absl::StrFormat("annotation %d", i), MarkerMeaning::kRole, "x"),
                 Taken("annotation n", kMinMember, absl::StrFormat("%d", i + 1))}));
  d_.Pass();
  EXPECT_LE(Lines().size(), kMostMarkerLines);
  EXPECT_LE(Conflicts().size(), kMostMarkerLines);
}

}  // namespace
}  // namespace tutti::planner
