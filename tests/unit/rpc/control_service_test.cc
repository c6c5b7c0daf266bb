// The control API through a real channel: its codes, its limits, its streams.
#include "rpc/control_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "rpc/server.h"
#include "tests/support/control_world.h"
#include "tutti/v1/control.grpc.pb.h"

namespace tutti::rpc {
namespace {

using ::testing::Contains;
using testing::ControlWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int64_t kCore = ControlWorld::kCore;

// So many bytes, or a failure.
class Source final : public control::SnapshotSource {
 public:
  class Reader final : public control::SnapshotReader {
   public:
    explicit Reader(size_t bytes) : left_(bytes) {}
    absl::StatusOr<std::string> Next(size_t most) override {
      const size_t size = std::min(left_, most);
      left_ -= size;
      return std::string(size, 's');
    }

   private:
    size_t left_;
  };
  absl::StatusOr<std::unique_ptr<control::SnapshotReader>> Open(base::Duration) override {
    if (bytes == 0) return absl::UnavailableError("not synced");
    return std::make_unique<Reader>(bytes);
  }
  size_t bytes = 150'000;
};

class ControlServiceTest : public ::testing::Test {
 protected:
  ControlServiceTest() {
    world_.AddNode("a", 4 * kCore);
    world_.AddNode("b", 4 * kCore);
    world_.AddGang("placed", 2, kCore);
    world_.AddGang("waits", 7, kCore);
    auto server =
        Server::Start({},
                      {MakeControlService(
                          {calls_, world_.decisions, pool_, &snapshots_, world_.clock,
                           [this](std::string_view method, absl::StatusCode code, base::Duration) {
                             absl::MutexLock lock(&mutex_);
                             ended_.emplace_back(method, code);
                           }})},
                      [] { return true; });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(absl::StrFormat("127.0.0.1:%d", server_->port()),
                                   grpc::InsecureChannelCredentials());
    stub_ = pb::ControlService::NewStub(channel_);
  }

  template <class Request, class Response>
  grpc::Status Call(grpc::Status (pb::ControlService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request, Response& response,
                    std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    response.Clear();
    return (stub_.get()->*method)(&context, request, &response);
  }
  static pb::ExplainRequest ExplainGang(const std::string& name) {
    pb::ExplainRequest request;
    request.mutable_gang()->set_namespace_("default");
    request.mutable_gang()->set_name(name);
    return request;
  }
  std::vector<std::pair<std::string, absl::StatusCode>> ended() {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  void WaitForWatchers(size_t count) {
    while (world_.decisions.watchers() != count) {
    }
  }

  ControlWorld world_;
  Source snapshots_;
  control::WorkPool pool_{2, 8};
  ControlCalls calls_{world_.control, {}};
  absl::Mutex mutex_;
  std::vector<std::pair<std::string, absl::StatusCode>> ended_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<pb::ControlService::Stub> stub_;
};

TEST_F(ControlServiceTest, AGangTellsWhatBecameOfItsMarkers) {
  world_.loop.Post(model::GangObjectUpserted{
      {"default", "test", "waits"},
      "waits",
      {7, {}},
      "",
      "",
      std::make_shared<const model::GangMarkers>(model::GangMarkers{
          {"test", "PodGroup spec.minMember", "7", MarkerMeaning::kMinMember, "7", "", true},
          {"kueue", "label q", "a", MarkerMeaning::kMinMember, "9", "not ours", false},
          {"test", "PodGroup spec.colour", "red", MarkerMeaning::kNothing, "", "why", false}})});
  world_.Settle();
  const auto expect = [](const pb::Gang& gang) {
    ASSERT_EQ(gang.markers_size(), 3);
    EXPECT_EQ(gang.markers(0).verdict(), pb::MARKER_VERDICT_CONFLICT);
    EXPECT_EQ(gang.markers(0).dialect(), "kueue");
    EXPECT_EQ(gang.markers(0).marker(), "label q");
    EXPECT_EQ(gang.markers(0).value(), "a");
    EXPECT_EQ(gang.markers(0).text(), "minMember is 7: not ours");
    EXPECT_EQ(gang.markers(1).verdict(), pb::MARKER_VERDICT_UNDERSTOOD);
    EXPECT_EQ(gang.markers(1).text(), "minMember 7");
    EXPECT_EQ(gang.markers(2).verdict(), pb::MARKER_VERDICT_IGNORED);
    EXPECT_EQ(gang.markers(2).text(), "why");
  };
  pb::GetGangRequest get;
  get.mutable_gang()->set_namespace_("default");
  get.mutable_gang()->set_name("waits");
  pb::Gang gang;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::GetGang, get, gang).ok());
  expect(gang);
  pb::ExplainRequest ask;
  *ask.mutable_gang() = get.gang();
  pb::Explanation why;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Explain, ask, why).ok());
  expect(why.gang());
  pb::ListGangsResponse list;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListGangs, pb::ListGangsRequest(), list).ok());
  for (const pb::Gang& listed : list.gangs()) EXPECT_TRUE(listed.markers().empty());
}

