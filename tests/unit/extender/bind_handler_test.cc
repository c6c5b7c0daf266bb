#include "extender/bind_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/door_world.h"

namespace tutti::extender {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Observer final : public ExtenderObserver {
 public:
  void Began() override { ++open; }
  void Answered(std::string_view, int status, base::Duration, model::ReasonCode) override {
    --open;
    statuses.push_back(status);
  }
  void Refused(std::string_view, std::string_view peer, std::string_view error) override {
    refusals.push_back(std::string(peer) + ": " + std::string(error));
  }

  int open = 0;
  std::vector<int> statuses;
  std::vector<std::string> refusals;
};

class BindHandlerTest : public ::testing::Test {
 protected:
  BindHandlerTest() : handler_(world_.core, clock_, observer_) { world_.Publish(); }

  std::shared_ptr<testing::RecordingSink> Post(const std::string& text) {
    const testing::PaddedBody body(text);
    http::Request request;
    request.body = body.view();
    request.peer = "10.0.0.9:4711 CN=somebody";
    auto sink = std::make_shared<testing::RecordingSink>();
    handler_.Handle(request, http::Reply(sink));
    return sink;
  }
  static std::string Body(int uid, const std::string& node = "node-a") {
    return R"({"PodName":"p","PodNamespace":"ns","PodUID":")" + testing::UidText(uid) +
           R"(","Node":")" + node + R"("})";
  }

  testing::DoorWorld world_;
  base::SystemClock clock_;
  Observer observer_;
  BindHandler handler_;
};

TEST_F(BindHandlerTest, AReplyIsParkedUntilTheCoreAnswers) {
  const auto first = Post(Body(1));
  const auto second = Post(Body(2));
  EXPECT_EQ(first->answers + second->answers, 0);
  EXPECT_EQ(handler_.parked(), 2u);
  const auto bind = world_.core.TakeBind();
  ASSERT_TRUE(bind);
  EXPECT_EQ(bind->request.uid, testing::UidOf(1));
  EXPECT_EQ(bind->request.namespace_name, "ns");
  EXPECT_EQ(bind->request.name, "p");
  EXPECT_EQ(bind->request.node_name, "node-a");
  bind->done("");
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, R"({"Error":""})");
  world_.core.TakeBind()->done("pod \"p\" is gone");
  EXPECT_EQ(second->status, 200);
  EXPECT_EQ(second->body, R"({"Error":"pod \"p\" is gone"})");
  EXPECT_EQ(handler_.parked(), 0u);
  EXPECT_EQ(observer_.open, 0);
}

TEST_F(BindHandlerTest, ACoreThatAnswersAtOnceIsFine) {
  world_.core.AnswerBindsWith("");
  EXPECT_EQ(Post(Body(1))->answers, 1);
  EXPECT_EQ(handler_.parked(), 0u);
}

TEST_F(BindHandlerTest, TheCoreMayAnswerAfterTheHandlerIsGone) {
  auto handler = std::make_unique<BindHandler>(world_.core, clock_, observer_);
  const testing::PaddedBody body(Body(1));
  http::Request request;
  request.body = body.view();
  const auto sink = std::make_shared<testing::RecordingSink>();
  handler->Handle(request, http::Reply(sink));
  handler.reset();
  world_.core.TakeBind()->done("");
  EXPECT_EQ(sink->answers, 1);
}

TEST_F(BindHandlerTest, BindsOfClientsThatAreGoneAreGivenUpOnce) {
  const auto gone = Post(Body(1));
  const auto stays = Post(Body(2));
  gone->gone = true;
  for (int i = 3; i < 8; ++i) Post(Body(i));
  EXPECT_THAT(world_.core.abandoned(), ElementsAre(1));
  world_.core.TakeBind()->done("abandoned");
  EXPECT_EQ(gone->answers, 1);
  EXPECT_EQ(stays->answers, 0);
  while (auto bind = world_.core.TakeBind()) bind->done("");
}

// Bug 1 of the peers: a forged bind. What is no bind never reaches the core, and who sent it is
// told; whether the uid is that of the pod is the core's to judge against live state.
TEST_F(BindHandlerTest, MalformedBindsNeverReachTheCore) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"{}", "PodNamespace"},
      {"[]", "an object"},
      {R"({"PodName":null,"PodNamespace":"ns","PodUID":null,"Node":"a"})", "PodName"},
      {R"({"PodName":"p","PodNamespace":"ns","PodUID":"x","Node":"a"})", "PodUID"},
      {R"({"PodName":"p","PodNamespace":"ns","PodUID":"00000000-0000-0000-0000-000000000000",)"
       R"("Node":"a"})",
       "PodUID"},
      {R"({"PodName":1,"PodNamespace":"ns"})", "a string"},
      {Body(1, ""), "Node"},
      {Body(1, "../../nodes"), "Node"},
      {Body(1, "a/b?c"), "Node"},
      {Body(1, std::string(300, 'n')), "Node"},
      {Body(1, "Node-A"), "Node"},
      {R"({"Node":"a","node":"b"})", "stands twice"},
      {Body(1).substr(0, 40), "no JSON"},
  };
  for (const auto& [text, expected] : cases) {
    const auto sink = Post(text);
    EXPECT_EQ(sink->status, 400) << text;
    EXPECT_THAT(sink->body, HasSubstr(expected)) << text;
    ASSERT_FALSE(observer_.refusals.empty());
    EXPECT_THAT(observer_.refusals.back(), HasSubstr("10.0.0.9:4711 CN=somebody")) << text;
  }
  EXPECT_FALSE(world_.core.TakeBind());
  EXPECT_EQ(observer_.open, 0);
}

TEST_F(BindHandlerTest, NotReadyIs503) {
  world_.Publish(/*ready=*/false);
  EXPECT_EQ(Post(Body(1))->status, 503);
  EXPECT_FALSE(world_.core.TakeBind());
}

}  // namespace
}  // namespace tutti::extender
