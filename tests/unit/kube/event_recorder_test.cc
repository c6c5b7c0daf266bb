#include "kube/event_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "nlohmann/json.hpp"
#include "tests/unit/kube/test_clock.h"

namespace tutti::kube {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// A client whose replies the test gives.
class HeldClient final : public Client {
 public:
  void Send(Request request, Done done) override {
    sent.push_back(std::move(request));
    waiting.push_back(std::move(done));
  }
  std::unique_ptr<Stream> Watch(std::string, base::Duration, OnLine, OnEnd) override {
    return nullptr;
  }
  int consecutive_unauthorized() const override { return 0; }
  void ReplyAll(int status) {
    while (!waiting.empty()) {
      const Done done = std::move(waiting.front());
      waiting.pop_front();
      done(Response{status, "{}"});
    }
  }

  std::vector<Request> sent;
  std::deque<Done> waiting;
};

class EventRecorderTest : public ::testing::Test {
 protected:
  EventRecorder Recorder(EventRecorderOptions options = {}) {
    return EventRecorder(client_, clock_, options);
  }
  static EventDescription Event(const std::string& pod, const std::string& note) {
    EventDescription event;
    event.regarding = {"v1", "Pod", "team", pod, "uid-" + pod};
    event.reason = "GangWaiting";
    event.action = "Planning";
    event.note = note;
    return event;
  }

  TestClock clock_;
  HeldClient client_;
};

TEST_F(EventRecorderTest, FirstOccurrenceIsAWholeEvent) {
  auto recorder = Recorder({.instance = "tutti-0"});
  recorder.Record(Event("p", "needs 8 GPUs"));
  ASSERT_EQ(client_.sent.size(), 1u);
  EXPECT_EQ(client_.sent[0].path, "/apis/events.k8s.io/v1/namespaces/team/events");
  const Json body = Json::parse(client_.sent[0].body);
  EXPECT_EQ(body["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(body["metadata"]["namespace"], "team");
  EXPECT_THAT(body["metadata"]["name"].get<std::string>(), HasSubstr("p."));
  EXPECT_EQ(body["eventTime"], "2027-01-15T08:00:00.000000Z");
  EXPECT_EQ(body["reportingInstance"], "tutti-0");
  EXPECT_EQ(body["type"], "Normal");
  EXPECT_EQ(body["note"], "needs 8 GPUs");
  EXPECT_EQ(body["regarding"]["uid"], "uid-p");
  client_.ReplyAll(201);
  EXPECT_EQ(recorder.stats().created, 1u);
}

TEST_F(EventRecorderTest, ClusterScopedObjectsHaveTheirEventsInDefault) {
  auto recorder = Recorder();
  EventDescription event = Event("n", "x");
  event.regarding = {"v1", "Node", "", "n", "u"};
  recorder.Record(event);
  EXPECT_THAT(client_.sent[0].path, HasSubstr("/namespaces/default/"));
  EXPECT_FALSE(Json::parse(client_.sent[0].body)["regarding"].contains("namespace"));
}

TEST_F(EventRecorderTest, RepetitionsOnlyRaiseACountThatIsWrittenNowAndThen) {
  auto recorder = Recorder();
  for (int i = 0; i < 100; ++i) recorder.Record(Event("p", "same"));
  recorder.Tick();
  EXPECT_EQ(client_.sent.size(), 1u);
  client_.ReplyAll(201);
  recorder.Tick();
  EXPECT_EQ(client_.sent.size(), 1u) << "not due yet";
  clock_.Advance(std::chrono::seconds(61));
  recorder.Tick();
  ASSERT_EQ(client_.sent.size(), 2u);
  EXPECT_EQ(client_.sent[1].method, "PATCH");
  EXPECT_EQ(Json::parse(client_.sent[1].body)["series"]["count"], 100);
  client_.ReplyAll(200);
  clock_.Advance(std::chrono::seconds(61));
  recorder.Tick();
  EXPECT_EQ(client_.sent.size(), 2u) << "nothing new";
  EXPECT_EQ(recorder.stats().counted, 99u);
  EXPECT_EQ(recorder.stats().updated, 1u);
}

TEST_F(EventRecorderTest, AfterTheWindowOrAFailureItIsANewEvent) {
  auto recorder = Recorder();
  recorder.Record(Event("p", "same"));
  client_.ReplyAll(201);
  clock_.Advance(std::chrono::minutes(7));
  recorder.Record(Event("p", "same"));
  EXPECT_EQ(client_.sent.size(), 2u);
  client_.ReplyAll(403);
  EXPECT_EQ(recorder.stats().failed, 1u);
  recorder.Record(Event("p", "same"));
  EXPECT_EQ(client_.sent.size(), 3u);
}

TEST_F(EventRecorderTest, OneObjectCannotFloodTheServer) {
  auto recorder = Recorder({.burst_per_object = 3, .refill = std::chrono::seconds(10)});
  for (int i = 0; i < 10; ++i) recorder.Record(Event("noisy", "note " + std::to_string(i)));
  EXPECT_EQ(client_.sent.size(), 3u);
  EXPECT_EQ(recorder.stats().dropped_rate, 7u);
  recorder.Record(Event("quiet", "note"));
  EXPECT_EQ(client_.sent.size(), 4u);
  clock_.Advance(std::chrono::seconds(10));
  recorder.Record(Event("noisy", "later"));
  recorder.Record(Event("noisy", "later still"));
  EXPECT_EQ(client_.sent.size(), 5u);
}

TEST_F(EventRecorderTest, AServerThatHangsCostsABoundedQueue) {
  auto recorder = Recorder({.max_unfinished = 5});
  for (int i = 0; i < 50; ++i) recorder.Record(Event("p" + std::to_string(i), "note"));
  EXPECT_EQ(client_.sent.size(), 5u);
  EXPECT_EQ(recorder.stats().dropped_full, 45u);
  client_.ReplyAll(201);
  recorder.Record(Event("q", "note"));
  EXPECT_EQ(client_.sent.size(), 6u);
}

TEST_F(EventRecorderTest, MemoryIsBoundedAndRepliesMayComeAfterItsEnd) {
  {
    auto recorder = Recorder({.max_series = 2});
    for (const char* pod : {"a", "b", "c", "a"}) recorder.Record(Event(pod, "note"));
    EXPECT_EQ(client_.sent.size(), 4u) << "a was forgotten for c";
  }
  client_.ReplyAll(201);
}

TEST_F(EventRecorderTest, LongTextsAreCutBetweenCharacters) {
  auto recorder = Recorder();
  std::string note(1023, 'x');
  note += "ü and more";
  recorder.Record(Event(std::string(253, 'n'), note));
  const Json body = Json::parse(client_.sent[0].body);
  EXPECT_EQ(body["note"], std::string(1023, 'x'));
  EXPECT_LE(body["metadata"]["name"].get<std::string>().size(), 253u);
}

}  // namespace
}  // namespace tutti::kube
