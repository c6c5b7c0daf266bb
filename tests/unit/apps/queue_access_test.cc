#include "apps/queue_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::apps {
namespace {

using admission::Access;
using admission::AccessAnswer;
using admission::AccessQuestion;
using nlohmann::json;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;

constexpr char kReviews[] = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr char kLocalQueues[] = "/apis/tutti.dev/v1beta1/namespaces/team-a/localqueues";

class QueueAccessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    client_ = testing::ClientOf(api_, clock_);
    api_.AddCollection(kLocalQueues);
    api_.SetHook([this](const HttpRequest& request, HttpReply& reply) {
      if (request.path != kReviews) return false;
      const std::lock_guard lock(mutex_);
      reviews_.push_back(json::parse(request.body, nullptr, false));
      reply.Send(review_status_, review_answer_);
      return true;
    });
  }
  void TearDown() override { client_.reset(); }

  void AnswerReviews(int status, const std::string& body) {
    const std::lock_guard lock(mutex_);
    review_status_ = status;
    review_answer_ = body;
  }
  json Review(size_t at) {
    const std::lock_guard lock(mutex_);
    return at < reviews_.size() ? reviews_[at] : json();
  }
  size_t Reviews() {
    const std::lock_guard lock(mutex_);
    return reviews_.size();
  }
  AccessQuestion Question(const std::string& name,
                          base::Duration within = std::chrono::seconds(30)) {
    return {{"alice", "42", R"(["team-a","system:authenticated"])", R"({"scopes":["all"]})"},
            "team-a",
            name,
            clock_.Now() + within};
  }
  static AccessAnswer Ask(QueueAccess& access, AccessQuestion question) {
    const auto answer = std::make_shared<std::promise<AccessAnswer>>();
    access.Check(std::move(question),
                 [answer](AccessAnswer a) { answer->set_value(std::move(a)); });
    return answer->get_future().get();
  }

  const base::SystemClock clock_;
  testing::FakeApiServer api_;
  std::mutex mutex_;
  int review_status_ = 201;
  std::string review_answer_ = R"({"status":{"allowed":true}})";
  std::vector<json> reviews_;
  std::unique_ptr<kube::Client> client_;
};

TEST_F(QueueAccessTest, TheReviewIsOfTheWholeUserAndOfTheQueueAlone) {
  QueueAccess access(*client_, clock_, /*local_queues=*/true);
  const AccessAnswer answer = Ask(access, Question("vision"));
  EXPECT_EQ(answer.access, Access::kAllowed);
  EXPECT_EQ(answer.queue, "vision");
  EXPECT_EQ(Review(0), (json{{"apiVersion", "authorization.k8s.io/v1"},
                             {"kind", "SubjectAccessReview"},
                             {"spec",
                              {{"user", "alice"},
                               {"uid", "42"},
                               {"groups", {"team-a", "system:authenticated"}},
                               {"extra", {{"scopes", json::array({"all"})}}},
                               {"resourceAttributes",
                                {{"group", "tutti.dev"},
                                 {"resource", "queues"},
                                 {"verb", "use"},
                                 {"name", "vision"}}}}}}));
}

TEST_F(QueueAccessTest, ALocalQueueGoesBeforeAQueueOfItsName) {
  api_.Put(kLocalQueues, "main", R"({"spec":{"queue":"vision"}})");
  AnswerReviews(201, R"({"status":{"allowed":false}})");
  QueueAccess access(*client_, clock_, /*local_queues=*/true);
  const AccessAnswer answer = Ask(access, Question("main"));
  EXPECT_EQ(answer.access, Access::kDenied);
  EXPECT_EQ(answer.queue, "vision");
  EXPECT_EQ(Review(0)["spec"]["resourceAttributes"]["name"], "vision");
  QueueAccess without(*client_, clock_, /*local_queues=*/false);
  EXPECT_EQ(Ask(without, Question("main")).queue, "main");
}

