// Structs of another host: longer ones, and another standard library's texts.
#include "tutti/abi/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/abi/header_as_c11.h"
#include "tutti/abi/views_from_c.h"
#include "tutti/testing/fake_host.h"

namespace tutti::abi {
namespace {

TEST(ConvertTest, CAndCppAgreeOnSizes) {
  EXPECT_EQ(tutti_c_size_of_descriptor(), sizeof(tutti_plugin_descriptor));
  EXPECT_EQ(tutti_c_size_of_host(), sizeof(tutti_host));
}

TEST(ConvertTest, HasTellsWhatTheOtherSideKnows) {
  tutti_status status = {};
  status.struct_size = sizeof status;
  EXPECT_TRUE(tutti_c_has_need(&status));
  status.struct_size = offsetof(tutti_status, have);
  EXPECT_TRUE(tutti_c_has_need(&status));
  status.struct_size = offsetof(tutti_status, have) - 1;
  EXPECT_FALSE(tutti_c_has_need(&status));
}

// What a host of a later minor version hands out.
struct LongerBlock {
  tutti_node_block block = {};
  uint64_t new_member = ~uint64_t{0};
};

TEST(ConvertTest, ArraysStepByTheSizeThatTheHostSays) {
  std::array<LongerBlock, 3> blocks;
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    blocks[b].block.struct_size = sizeof(LongerBlock);
    blocks[b].block.first = b * kNodesPerBlock;
  }
  const tutti_cluster cluster = {sizeof cluster, 0, &blocks[0].block, blocks.size()};
  const testing::FakeHost host;
  const ClusterFromC views(cluster, host.texts());
  ASSERT_EQ(views.view().blocks.size(), 3u);
  for (uint32_t b = 0; b < blocks.size(); ++b)
    EXPECT_EQ(views.view().blocks[b].first, b * kNodesPerBlock);
}

TEST(ConvertTest, AnEmptyClusterHasNoBlocks) {
  const tutti_cluster cluster = {sizeof cluster, 0, nullptr, 0};
  const testing::FakeHost host;
  EXPECT_TRUE(ClusterFromC(cluster, host.texts()).view().blocks.empty());
}

// Pointer and length the other way round than here, and something behind them.
struct OddText {
  size_t words[4];
};

TEST(ConvertTest, TextsOfAnotherStandardLibraryAreUnderstood) {
  const StringViewLayout here = StringViewLayout::Here();
  std::vector<OddText> texts(3);
  const std::string values[] = {"one", "", "three"};
  for (size_t i = 0; i < 3; ++i) {
    texts[i].words[here.size_at / sizeof(size_t)] = reinterpret_cast<size_t>(values[i].data());
    texts[i].words[here.data_at / sizeof(size_t)] = values[i].size();
  }
  const tutti_strings odd = {texts.data(), sizeof(OddText), here.size_at, here.data_at};
  std::vector<std::string_view> copies;
  const std::string_view* read = TextsOf(odd, 3, copies);
  EXPECT_THAT(std::vector<std::string_view>(read, read + 3), ::testing::ElementsAreArray(values));
  EXPECT_EQ(copies.size(), 3u);
}

TEST(ConvertTest, OurOwnTextsAreNotCopied) {
  const std::string_view values[] = {"one", "", "three"};
  std::vector<std::string_view> copies;
  EXPECT_EQ(TextsOf(ToC(values), 3, copies), values);
  EXPECT_TRUE(copies.empty());
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(FromC(tutti_string_at(ToC(values), i)), values[i]);
  EXPECT_EQ(TextsOf(ToC(static_cast<const std::string_view*>(nullptr)), 3, copies), nullptr);
}

// tutti_refuse is BlockVerdict::Refuse in C, also with more reasons than it can count.
TEST(ConvertTest, RefusingInCIsRefusingInCpp) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    BlockVerdict cpp(NodeMask::All());
    tutti_block_verdict c = {};
    ToC(cpp, c);
    for (uint32_t offset = 0; offset < kNodesPerBlock; ++offset) {
      const ReasonId reason(static_cast<uint16_t>(random() % (seed % 12 + 1)));
      const auto need = static_cast<int64_t>(random() % 100);
      const auto have = static_cast<int64_t>(random() % 100) - 50;
      if (random() % 3 == 0) continue;
      const bool for_good = random() % 2 == 0;
      cpp.Refuse(offset, for_good ? Status::UnschedulableAndUnresolvable(reason, need, have)
                                  : Status::Unschedulable(reason, need, have));
      tutti_refuse(&c, offset,
                   for_good ? TUTTI_UNSCHEDULABLE_AND_UNRESOLVABLE : TUTTI_UNSCHEDULABLE,
                   reason.value, need, have);
    }
    const BlockVerdict read = FromC(c);
    EXPECT_EQ(read.passing(), cpp.passing());
    EXPECT_EQ(read.unresolvable(), cpp.unresolvable());
    EXPECT_EQ(read.parts().reasons, cpp.parts().reasons);
    for (size_t i = 0; i < cpp.diagnoses().size(); ++i) {
      EXPECT_EQ(read.diagnoses()[i].reason, cpp.diagnoses()[i].reason);
      EXPECT_EQ(read.diagnoses()[i].nodes, cpp.diagnoses()[i].nodes);
      EXPECT_EQ(read.diagnoses()[i].need, cpp.diagnoses()[i].need);
      EXPECT_EQ(read.diagnoses()[i].have, cpp.diagnoses()[i].have);
    }
  }
}

}  // namespace
}  // namespace tutti::abi
