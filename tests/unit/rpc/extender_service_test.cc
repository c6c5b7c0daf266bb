#include "rpc/extender_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "rpc/server.h"
#include "tests/support/door_world.h"
#include "tutti/v1/extender.grpc.pb.h"

namespace tutti::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kMember[] = R"({"gang":"g"})";

class Observer final : public extender::ExtenderObserver {
 public:
  void Began() override { ++open; }
  void Answered(std::string_view, int status, base::Duration, model::ReasonCode) override {
    last_status = status;
    --open;
  }
  std::atomic<int> open{0};
  std::atomic<int> last_status{0};
};

class ExtenderServiceTest : public ::testing::Test {
 protected:
  ExtenderServiceTest() {
    for (const char* name : {"a", "b", "c"}) nodes_.push_back(world_.AddNode(name));
    world_.Place(testing::UidOf(1), nodes_[1]);
    world_.Hold(testing::UidOf(2), {model::ReasonCode::kWaitingForMembers, 4, 0, {}});
    world_.Reserve(nodes_[2], 8000);
    world_.Publish();
    auto server =
        Server::Start({}, {MakeExtenderService(world_.core, world_.workspaces, clock_, observer_)},
                      [] { return true; });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(absl::StrFormat("127.0.0.1:%d", server_->port()),
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::ExtenderService::NewStub(channel_);
  }

  static v1::FilterRequest Ask(const std::string& pod) {
    v1::FilterRequest request;
    request.set_pod_json(pod);
    for (const char* name : {"c", "b", "a"}) request.add_node_names(name);
    return request;
  }
  grpc::Status Filter(const v1::FilterRequest& request, v1::FilterResponse& response) {
    grpc::ClientContext context;
    response.Clear();
    return stub_->Filter(&context, request, &response);
  }
  static v1::BindRequest BindOf(int uid) {
    v1::BindRequest request;
    request.set_pod_namespace("ns");
    request.set_pod_name("p");
    request.set_pod_uid(testing::UidText(uid));
    request.set_node_name("a");
    return request;
  }
  testing::FakeCore::ParkedBind WaitForBind() {
    for (;;) {
      if (auto bind = world_.core.TakeBind()) return *std::move(bind);
      std::this_thread::yield();
    }
  }

  testing::DoorWorld world_;
  std::vector<model::NodeIndex> nodes_;
  base::SystemClock clock_;
  Observer observer_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ExtenderService::Stub> stub_;
};

TEST_F(ExtenderServiceTest, FilterDecidesAsTheWebhookDoes) {
  v1::FilterResponse response;
  ASSERT_TRUE(Filter(Ask(testing::PodJson(9)), response).ok());
  EXPECT_THAT(response.node_names(), ElementsAre("b", "a"));
  EXPECT_THAT(response.failed_nodes(), UnorderedElementsAre(Pair("c", "tutti/NodeReserved")));
  ASSERT_TRUE(Filter(Ask(testing::PodJson(1, kMember)), response).ok());
  EXPECT_THAT(response.node_names(), ElementsAre("b"));
  ASSERT_TRUE(Filter(Ask(testing::PodJson(2, kMember)), response).ok());
  EXPECT_THAT(response.node_names(), IsEmpty());
  EXPECT_THAT(response.failed_and_unresolvable_nodes(),
              UnorderedElementsAre(Pair("c", "tutti/WaitingForMembers: needs 4 at once")));
  v1::FilterRequest dry = Ask(testing::PodJson(2, kMember));
  dry.set_dry_run(true);
  ASSERT_TRUE(Filter(dry, response).ok());
  EXPECT_THAT(response.node_names(), ElementsAre("b", "a"));
}

TEST_F(ExtenderServiceTest, MalformedAndNotReadyHaveTheirCodes) {
  v1::FilterResponse response;
  EXPECT_EQ(Filter(Ask("{"), response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Filter(Ask("{} x"), response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Filter(Ask("[]"), response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::FilterRequest nobody;
  nobody.set_pod_json(testing::PodJson(1));
  EXPECT_EQ(Filter(nobody, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::FilterRequest long_name = Ask(testing::PodJson(1));
  long_name.add_node_names(std::string(254, 'n'));
  EXPECT_EQ(Filter(long_name, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(observer_.last_status, 400);
  world_.Publish(/*ready=*/false);
  EXPECT_EQ(Filter(Ask(testing::PodJson(1)), response).error_code(), grpc::StatusCode::UNAVAILABLE);
  grpc::ClientContext context;
  v1::BindResponse bound;
  EXPECT_EQ(stub_->Bind(&context, BindOf(1), &bound).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(observer_.open, 0);
}

TEST_F(ExtenderServiceTest, PrioritizeAndPreemptKeepOrder) {
  v1::PrioritizeRequest ask;
  ask.set_pod_json(testing::PodJson(1));
  ask.add_node_names("b");
  ask.add_node_names("a");
  v1::PrioritizeResponse scores;
  grpc::ClientContext first;
  ASSERT_TRUE(stub_->Prioritize(&first, ask, &scores).ok());
  ASSERT_EQ(scores.scores_size(), 2);
  EXPECT_EQ(scores.scores(0).host(), "b");

  v1::PreemptRequest preempt;
  preempt.set_pod_json(testing::PodJson(1, kMember));
  for (const char* name : {"a", "b"}) {
    auto* candidate = preempt.add_candidates();
    candidate->set_node_name(name);
    candidate->add_victim_uids("v2");
    candidate->add_victim_uids("v1");
  }
  v1::PreemptResponse kept;
  grpc::ClientContext second;
  ASSERT_TRUE(stub_->Preempt(&second, preempt, &kept).ok());
  ASSERT_EQ(kept.candidates_size(), 1);
  EXPECT_EQ(kept.candidates(0).node_name(), "b");
  EXPECT_THAT(kept.candidates(0).victim_uids(), ElementsAre("v2", "v1"));
}

TEST_F(ExtenderServiceTest, ABindIsParkedUntilTheCoreAnswers) {
  grpc::ClientContext contexts[2];
  v1::BindResponse responses[2];
  const v1::BindRequest requests[2] = {BindOf(1), BindOf(2)};
  std::vector<grpc::Status> statuses(2);
  std::vector<std::thread> clients;
  for (size_t i = 0; i < 2; ++i) {
    clients.emplace_back(
        [&, i] { statuses[i] = stub_->Bind(&contexts[i], requests[i], &responses[i]); });
  }
  for (int i = 0; i < 2; ++i) {
    auto bind = WaitForBind();
    bind.done(bind.request.uid == testing::UidOf(1) ? "" : "the pod is gone");
  }
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(statuses[0].ok()) << statuses[0].error_message();
  EXPECT_EQ(statuses[1].error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(statuses[1].error_message(), "the pod is gone");
}

TEST_F(ExtenderServiceTest, ACancelledBindIsGivenUp) {
  grpc::ClientContext context;
  v1::BindResponse response;
  std::thread client([&] {
    EXPECT_EQ(stub_->Bind(&context, BindOf(1), &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  auto bind = WaitForBind();
  context.TryCancel();
  client.join();
  while (world_.core.abandoned().empty()) std::this_thread::yield();
  EXPECT_THAT(world_.core.abandoned(), ElementsAre(bind.ticket));
  bind.done("abandoned");
}

TEST_F(ExtenderServiceTest, AForgedBindNeverReachesTheCore) {
  for (const char* field : {"", "..", "a/b", "Node"}) {
    v1::BindRequest request = BindOf(1);
    request.set_node_name(field);
    grpc::ClientContext context;
    v1::BindResponse response;
    EXPECT_EQ(stub_->Bind(&context, request, &response).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_FALSE(world_.core.TakeBind());
}

}  // namespace
}  // namespace tutti::rpc
