#include "objects/submitter.h"

#include <gtest/gtest.h>

#include <vector>

namespace tutti::objects {
namespace {

TEST(SubmitterTest, WhatIsGeneratedAtTheEndOfANameIsLeftOut) {
  EXPECT_EQ(BaseName("nightly-28391280"), "nightly") << "a CronJob's Job";
  EXPECT_EQ(BaseName("train-x7k2p"), "train") << "generateName";
  EXPECT_EQ(BaseName("sweep-x7k2p-3"), "sweep");
  EXPECT_EQ(BaseName("train-llama"), "train-llama") << "vowels are not generated";
  EXPECT_EQ(BaseName("train-v2"), "train-v2");
  EXPECT_EQ(BaseName("42"), "42");
  EXPECT_EQ(BaseName("-42"), "-42") << "something is left";
  EXPECT_EQ(BaseName(""), "");
}

class SubmitterOfTest : public ::testing::Test {
 protected:
  std::string Of(const std::string& gang) {
    PodView pod;
    pod.labels = labels;
    pod.owners = owners;
    return SubmitterOf(pod, gang);
  }
  std::vector<PodView::Entry> labels;
  std::vector<OwnerReferenceView> owners;
};

TEST_F(SubmitterOfTest, TheLabelSaysItOutright) {
  labels = {{"app", "x"}, {"tutti.dev/user", "ada"}};
  owners = {{"batch/v1", "Job", "nightly-1", "uid", true}};
  EXPECT_EQ(Of("train-1"), "user/ada");
  labels = {{"tutti.dev/user", ""}};
  EXPECT_EQ(Of("train-1"), "Job/nightly") << "an empty one names nobody";
}

TEST_F(SubmitterOfTest, OtherwiseItIsTheControllingOwner) {
  owners = {{"v1", "ConfigMap", "other", "uid", false},
            {"kubeflow.org/v1", "PyTorchJob", "bert-x7k2p", "uid", true}};
  EXPECT_EQ(Of("train-1"), "PyTorchJob/bert");
}

TEST_F(SubmitterOfTest, WithoutAnOwnerItIsTheGang) {
  owners = {{"v1", "ConfigMap", "other", "uid", false}};
  EXPECT_EQ(Of("train-17"), "gang/train");
}

}  // namespace
}  // namespace tutti::objects