TEST_F(ControlServiceTest, ListsSayWhatThereIs) {
  pb::ListGangsResponse gangs;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListGangs, pb::ListGangsRequest(), gangs).ok());
  ASSERT_EQ(gangs.gangs_size(), 2);
  EXPECT_EQ(gangs.gangs(0).ref().name(), "placed");
  EXPECT_EQ(gangs.gangs(0).phase(), pb::GANG_PHASE_PLACED);
  EXPECT_EQ(gangs.gangs(1).phase(), pb::GANG_PHASE_WAITING);
  EXPECT_EQ(gangs.gangs(1).position(), 1);
  EXPECT_TRUE(gangs.gangs(1).head());
  pb::GetGangRequest get;
  *get.mutable_gang() = gangs.gangs(0).ref();
  pb::Gang gang;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::GetGang, get, gang).ok());
  ASSERT_EQ(gang.members_size(), 2);
  EXPECT_EQ(gang.members(1).pod(), "placed-1");
  EXPECT_EQ(gang.members(1).state(), pb::MEMBER_STATE_PLACED);
  pb::ListQueuesResponse queues;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListQueues, pb::ListQueuesRequest(), queues).ok());
  EXPECT_EQ(queues.queues(0).head().name(), "waits");
  EXPECT_EQ(queues.queues(0).order(), "priority, then arrival");
  pb::ListNodesResponse nodes;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListNodes, pb::ListNodesRequest(), nodes).ok());
  ASSERT_EQ(nodes.nodes_size(), 2);
  EXPECT_EQ(nodes.nodes(0).amounts(0).resource(), "cpu");
  EXPECT_EQ(nodes.nodes(0).amounts(0).allocatable(), 4 * kCore);
  pb::ListReservationsResponse reservations;
  pb::ListReservationsRequest three;
  three.set_limit(3);
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListReservations, three, reservations).ok());
  EXPECT_EQ(reservations.reservations_size(), 3);
  EXPECT_EQ(reservations.continue_(), "3");
  EXPECT_EQ(reservations.reservations(0).kind(), pb::Reservation::KIND_PLACED);
  EXPECT_EQ(reservations.reservations(0).pod().name(), "placed-0");
}

TEST_F(ControlServiceTest, AnExplanationsCountsAddUp) {
  pb::Explanation why;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Explain, ExplainGang("waits"), why).ok());
  EXPECT_EQ(why.reason().code(), "WaitingForCapacity");
  ASSERT_EQ(why.classes_size(), 1);
  int64_t nodes = why.classes(0).nodes_with_room();
  for (const pb::NodeCount& count : why.classes(0).refused()) nodes += count.nodes();
  EXPECT_EQ(nodes, why.nodes());
  EXPECT_EQ(why.nodes(), 2);
  EXPECT_EQ(why.remedy().kind(), pb::Remedy::KIND_OTHERS_END);
  EXPECT_GT(why.text_size(), 2);
}

