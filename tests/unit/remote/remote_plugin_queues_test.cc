// Queues and watched objects of a plugin in another process: what it is asked, what it is shown,
// and what becomes of its lies and silences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "framework/object_points.h"
#include "tests/unit/remote/remote_world.h"
#include "tutti/plugin/object_watch.h"

namespace tutti::remote {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Lives by budgets: an owner may have one.
class Budgets final : public ObjectWatchPlugin, public PreEnqueuePlugin {
 public:
  static const PluginDescriptor& Descriptor() {
    static constexpr PluginDescriptor kDescriptor = {
        "Budgets", "1", [](Config&, PluginHost& host) -> std::unique_ptr<Plugin> {
          return std::make_unique<Budgets>(host);
        }};
    return kDescriptor;
  }
  explicit Budgets(PluginHost& host) : none_(host.Reason("NoBudget", "nobody pays for it")) {}

  std::vector<ObjectKind> Watches() const override { return {{"example.com", {"v1"}, "budgets"}}; }
  void OnObject(const WatchedObject& object, Config& spec) override {
    owners_[std::string(object.name)] = spec.String("/owner", "");
  }
  void OnObjectGone(const WatchedObject& object) override {
    owners_.erase(std::string(object.name));
  }
  void CheckObject(const WatchedObject& object, Config& spec) const override {
    const std::string owner = spec.String("/owner", "");
    for (const auto& [name, other] : owners_) {
      if (name != object.name && other == owner)
        spec.Fail("/owner", owner + " has budget " + name + " already");
    }
  }
  Status PreEnqueue(const GangView& gang, const ClusterView&) const override {
    for (const auto& [name, owner] : owners_) {
      if (owner == gang.user) return Status::Success();
    }
    return Status::Pending(none_).With("user " + std::string(gang.user));
  }

 private:
  const ReasonId none_;
  std::map<std::string, std::string> owners_;
};

class RemotePluginQueuesTest : public ::testing::Test {
 protected:
  // What the plugin says beside its class: it has queues as well.
  Fate Say(const wire::ServeRequest& request, wire::ServeResponse& response) {
    switch (request.phase_case()) {
      case Phase::kHandshake:
        response.mutable_handshake()->add_points(wire::EXTENSION_POINT_QUEUE_SELECT);
        return Fate::kAnswer;
      case Phase::kQueueOf:
        response.mutable_status()->Clear();
        response.mutable_queue_of()->set_queue("of-" + request.queue_of().user());
        break;
      case Phase::kQueueRound:
        response.mutable_status()->Clear();
        response.mutable_queue_round();
        for (int q = request.queue_round().queues_size() - 1; q >= 0; --q)
          response.mutable_queue_round()->add_turns()->set_queue(static_cast<uint32_t>(q));
        break;
      default:
        return Fate::kAnswer;
    }
    return bend_ == nullptr ? Fate::kAnswer : bend_(response);
  }
  void Connect(base::Duration timeout = std::chrono::seconds(30)) {
    w_.Bend([this](const wire::ServeRequest& request, wire::ServeResponse& response) {
      return Say(request, response);
    });
    const absl::Status connected = w_.Connect(w_.Target(timeout));
    ASSERT_TRUE(connected.ok()) << connected;
    plugins_ = w_.world.Plugins();
    objects_.emplace(plugins_);
    w_.TakeRequests();
  }
  QueueSelectPlugin& queues() { return *plugins_.profile->queue_selects().front().point; }
  const PreEnqueuePlugin& budgets() { return *plugins_.profile->pre_enqueues().front().point; }
  static GangView Of(std::string_view user) {
    GangView gang;
    gang.namespace_name = "team";
    gang.user = user;
    return gang;
  }
  static model::ObjectKey Key(const std::string& name) { return {"budgets", "team", name}; }
  static model::ObjectSpec OwnedBy(const std::string& owner) {
    model::ObjectSpec spec;
    spec.entries.push_back({"/owner", ConfigKind::kString, owner, "test"});
    return spec;
  }

  RemoteWorld w_{Budgets::Descriptor()};
  framework::Plugins plugins_;
  std::optional<framework::ObjectPoints> objects_;
  std::function<Fate(wire::ServeResponse&)> bend_;
};

TEST_F(RemotePluginQueuesTest, ARoundIsOneQuestion) {
  Connect();
  const QueueId ada = queues().QueueOf(Of("ada"));
  const QueueId bob = queues().QueueOf(Of("bob"));
  const std::vector<QueueId> waiting = {ada, bob};
  w_.TakeRequests();
  queues().BeginRound(waiting);
  std::vector<QueueId> order;
  while (const std::optional<QueueId> queue = queues().NextQueue()) {
    order.push_back(*queue);
    queues().Served(*queue, nullptr, QueueOutcome::kPlaced, order.size() < 3);
  }
  EXPECT_THAT(order, ElementsAre(bob, bob, bob, ada)) << "as it has turned them round";
  const std::vector<wire::ServeRequest> requests = w_.TakeRequests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].queue_round().queues(0).name(), "of-ada");
  EXPECT_TRUE(requests[0].queue_round().queues(0).waiting());
}

