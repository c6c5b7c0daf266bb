#include "importer/import_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ImportQueuesTest, EveryPeerHasANameAndKinds) {
  for (const std::string_view name : PeerNames()) {
    ASSERT_TRUE(PeerNamed(name)) << name;
    EXPECT_FALSE(KindsOf(*PeerNamed(name)).empty()) << name;
  }
  EXPECT_FALSE(PeerNamed("slurm"));
}

TEST(ImportQueuesTest, ObjectsOfOthersAreReportedNotRead) {
  const ImportWorld world(Peer::kKai, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: theirs}
---
apiVersion: scheduling.run.ai/v2
kind: Queue
metadata: {name: ours}
)");
  EXPECT_THAT(world.imported.queues, SizeIs(1));
  EXPECT_THAT(world.Ignored("Queue theirs"), Each(HasSubstr("holds no queues of kai")));
}

TEST(ImportQueuesTest, NothingOfThePeerSaysWhatIsExpected) {
  for (const std::string_view name : PeerNames()) {
    const ImportWorld world(*PeerNamed(name), "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
    EXPECT_THAT(world.error,
                HasSubstr("there are no queues of " + std::string(name) + ": expected "));
  }
  EXPECT_THAT(ImportWorld(Peer::kKueue, "").error,
              HasSubstr("ClusterQueue (kueue.x-k8s.io), LocalQueue"));
}

TEST(ImportQueuesTest, TheReportSaysAllOfIt) {
  const ImportWorld world(Peer::kVolcano, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: a}
spec: {weight: 2, type: x, parent: gone}
)");
  const std::string text = ReportText(world.imported);
  EXPECT_THAT(text, HasSubstr("Queue a (in.yaml:2) -> Queue a\n"
                              "  understood  spec.parent, spec.weight\n"
                              "  ignored     spec.type: x: nothing depends on it\n"
                              "  conflict    there is no queue gone that could be its parent\n"
                              "              -> import it as well, or correct the name\n"));
  EXPECT_THAT(text, HasSubstr("\n1 Queue, 0 LocalQueues; 1 changed, 1 ignored, 1 conflict\n"));
}

TEST(ImportQueuesTest, TextsOfOthersDoNotReachTheTerminalAsTheyAre) {
  const ImportWorld world(
      Peer::kVolcano,
      "{\"apiVersion\": \"scheduling.volcano.sh/v1beta1\", \"kind\": \"Queue\", "
      "\"metadata\": {\"name\": \"a\\u001b[31m\"}, "
      "\"spec\": {\"parent\": \"\\u001b\", \"k\\n\": 1}}");
  const std::string text = ReportText(world.imported);
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_THAT(text, HasSubstr("a\\x1b[31m"));
}

// A star, a chain and a circle of 10,000 queues each end, and what is wrong is told for each.
class TenThousandTest : public ::testing::TestWithParam<Peer> {};

std::string Queues(Peer peer, int count, const std::function<std::string(int)>& parent) {
  const bool kai = peer == Peer::kKai;
  std::string text;
  for (int i = 0; i < count; ++i) {
    text +=
        kai ? "apiVersion: scheduling.run.ai/v2\n" : "apiVersion: scheduling.volcano.sh/v1beta1\n";
    text += "kind: Queue\nmetadata: {name: q" + std::to_string(i) + "}\nspec: {" +
            (kai ? "parentQueue" : "parent") + ": \"" + parent(i) + "\"}\n---\n";
  }
  return text;
}

TEST_P(TenThousandTest, AStar) {
  const ImportWorld world(GetParam(),
                          Queues(GetParam(), 10'000, [](int i) { return i == 0 ? "" : "q0"; }));
  EXPECT_THAT(world.imported.queues, SizeIs(10'000));
  EXPECT_EQ(CountOf(Verdict::kConflict, world.imported), 0u);
  EXPECT_THAT(WriteManifests(world.imported), SizeIs(10'000));
}

TEST_P(TenThousandTest, AChainAgainstTheOrderOfTheFile) {
  const ImportWorld world(GetParam(), Queues(GetParam(), 10'000, [](int i) {
                            return i == 9'999 ? std::string() : "q" + std::to_string(i + 1);
                          }));
  ASSERT_THAT(world.imported.queues, SizeIs(10'000));
  EXPECT_EQ(world.imported.queues.front().name, "q9999");
  EXPECT_EQ(world.imported.queues.back().name, "q0");
}

TEST_P(TenThousandTest, ACircle) {
  const ImportWorld world(GetParam(), Queues(GetParam(), 10'000, [](int i) {
                            return "q" + std::to_string((i + 1) % 10'000);
                          }));
  EXPECT_EQ(CountOf(Verdict::kConflict, world.imported), 10'000u);
  EXPECT_THAT(ReportText(world.imported), HasSubstr("10000 conflicts"));
}

INSTANTIATE_TEST_SUITE_P(Peers, TenThousandTest, ::testing::Values(Peer::kVolcano, Peer::kKai));

}  // namespace
}  // namespace tutti::importer