TEST_F(ControlServiceTest, ASimulationAnswersForAManifestAndForAGang) {
  pb::SimulateRequest request;
  request.mutable_gang()->set_name("new");
  auto& pods = *request.mutable_gang()->add_pods();
  pods.set_count(20);
  (*pods.mutable_requests())["cpu"] = "1";
  pb::SimulateResponse response;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Simulate, request, response).ok());
  ASSERT_EQ(response.gangs_size(), 1);
  EXPECT_FALSE(response.gangs(0).fits_now());
  EXPECT_FALSE(response.gangs(0).fits_empty_cluster());
  EXPECT_EQ(response.gangs(0).reason().code(), "ExceedsCluster");
  request.set_manifest(
      "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{resources: {requests: {cpu: 1m}}}]}\n");
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Simulate, request, response).ok());
  EXPECT_TRUE(response.gangs(0).single_pods());
}

TEST_F(ControlServiceTest, EachRefusalHasItsCode) {
  pb::Explanation why;
  const grpc::Status unknown = Call(&pb::ControlService::Stub::Explain, ExplainGang("nobody"), why);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.error_message(), HasSubstr("no gang default/nobody"));
  EXPECT_EQ(Call(&pb::ControlService::Stub::Explain, pb::ExplainRequest(), why).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  pb::SimulateResponse simulated;
  EXPECT_EQ(
      Call(&pb::ControlService::Stub::Simulate, pb::SimulateRequest(), simulated).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  pb::HoldResponse held;
  EXPECT_EQ(Call(&pb::ControlService::Stub::Hold, pb::HoldRequest(), held).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  world_.loop.Post(model::LeadershipChanged{false});
  world_.Settle();
  EXPECT_EQ(Call(&pb::ControlService::Stub::Explain, ExplainGang("waits"), why).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(ended(), Contains(Pair("Explain", absl::StatusCode::kNotFound)));
  EXPECT_THAT(ended(), Contains(Pair("Hold", absl::StatusCode::kInvalidArgument)));
}

TEST_F(ControlServiceTest, ABusyCoreAndTooManyCallsAreSaid) {
  auto go_on = std::make_shared<absl::Notification>();
  ASSERT_TRUE(world_.loop.Ask([go_on](planner::Core&) { go_on->WaitForNotification(); }));
  pb::Explanation why;
  EXPECT_EQ(Call(&pb::ControlService::Stub::Explain, ExplainGang("waits"), why,
                 std::chrono::milliseconds(20))
                .error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  auto gate = std::make_shared<absl::Notification>();
  // Its caller may hear that the first call is over before that has given its thread back: then
  // there is room for one more, which waits in vain.
  grpc::StatusCode code = grpc::StatusCode::DEADLINE_EXCEEDED;
  while (code == grpc::StatusCode::DEADLINE_EXCEEDED) {
    while (pool_.TryRun([gate] { gate->WaitForNotification(); })) {
    }
    code = Call(&pb::ControlService::Stub::Explain, ExplainGang("waits"), why,
                std::chrono::milliseconds(200))
               .error_code();
  }
  EXPECT_EQ(code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  gate->Notify();
  go_on->Notify();
  world_.Settle();
}

TEST_F(ControlServiceTest, HoldDrainAndResumeReachTheCore) {
  pb::HoldRequest hold;
  hold.mutable_gang()->set_namespace_("default");
  hold.mutable_gang()->set_name("waits");
  pb::HoldResponse held;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Hold, hold, held).ok());
  EXPECT_TRUE(held.changed());
  pb::Explanation why;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Explain, ExplainGang("waits"), why).ok());
  EXPECT_EQ(why.reason().code(), "Held");
  pb::ResumeRequest resume;
  *resume.mutable_gang() = hold.gang();
  pb::ResumeResponse resumed;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Resume, resume, resumed).ok());
  EXPECT_TRUE(resumed.changed());
  pb::DrainRequest drain;
  drain.set_node("a");
  pb::DrainResponse drained;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Drain, drain, drained).ok());
  pb::ListNodesRequest one;
  one.add_names("a");
  pb::ListNodesResponse nodes;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListNodes, one, nodes).ok());
  EXPECT_TRUE(nodes.nodes(0).draining());
  drain.set_queue("default");
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Drain, drain, drained).ok());
  pb::ListQueuesResponse queues;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::ListQueues, pb::ListQueuesRequest(), queues).ok());
  EXPECT_TRUE(queues.queues(0).draining());
  EXPECT_FALSE(queues.queues(0).held());
}

