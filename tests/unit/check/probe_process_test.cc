#include "check/probe_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace tutti::check {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using How = ProbeEnd::How;

struct Outcome {
  ProbeEnd end;
  std::vector<std::string> messages;
};

Outcome RunWith(const std::function<void(const Messenger&)>& work,
                std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  Outcome run;
  run.end = RunProbe(
      work, [&](std::string_view message) { run.messages.emplace_back(message); }, limit);
  return run;
}

TEST(ProbeProcessTest, MessagesArriveInOrderAndWhole) {
  const std::string large(50'000, 'x');
  const Outcome run = RunWith([&](const Messenger& messenger) {
    messenger.Send("one");
    messenger.Send("");
    messenger.Send(large);
  });
  EXPECT_EQ(run.end.how, How::kDone);
  EXPECT_THAT(run.messages, ElementsAre("one", "", large));
}

TEST(ProbeProcessTest, AMessageIsCut) {
  const Outcome run = RunWith([](const Messenger& messenger) {
    messenger.Send(std::string(Messenger::kLongestMessage + 1, 'x'));
  });
  EXPECT_THAT(run.messages, ElementsAre(SizeIs(Messenger::kLongestMessage)));
}

TEST(ProbeProcessTest, TellsHowAChildEnded) {
  const Outcome killed = RunWith([](const Messenger& messenger) {
    messenger.Send("before");
    ::raise(SIGSEGV);
  });
  EXPECT_EQ(killed.end.how, How::kKilled);
  EXPECT_EQ(killed.end.number, SIGSEGV);
  EXPECT_THAT(killed.messages, ElementsAre("before"));
  const Outcome exited = RunWith([](const Messenger&) { ::_exit(0); });
  EXPECT_EQ(exited.end.how, How::kExited);
  EXPECT_EQ(exited.end.number, 0);
}

TEST(ProbeProcessTest, StopsAChildThatSaysNothingMore) {
  const auto hang = [](const Messenger& messenger) {
    messenger.Send("before");
    while (true) ::pause();
  };
  const Outcome run = RunWith(hang, std::chrono::milliseconds(200));
  EXPECT_EQ(run.end.how, How::kTimedOut);
  EXPECT_THAT(run.messages, ElementsAre("before"));
}

TEST(ProbeProcessTest, AChildThatClosesThePipeAndGoesOnIsStopped) {
  const auto close_all = [](const Messenger&) {
    for (int fd = 3; fd < 1024; ++fd) ::close(fd);
    while (true) ::pause();
  };
  EXPECT_EQ(RunWith(close_all, std::chrono::milliseconds(200)).end.how, How::kTimedOut);
}

TEST(ProbeProcessTest, WhatTheChildChangesIsItsOwn) {
  int number = 1;
  RunWith([&](const Messenger&) { number = 2; });
  EXPECT_EQ(number, 1);
}

TEST(ProbeProcessTest, RubbishInThePipeEndsIt) {
  const Outcome run = RunWith([](const Messenger& messenger) {
    messenger.Send("before");
    const std::string rubbish = "no message at all, and a length that is absurd";
    for (int fd = 3; fd < 64; ++fd) {
      if (::write(fd, rubbish.data(), rubbish.size()) < 0) continue;
    }
    while (true) ::pause();
  });
  EXPECT_EQ(run.end.how, How::kFlooded);
}

}  // namespace
}  // namespace tutti::check