TEST_F(QueueAccessTest, ANameThatNoObjectCanHaveIsLookedForNowhere) {
  QueueAccess access(*client_, clock_, /*local_queues=*/true);
  for (const char* name : {"a/status", "..", "root.A", "-a", "a b", "a-"})
    EXPECT_EQ(Ask(access, Question(name)).queue, name);
  EXPECT_EQ(api_.Count("GET", "localqueues"), 0u);
  EXPECT_EQ(Reviews(), 6u);
}

TEST_F(QueueAccessTest, TheSameQuestionIsAskedOnce) {
  QueueAccess access(*client_, clock_, /*local_queues=*/false);
  for (int i = 0; i < 3; ++i) Ask(access, Question("vision"));
  EXPECT_EQ(Reviews(), 1u);
  AccessQuestion other = Question("vision");
  other.user.username = "bob";
  Ask(access, other);
  other.user.groups_json = R"(["team-b"])";
  Ask(access, other);
  Ask(access, Question("speech"));
  EXPECT_EQ(Reviews(), 4u) << "another user, other groups, another queue";
}

TEST_F(QueueAccessTest, WhatIsNoAnswerIsNotKnownAndNotKept) {
  QueueAccess access(*client_, clock_, /*local_queues=*/true);
  const std::pair<int, std::string> answers[] = {
      {403, testing::StatusBody(403, "Forbidden", "tutti may not create subjectaccessreviews")},
      {500, ""},
      {201, "rubbish"},
      {201, "[]"},
      {201, R"({"status":{}})"},
      {201, R"({"status":{"allowed":"yes"}})"},
  };
  for (const auto& [status, body] : answers) {
    AnswerReviews(status, body);
    const AccessAnswer answer = Ask(access, Question("vision"));
    EXPECT_EQ(answer.access, Access::kUnknown) << status << " " << body;
    EXPECT_NE(answer.problem, "") << status << " " << body;
  }
  AnswerReviews(201, R"({"status":{"allowed":true}})");
  EXPECT_EQ(Ask(access, Question("vision")).access, Access::kAllowed);
}

TEST_F(QueueAccessTest, WhyItIsNotKnownIsWhatTheApiServerSaid) {
  QueueAccess access(*client_, clock_, /*local_queues=*/false);
  AnswerReviews(403, testing::StatusBody(403, "Forbidden", "tutti may not"));
  EXPECT_THAT(Ask(access, Question("vision")).problem, HasSubstr("tutti may not"));
}

TEST_F(QueueAccessTest, ALocalQueueThatCannotBeReadIsNotPassedOver) {
  api_.Put(kLocalQueues, "main", R"({"spec":{}})");
  QueueAccess access(*client_, clock_, /*local_queues=*/true);
  EXPECT_EQ(Ask(access, Question("main")).access, Access::kUnknown);
  api_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Send(403, testing::StatusBody(403, "Forbidden", "no localqueues for you"));
    return true;
  });
  const AccessAnswer answer = Ask(access, Question("vision"));
  EXPECT_EQ(answer.access, Access::kUnknown);
  EXPECT_THAT(answer.problem, HasSubstr("no localqueues for you"));
  EXPECT_EQ(Reviews(), 0u);
}

TEST_F(QueueAccessTest, AnApiServerThatSaysNothingIsWaitedForUntilTheDeadlineOnly) {
  QueueAccess access(*client_, clock_, /*local_queues=*/false);
  api_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Hang();
    return true;
  });
  const AccessAnswer late = Ask(access, Question("vision", std::chrono::milliseconds(50)));
  EXPECT_EQ(late.access, Access::kUnknown);
  EXPECT_NE(late.problem, "");
  EXPECT_EQ(Ask(access, Question("vision", std::chrono::seconds(0))).access, Access::kUnknown);
  EXPECT_LE(api_.Count("POST", kReviews), 1u) << "without time nobody is asked";
}

}  // namespace
}  // namespace tutti::apps
