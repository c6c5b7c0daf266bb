#include "remote/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tutti::remote {
namespace {

using ::testing::HasSubstr;

// Two blocks; nodes 1 and 2 of the first and 3 of the second are candidates, of the third none.
class AnswerReaderTest : public ::testing::Test {
 protected:
  AnswerReaderTest() : blocks_(3) {
    for (uint32_t b = 0; b < 3; ++b) blocks_[b].first = b * kNodesPerBlock;
    candidates_.resize(3);
    candidates_[0].Add(1);
    candidates_[0].Add(2);
    candidates_[2].Add(3);
    numbers_.reasons = {ReasonId(40), ReasonId(41)};
    Restart();
    // Refuses node 2 of the first block and node 3 of the third.
    NodeMask passing;
    passing.Add(1);
    answer_.set_passing(Bytes(passing) + Bytes(NodeMask()));
    NodeMask never;
    never.Add(3);
    answer_.set_unresolvable(Bytes(NodeMask()) + Bytes(never));
    answer_.set_reasons(std::string("\x01\x00\x00\x00", 4));
    wire::Diagnosis& of = *answer_.add_diagnoses();
    of.set_block(0);
    of.set_reason(1);
    of.set_nodes(1);
    of.set_need(10);
    of.set_have(-3);
  }
  static std::string Bytes(const NodeMask& mask) {
    return {reinterpret_cast<const char*>(mask.words.data()), sizeof mask.words};
  }
  void Restart() {
    verdicts_.clear();
    for (const NodeMask& mask : candidates_) verdicts_.emplace_back(mask);
  }
  absl::Status Read() { return ReadVerdicts(answer_, numbers_, blocks_, verdicts_); }
  std::string Refusal() {
    Restart();
    return std::string(Read().message());
  }

