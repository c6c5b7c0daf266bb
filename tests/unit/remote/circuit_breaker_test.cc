#include "remote/circuit_breaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/kube/test_clock.h"

namespace tutti::remote {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using State = CircuitBreaker::State;

class CircuitBreakerTest : public ::testing::Test {
 protected:
  void Fail(int times = 1) {
    for (int i = 0; i < times; ++i) breaker_.Failed(breaker_.Admit().value(), "Filter", "it hangs");
  }
  // The longest that a wait of `wait` may take with its jitter.
  void AdvancePast(base::Duration wait) { clock_.Advance(wait + wait / 5); }

  kube::TestClock clock_;
  CircuitBreaker breaker_{clock_, {}, /*seed=*/7};
};

TEST_F(CircuitBreakerTest, StaysClosedWhileFailuresAreNotInARow) {
  for (int i = 0; i < 10; ++i) {
    Fail(2);
    breaker_.Succeeded(breaker_.Admit().value(), "Filter");
  }
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

TEST_F(CircuitBreakerTest, OpensAfterThreeInARowAndSaysWhyAndWhenAgain) {
  Fail(3);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  const absl::Status refused = breaker_.Admit().status();
  EXPECT_TRUE(absl::IsUnavailable(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("3 failures in a row"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("it hangs"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("the next try is in 1"));
}

TEST_F(CircuitBreakerTest, OneAsksWhenItIsHalfOpenAndASuccessClosesIt) {
  Fail(3);
  AdvancePast(seconds(1));
  const CircuitBreaker::Ticket probe = breaker_.Admit().value();
  EXPECT_TRUE(probe.probe);
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  EXPECT_THAT(std::string(breaker_.Admit().status().message()), HasSubstr("being tried now"));
  breaker_.Succeeded(probe, "Filter");
  EXPECT_EQ(breaker_.state(), State::kClosed);
  EXPECT_FALSE(breaker_.Admit().value().probe);
}

TEST_F(CircuitBreakerTest, TheWaitDoublesUpToItsCapAndBeginsAnewAfterASuccess) {
  Fail(3);
  base::Duration wait = seconds(1);
  for (int i = 0; i < 8; ++i) {
    clock_.Advance(wait - milliseconds(1));
    EXPECT_FALSE(breaker_.Admit().ok()) << "opening " << i;
    clock_.Advance(wait / 5 + milliseconds(1));
    Fail();
    wait = std::min<base::Duration>(wait * 2, seconds(30));
  }
  AdvancePast(seconds(30));
  breaker_.Succeeded(breaker_.Admit().value(), "Filter");
  Fail(3);
  AdvancePast(seconds(1));
  EXPECT_TRUE(breaker_.Admit().ok());
}

TEST_F(CircuitBreakerTest, WhatIsSaidTooLateChangesNothing) {
  const CircuitBreaker::Ticket slow = breaker_.Admit().value();
  Fail(3);
  breaker_.Succeeded(slow, "Filter");
  EXPECT_EQ(breaker_.state(), State::kOpen);
  AdvancePast(seconds(1));
  const CircuitBreaker::Ticket probe = breaker_.Admit().value();
  breaker_.Failed(slow, "Filter", "late");
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  breaker_.Succeeded(probe, "Filter");
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

}  // namespace
}  // namespace tutti::remote