TEST_F(ControlServiceTest, AWatcherSeesDecisionsInOrder) {
  grpc::ClientContext context;
  pb::WatchRequest request;
  request.set_namespace_("default");
  const auto stream = stub_->Watch(&context, request);
  stream->WaitForInitialMetadata();  // from here on nothing is missed
  world_.AddNode("c", 16 * kCore);
  pb::Decision decision;
  uint64_t number = 0;
  bool reported = false;
  int placed = 0;
  while (placed < 7 && stream->Read(&decision)) {
    EXPECT_EQ(decision.number(), ++number);
    EXPECT_EQ(decision.gang().name(), "waits");
    reported |= decision.kind() == pb::Decision::KIND_GANG && decision.reason().code() == "Placed";
    placed += decision.kind() == pb::Decision::KIND_PLACED ? 1 : 0;
  }
  EXPECT_TRUE(reported);
  EXPECT_EQ(placed, 7);
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  WaitForWatchers(0);
}

TEST_F(ControlServiceTest, AWatcherHearsOfWhatWasDecidedWhileAllThreadsWereTaken) {
  grpc::ClientContext context;
  const auto stream = stub_->Watch(&context, pb::WatchRequest());
  stream->WaitForInitialMetadata();
  auto gate = std::make_shared<absl::Notification>();
  while (pool_.TryRun([gate] { gate->WaitForNotification(); })) {
  }
  world_.AddNode("c", 16 * kCore);  // the only decisions there will be
  gate->Notify();
  pb::Decision decision;
  EXPECT_TRUE(stream->Read(&decision));
  context.TryCancel();
  stream->Finish();
  WaitForWatchers(0);
}

TEST_F(ControlServiceTest, ASlowWatcherIsEndedWithAClearStatus) {
  grpc::ClientContext context;
  const auto stream = stub_->Watch(&context, pb::WatchRequest());
  stream->WaitForInitialMetadata();
  // Long names, so that the connection's window is full long before the feed's bound.
  const std::string name(4'000, 'p');
  for (size_t i = 0; i < 3 * control::DecisionFeed::kMostBehind; ++i)
    world_.decisions.Execute(model::EvictPod{1, {{1, 1}, "default", name, {}}, "because"});
  pb::Decision decision;
  while (stream->Read(&decision)) {
  }
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("fell 4096 decisions behind"));
  WaitForWatchers(0);
  EXPECT_THAT(ended(), Contains(Pair("Watch", absl::StatusCode::kResourceExhausted)));
}

TEST_F(ControlServiceTest, WatchersAreToldThatTheReplicaStops) {
  grpc::ClientContext context;
  const auto stream = stub_->Watch(&context, pb::WatchRequest());
  stream->WaitForInitialMetadata();
  world_.decisions.Close();
  pb::Decision decision;
  EXPECT_FALSE(stream->Read(&decision));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ControlServiceTest, ASnapshotComesInPieces) {
  const auto read = [&](size_t& bytes, int& pieces) {
    grpc::ClientContext context;
    const auto stream = stub_->Snapshot(&context, pb::SnapshotRequest());
    pb::SnapshotChunk chunk;
    while (stream->Read(&chunk)) {
      bytes += chunk.data().size();
      ++pieces;
    }
    return stream->Finish();
  };
  size_t bytes = 0;
  int pieces = 0;
  ASSERT_TRUE(read(bytes, pieces).ok());
  EXPECT_EQ(bytes, 150'000u);
  EXPECT_EQ(pieces, 3);
  snapshots_.bytes = 0;
  EXPECT_EQ(read(bytes, pieces).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ControlServiceTest, AMessageThatIsTooLargeIsRefused) {
  pb::SimulateRequest request;
  request.set_manifest(std::string(17u << 20, ' '));
  pb::SimulateResponse response;
  EXPECT_EQ(Call(&pb::ControlService::Stub::Simulate, request, response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace tutti::rpc