TEST_F(RemotePluginQueuesTest, ObjectsAreShownBeforeTheNextQuestionAndOnlyOnce) {
  Connect();
  EXPECT_THAT(objects_->kinds(), SizeIs(1));
  objects_->Tell(Key("first"), OwnedBy("ada"));
  EXPECT_THAT(w_.TakeRequests(), IsEmpty()) << "nobody has a question";
  EXPECT_TRUE(budgets().PreEnqueue(Of("ada"), w_.world.Cluster()).ok());
  const Status refused = budgets().PreEnqueue(Of("bob"), w_.world.Cluster());
  EXPECT_EQ(refused.code(), Code::kPending);
  EXPECT_EQ(refused.message(), "user bob");
  const std::vector<wire::ServeRequest> requests = w_.TakeRequests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].objects().objects_size(), 1);
  EXPECT_FALSE(requests[1].has_objects());
  objects_->TellGone(Key("first"));
  EXPECT_FALSE(budgets().PreEnqueue(Of("ada"), w_.world.Cluster()).ok());
}

TEST_F(RemotePluginQueuesTest, AnotherProcessIsShownTheObjectsAnew) {
  Connect();
  objects_->Tell(Key("first"), OwnedBy("ada"));
  EXPECT_TRUE(budgets().PreEnqueue(Of("ada"), w_.world.Cluster()).ok());
  w_.Stop();
  w_.Serve(Budgets::Descriptor());
  static_cast<void>(budgets().PreEnqueue(Of("ada"), w_.world.Cluster()));  // finds the stream dead
  EXPECT_TRUE(budgets().PreEnqueue(Of("ada"), w_.world.Cluster()).ok());
}

TEST_F(RemotePluginQueuesTest, AWriterIsToldWhatThePluginHasAgainstTheObject) {
  Connect();
  objects_->Tell(Key("first"), OwnedBy("ada"));
  EXPECT_THAT(objects_->Check(Key("second"), OwnedBy("bob")), IsEmpty());
  const std::vector<ConfigError> errors = objects_->Check(Key("second"), OwnedBy("ada"));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].pointer, "/owner");
  EXPECT_EQ(errors[0].message, "ada has budget first already");
  EXPECT_EQ(errors[0].where, "test");
}

TEST_F(RemotePluginQueuesTest, ARoundThatIsNotAnsweredIsNoneAndTheBreakerSeesToIt) {
  Connect(milliseconds(40));
  const std::vector<QueueId> waiting = {queues().QueueOf(Of("ada"))};
  bend_ = [](wire::ServeResponse&) { return Fate::kHang; };
  for (int i = 0; i < 3; ++i) EXPECT_THROW(queues().BeginRound(waiting), std::runtime_error);
  EXPECT_EQ(w_.state(), CircuitBreaker::State::kOpen);
  EXPECT_EQ(queues().NextQueue(), std::nullopt);
}

struct QueueLie {
  const char* name;
  void (*tell)(wire::ServeResponse&);
  const char* says;
};

class QueueLieTest : public RemotePluginQueuesTest,
                     public ::testing::WithParamInterface<QueueLie> {};

TEST_P(QueueLieTest, IsRefusedByName) {
  Connect();
  const QueueId ada = queues().QueueOf(Of("ada"));
  const std::vector<QueueId> waiting = {ada};
  bend_ = [](wire::ServeResponse& response) {
    GetParam().tell(response);
    return Fate::kAnswer;
  };
  std::string said;
  try {
    queues().BeginRound(waiting);
    queues().QueueOf(Of("bob"));
  } catch (const std::runtime_error& error) {
    said = error.what();
  }
  EXPECT_THAT(said, HasSubstr("its answer to QueueSelect is refused"));
  EXPECT_THAT(said, HasSubstr(GetParam().says));
  bend_ = nullptr;
  queues().BeginRound(waiting);
  EXPECT_EQ(queues().NextQueue(), ada);
}

INSTANTIATE_TEST_SUITE_P(
    All, QueueLieTest,
    ::testing::Values(QueueLie{"NoAnswer", [](wire::ServeResponse& r) { r.clear_answer(); },
                               "no member queue_"},
                      QueueLie{"AQueueThatWasNotAsked",
                               [](wire::ServeResponse& r) {
                                 if (r.has_queue_round())
                                   r.mutable_queue_round()->mutable_turns(0)->set_queue(1);
                               },
                               "turns: queue 1, expected less than the 1"},
                      QueueLie{"AShareOfNothing",
                               [](wire::ServeResponse& r) {
                                 if (r.has_queue_round())
                                   r.mutable_queue_round()->mutable_turns(0)->set_share(
                                       std::numeric_limits<double>::quiet_NaN());
                               },
                               "a share that is no number"},
                      QueueLie{"TooManyTurns",
                               [](wire::ServeResponse& r) {
                                 for (int i = 0; r.has_queue_round() && i < 65'536; ++i)
                                   r.mutable_queue_round()->add_turns();
                               },
                               "65537 of them, expected at most 65536"},
                      QueueLie{"NoName",
                               [](wire::ServeResponse& r) {
                                 if (r.has_queue_of()) r.mutable_queue_of()->clear_queue();
                               },
                               "expected 1 to 253 printable characters"}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace tutti::remote
