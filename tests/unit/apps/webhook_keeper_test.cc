#include "apps/webhook_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "http/self_signed.h"
#include "tests/unit/kube/test_clock.h"

namespace tutti::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The Secret, the API server and the webhook's server, as the duties see them.
class WebhookKeeperTest : public ::testing::Test {
 protected:
  WebhookKeeperTest() {
    old_one_ = Make();
    new_one_ = Make();
    new_one_.pem.ca_pem += old_one_.pem.ca_pem;
    stored_ = old_one_;
  }
  SharedCertificate Make() const {
    const base::Duration year = std::chrono::hours(24 * 365);
    return {*http::GenerateServerCertificate({"a"}, year, clock_.WallNanos()),
            clock_.WallNanos() + year.count()};
  }
  WebhookDuties Duties() {
    WebhookDuties duties;
    duties.certificate = [this](bool renew) -> absl::StatusOr<SharedCertificate> {
      const std::lock_guard lock(mutex_);
      if (renew && due_) stored_ = new_one_, due_ = false;
      Did(renew ? "renew" : "read");
      if (!readable_) return absl::UnavailableError("no answer");
      return stored_;
    };
    duties.show = [this](const SharedCertificate& certificate) {
      const std::lock_guard lock(mutex_);
      Did(certificate.pem.cert_pem == old_one_.pem.cert_pem ? "show old" : "show new");
      return absl::OkStatus();
    };
    duties.registration = [this](const std::string& ca_pem, bool look) -> absl::Status {
      const std::lock_guard lock(mutex_);
      Did(std::string(look ? "look" : "register") +
          (ca_pem == old_one_.pem.ca_pem ? " old" : " new"));
      if (!writable_) return absl::UnavailableError("no answer");
      return absl::OkStatus();
    };
    duties.on_error = [this](const absl::Status&) {
      const std::lock_guard lock(mutex_);
      Did("error");
    };
    return duties;
  }
  void Did(const std::string& what) {
    done_.push_back(what);
    changed_.notify_all();
  }
  // Waits for `last` to be done, then takes what was done until then.
  std::vector<std::string> Until(const std::string& last) {
    std::unique_lock lock(mutex_);
    std::vector<std::string> taken;
    while (true) {
      while (!done_.empty()) {
        taken.push_back(done_.front());
        done_.erase(done_.begin());
        if (taken.back() == last) return taken;
      }
      changed_.wait(lock);
    }
  }
  void Set(bool& flag, bool value) {
    const std::lock_guard lock(mutex_);
    flag = value;
  }

  static constexpr base::Duration kSoon = std::chrono::milliseconds(1);
  static constexpr base::Duration kNever = std::chrono::hours(24);
  kube::TestClock clock_;
  SharedCertificate old_one_;
  SharedCertificate new_one_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> done_;
  SharedCertificate stored_;
  bool due_ = false;
  bool readable_ = true;
  bool writable_ = true;
};

TEST_F(WebhookKeeperTest, OnlyWhoLeadsRegistersAndDoesSoAtOnce) {
  WebhookKeeper keeper(clock_, Duties(), old_one_, kNever);
  EXPECT_TRUE(keeper.settled());
  keeper.Lead(true);
  EXPECT_THAT(Until("register old"), ElementsAre("renew", "register old"));
  keeper.Lead(false);
  EXPECT_TRUE(keeper.settled());
  EXPECT_THAT(Until("read"), ElementsAre("read"));
  keeper.Lead(true);
  EXPECT_THAT(Until("register old"), ElementsAre("renew", "register old"))
      << "another may have been registered meanwhile";
}

TEST_F(WebhookKeeperTest, WhoLeadsLooksAgainAndAgain) {
  WebhookKeeper keeper(clock_, Duties(), old_one_, kSoon);
  keeper.Lead(true);
  Until("register old");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Until("look old"), ElementsAre("renew", "look old"));
}

TEST_F(WebhookKeeperTest, ItIsSettledWhenTheFirstAttemptHasEndedWellOrNot) {
  writable_ = false;
  WebhookKeeper keeper(clock_, Duties(), old_one_, kSoon);
  keeper.Lead(true);
  Until("error");
  Until("error");  // the first round is over
  EXPECT_TRUE(keeper.settled());
  Set(writable_, true);
  Until("look old");
  EXPECT_TRUE(keeper.settled());
}

TEST_F(WebhookKeeperTest, TheLeaderShowsANewCertificateWhenItIsTrusted) {
  due_ = true;
  WebhookKeeper keeper(clock_, Duties(), old_one_, kNever);
  keeper.Lead(true);
  EXPECT_THAT(Until("show new"), ElementsAre("renew", "register new", "show new"));
}

TEST_F(WebhookKeeperTest, ACertificateThatCouldNotBeRegisteredIsNotShownYet) {
  due_ = true;
  writable_ = false;
  WebhookKeeper keeper(clock_, Duties(), old_one_, kSoon);
  keeper.Lead(true);
  EXPECT_THAT(Until("error"), ElementsAre("renew", "register new", "error"));
  Set(writable_, true);
  const std::vector<std::string> rest = Until("show new");
  EXPECT_EQ(rest[rest.size() - 2], "register new");
}

TEST_F(WebhookKeeperTest, AStandbyShowsANewCertificateAWhileAfterItSawIt) {
  WebhookKeeper keeper(clock_, Duties(), old_one_, kSoon);
  Until("read");
  {
    const std::lock_guard lock(mutex_);
    stored_ = new_one_;
    done_.clear();
  }
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Until("read"), ElementsAre("read"));
  clock_.Advance(WebhookKeeper::kShownAfter);
  Until("show new");
  Until("read");
  EXPECT_THAT(Until("read"), ElementsAre("read")) << "once";
}

TEST_F(WebhookKeeperTest, WhereTheOldOneIsNotTrustedAnyMoreTheNewOneIsShownAtOnce) {
  new_one_ = Make();  // somebody has deleted the Secret
  stored_ = new_one_;
  WebhookKeeper keeper(clock_, Duties(), old_one_, kSoon);
  EXPECT_THAT(Until("show new"), ElementsAre("read", "show new"));
}

TEST_F(WebhookKeeperTest, WhatWasKnownIsRegisteredWhileTheSecretCannotBeRead) {
  readable_ = false;
  WebhookKeeper keeper(clock_, Duties(), old_one_, kNever);
  keeper.Lead(true);
  EXPECT_THAT(Until("register old"), ElementsAre("renew", "register old"));
}

TEST_F(WebhookKeeperTest, WithoutARegistrationThereIsNothingToWaitFor) {
  WebhookDuties duties = Duties();
  duties.registration = nullptr;
  WebhookKeeper keeper(clock_, std::move(duties), old_one_, kNever);
  keeper.Lead(true);
  EXPECT_TRUE(keeper.settled());
  EXPECT_THAT(Until("renew"), ElementsAre("renew"));
  keeper.Stop();
  EXPECT_THAT(done_, IsEmpty());
}

}  // namespace
}  // namespace tutti::apps