  std::vector<NodeBlockView> blocks_;
  std::vector<NodeMask> candidates_;
  std::vector<BlockVerdict> verdicts_;
  Numbering numbers_;
  wire::FilterAnswer answer_;
};

TEST_F(AnswerReaderTest, TranslatesWhatIsRight) {
  ASSERT_TRUE(Read().ok());
  EXPECT_TRUE(verdicts_[0].passing().Has(1));
  EXPECT_FALSE(verdicts_[0].passing().Has(2));
  EXPECT_EQ(verdicts_[0].reason(2), ReasonId(41));
  EXPECT_EQ(verdicts_[0].diagnoses()[0].reason, ReasonId(41));
  EXPECT_EQ(verdicts_[0].diagnoses()[0].have, -3);
  EXPECT_TRUE(verdicts_[2].unresolvable().Has(3));
  EXPECT_EQ(verdicts_[2].reason(3), ReasonId(40));
}

TEST_F(AnswerReaderTest, CountsTheNodesOfABlockWithoutDiagnoses) {
  answer_.clear_diagnoses();
  ASSERT_TRUE(Read().ok());
  EXPECT_EQ(verdicts_[0].diagnoses()[0].nodes, 1u);
  EXPECT_EQ(verdicts_[2].diagnoses()[0].reason, ReasonId(40));
}

TEST_F(AnswerReaderTest, RefusesLengthsThatAreNotThoseOfTheQuestion) {
  answer_.mutable_passing()->pop_back();
  EXPECT_EQ(Refusal(), "passing has 63 bytes: expected 64, 32 for each of 2 blocks");
  answer_.set_passing(std::string(96, '\0'));
  EXPECT_THAT(Refusal(), HasSubstr("passing has 96 bytes"));
  answer_.set_passing(std::string(64, '\0'));
  EXPECT_EQ(Refusal(), "reasons has 4 bytes: expected 6, 2 for each of 3 nodes that it refuses");
  answer_.clear_unresolvable();
  EXPECT_THAT(Refusal(), HasSubstr("unresolvable has 0 bytes"));
}

TEST_F(AnswerReaderTest, RefusesNodesThatItWasNotAskedAbout) {
  answer_.set_passing(std::string(64, '\xff'));
  EXPECT_EQ(Refusal(), "passing: a node of block 0 that is no candidate");
}

TEST_F(AnswerReaderTest, RefusesToCallAPassingNodeUnresolvable) {
  answer_.set_unresolvable(answer_.passing());
  EXPECT_EQ(Refusal(), "unresolvable: a node of block 0 that it has not refused");
}

TEST_F(AnswerReaderTest, RefusesReasonsThatWereNeverDeclared) {
  answer_.set_reasons(std::string("\x02\x00\x00\x00", 4));
  EXPECT_EQ(Refusal(), "reasons: reason 2, expected less than the 2 that it has declared");
  answer_.set_reasons(std::string(4, '\0'));
  answer_.mutable_diagnoses(0)->set_reason(70000);
  EXPECT_THAT(Refusal(), HasSubstr("diagnoses: reason 70000"));
}

TEST_F(AnswerReaderTest, RefusesDiagnosesOfNothing) {
  answer_.mutable_diagnoses(0)->set_block(1 << 20);
  EXPECT_THAT(Refusal(), HasSubstr("diagnoses: block 1048576"));
  answer_.mutable_diagnoses(0)->set_block(0);
  answer_.mutable_diagnoses(0)->set_nodes(257);
  EXPECT_THAT(Refusal(), HasSubstr("diagnoses: 257 nodes in block 0, expected 1 to 256"));
  answer_.mutable_diagnoses(0)->set_nodes(1);
  for (int i = 0; i < 8; ++i) *answer_.add_diagnoses() = answer_.diagnoses(0);
  EXPECT_THAT(Refusal(), HasSubstr("more than 8 for block 0"));
}

TEST_F(AnswerReaderTest, ScoresAreAsManyAsCandidates) {
  std::vector<int64_t> scores(3 * kNodesPerBlock);
  EXPECT_EQ(std::string(ReadScores(std::string(16, '\x01'), candidates_, scores).message()),
            "scores has 16 bytes: expected 24, 8 for each of 3 candidates");
  std::string bytes(24, '\0');
  bytes[8] = 5;
  bytes[16] = 9;
  ASSERT_TRUE(ReadScores(bytes, candidates_, scores).ok());
  EXPECT_EQ(scores[2], 5);
  EXPECT_EQ(scores[2 * kNodesPerBlock + 3], 9);
}

TEST_F(AnswerReaderTest, StatusesOfCodesAndReasonsThatThereAreNot) {
  wire::Status status;
  status.set_code(static_cast<wire::Code>(99));
  EXPECT_EQ(std::string(ReadStatus(status, numbers_).status().message()),
            "status: code 99, which this host does not know");
  status.set_code(wire::CODE_UNSCHEDULABLE);
  status.set_reason(2);
  EXPECT_FALSE(ReadStatus(status, numbers_).ok());
  status.set_reason(0);
  EXPECT_EQ(ReadStatus(status, numbers_).value(), Status::Unschedulable(ReasonId(40)));
  status.set_code(wire::CODE_WAIT);
  EXPECT_EQ(ReadStatus(status, numbers_).value(), Status::Wait(ReasonId(40)));
  status.set_code(wire::CODE_ERROR);
  status.set_message(std::string(100'000, 'x'));
  EXPECT_EQ(ReadStatus(status, numbers_).value().message().size(), 1024u);
}

TEST_F(AnswerReaderTest, DomainsAreBoundedAndOfWholeMasks) {
  wire::PlacementGenerateAnswer answer;
  std::vector<Domain> domains;
  answer.add_domains()->set_nodes(std::string(33, 'x'));
  EXPECT_THAT(std::string(ReadDomains(answer, domains).message()), HasSubstr("nodes of 33 bytes"));
  answer.mutable_domains(0)->set_nodes(std::string(64, 'x'));
  ASSERT_TRUE(ReadDomains(answer, domains).ok());
  EXPECT_EQ(domains[0].nodes.size(), 2u);
  for (int i = 0; i < 4096; ++i) answer.add_domains();
  EXPECT_THAT(std::string(ReadDomains(answer, domains).message()),
              HasSubstr("domains: 4097 of them"));
}

TEST_F(AnswerReaderTest, ANominationIsOfNodesThatThereAre) {
  blocks_[0].present = candidates_[0];
  blocks_[2].present = candidates_[2];
  const ClusterView cluster{blocks_};
  wire::PostFilterAnswer answer;
  Nomination nomination;
  const auto refusal = [&](std::string masks) {
    answer.set_nomination(std::move(masks));
    return std::string(ReadNomination(answer, cluster, nomination).message());
  };
  EXPECT_EQ(refusal(""), "");
  EXPECT_EQ(refusal(Bytes(candidates_[0])), "");
  EXPECT_EQ(nomination.nodes, std::vector<NodeMask>{candidates_[0]});
  EXPECT_EQ(refusal(std::string(33, '\0')), "nomination has 33 bytes: expected 32 for each block");
  EXPECT_EQ(refusal(std::string(128, '\0')),
            "nomination: 4 blocks, expected at most the 3 that there are");
  EXPECT_EQ(refusal(Bytes(NodeMask()) + Bytes(candidates_[0])),
            "nomination: a row of block 1 that holds no node");
  EXPECT_EQ(nomination.nodes, std::vector<NodeMask>{candidates_[0]}) << "half of a lie was taken";
}

TEST_F(AnswerReaderTest, DevicesAreNoneOrAsManyAsAskedForOfThoseThatFit) {
  DeviceSet fitting;
  for (const uint32_t device : {1, 2, 5}) fitting.Add(device);
  wire::DeviceSelectAnswer answer;
  const auto read = [&](uint32_t devices) {
    answer.set_devices(devices);
    return ReadDevices(answer, {2, 1000}, fitting);
  };
  EXPECT_TRUE(read(0).value().empty());
  DeviceSet two;
  for (const uint32_t device : {1, 5}) two.Add(device);
  EXPECT_EQ(read(0b100010).value(), two);
  EXPECT_EQ(read(0b000110 | 1u << 31).status().message(),
            "devices: device 31, expected those that fit");
  EXPECT_EQ(read(0b000010).status().message(),
            "devices: 1 of them, expected none, or the 2 that the pod asks for");
  EXPECT_FALSE(read(0b100110).ok());
}

TEST_F(AnswerReaderTest, AnnotationsAreBoundedBeforeTheyAreTaken) {
  wire::PreBindAnswer answer;
  BindAnnotations annotations;
  answer.add_annotations()->set_value("of no key");
  EXPECT_EQ(ReadAnnotations(answer, annotations).message(),
            "annotations: an empty key, expected a name");
  answer.mutable_annotations(0)->set_key("example.com/rank");
  answer.mutable_annotations(0)->set_value(std::string(BindAnnotations::kMostBytes, 'x'));
  EXPECT_EQ(ReadAnnotations(answer, annotations).message(),
            "annotations: 16400 bytes, expected at most 16384");
  EXPECT_TRUE(annotations.entries().empty());
  answer.mutable_annotations(0)->set_value("3");
  ASSERT_TRUE(ReadAnnotations(answer, annotations).ok());
  EXPECT_EQ(annotations.entries()[0], BindAnnotations::Entry("example.com/rank", "3"));
}

// Bytes at random: whatever comes, the verdict stays within the candidates or is refused.
TEST_F(AnswerReaderTest, NothingThatItSaysReachesBeyondTheCandidates) {
  std::mt19937_64 random(20261126);
  int understood = 0;
  for (int i = 0; i < 20'000; ++i) {
    SCOPED_TRACE(i);
    wire::FilterAnswer answer = answer_;
    for (std::string* bytes :
         {answer.mutable_passing(), answer.mutable_unresolvable(), answer.mutable_reasons()}) {
      if (random() % 3 == 0 && !bytes->empty())
        (*bytes)[random() % bytes->size()] = static_cast<char>(random() % 4);
      if (random() % 16 == 0) bytes->resize(random() % 100);
    }
    if (random() % 8 == 0) answer.mutable_diagnoses(0)->set_block(random() % 4);
    Restart();
    if (!ReadVerdicts(answer, numbers_, blocks_, verdicts_).ok()) continue;
    ++understood;
    for (size_t b = 0; b < candidates_.size(); ++b) {
      NodeMask both = verdicts_[b].passing();
      both &= candidates_[b];
      ASSERT_EQ(both, verdicts_[b].passing());
    }
  }
  EXPECT_GT(understood, 100);
}

}  // namespace
}  // namespace tutti::remote
