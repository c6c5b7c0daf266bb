#include "kube/reflector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "absl/synchronization/notification.h"
#include "nlohmann/json.hpp"
#include "tests/support/fake_api_server.h"
#include "tests/support/fault_proxy.h"

namespace tutti::kube {
namespace {

using testing::FakeApiServer;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;

constexpr char kPods[] = "/api/v1/pods";

// Holds names the way a real sink holds objects: a mark per object, swept when a list is done.
class MarkingSink final : public ReflectorSink {
 public:
  using State = std::map<std::string, std::string>;  // name -> value of the field "v"

  void OnListStart() override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++generation_;
  }
  void OnListPage(std::string_view list_json) override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++pages_;
    const auto list = nlohmann::json::parse(list_json);
    for (const auto& item : list["items"]) Keep(item);
  }
  void OnListDone() override {
    std::lock_guard<std::mutex> lock(mutex_);
    std::erase_if(objects_, [&](const auto& entry) { return entry.second.mark != generation_; });
    changed_.notify_all();
  }
  void OnWatchEvent(WatchEventType type, std::string_view object_json) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto object = nlohmann::json::parse(object_json);
    if (type == WatchEventType::kDeleted) {
      objects_.erase(object["metadata"]["name"]);
    } else {
      Keep(object);
    }
    changed_.notify_all();
  }

  void Await(const State& wanted) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [&] { return Now() == wanted; })) {
      ADD_FAILURE() << "state is " << ::testing::PrintToString(Now()) << ", wanted "
                    << ::testing::PrintToString(wanted);
    }
  }
  int pages() {
    std::lock_guard<std::mutex> lock(mutex_);
    return pages_;
  }

 private:
  struct Entry {
    std::string value;
    int mark;
  };
  void Keep(const nlohmann::json& object) {
    objects_[object["metadata"]["name"]] = {object.value("v", ""), generation_};
  }
  State Now() const {
    State state;
    for (const auto& [name, entry] : objects_) state[name] = entry.value;
    return state;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> objects_;
  int generation_ = 0;
  int pages_ = 0;
};

class ReflectorTest : public ::testing::Test {
 protected:
  ReflectorTest() {
    options_.path = kPods;
    options_.first_pause = std::chrono::milliseconds(1);
    options_.longest_pause = std::chrono::milliseconds(5);
    options_.absent_retry = std::chrono::milliseconds(5);
    client_ = Connect(server_.url());
  }
  std::unique_ptr<Client> Connect(const std::string& url) {
    Credentials credentials;
    credentials.server = url;
    return *Client::Create(credentials, clock_);
  }
  void Start() { reflector_ = std::make_unique<Reflector>(*client_, clock_, sink_, options_); }
  void Put(const std::string& name, const std::string& value) {
    server_.Put(kPods, name, R"({"v":")" + value + R"("})");
  }

  base::SystemClock clock_;
  std::atomic<int> faults_left_{0};  // for hooks, which run until the server is gone
  FakeApiServer server_;
  std::unique_ptr<Client> client_;
  MarkingSink sink_;
  ReflectorOptions options_;
  std::unique_ptr<Reflector> reflector_;
};

TEST_F(ReflectorTest, ListsInPagesAndFollowsEvents) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Put(name, "1");
  options_.page_size = 2;
  Start();
  sink_.Await({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}});
  EXPECT_EQ(sink_.pages(), 3);
  server_.AwaitCount("GET", "watch=1", 1);
  EXPECT_TRUE(reflector_->synced());
  EXPECT_FALSE(reflector_->absent());
  Put("f", "1");
  Put("a", "2");
  server_.Delete(kPods, "b");
  sink_.Await({{"a", "2"}, {"c", "1"}, {"d", "1"}, {"e", "1"}, {"f", "1"}});
  EXPECT_THAT(server_.requests().front().target, HasSubstr("limit=2"));
  EXPECT_EQ(reflector_->stats().lists, 1u);
}

TEST_F(ReflectorTest, ResumesWithoutAnotherListWhenTheServerEndsTheWatch) {
  Put("a", "1");
  Start();
  server_.AwaitCount("GET", "watch=1", 1);
  Put("b", "1");
  sink_.Await({{"a", "1"}, {"b", "1"}});
  server_.EndWatches();
  Put("c", "1");  // in the gap, or after it
  server_.Delete(kPods, "a");
  server_.AwaitCount("GET", "watch=1", 2);
  sink_.Await({{"b", "1"}, {"c", "1"}});
  EXPECT_EQ(reflector_->stats().lists, 1u);
  EXPECT_EQ(server_.Count("GET", "limit="), 1u);
}

TEST_F(ReflectorTest, BrokenConnectionLosesNothing) {
  Put("a", "1");
  testing::TcpFaultProxy proxy(server_.port());
  client_ = Connect("http://127.0.0.1:" + std::to_string(proxy.port()));
  Start();
  MarkingSink::State wanted = {{"a", "1"}};
  for (int round = 0; round < 20; ++round) {
    proxy.CutRepliesAfter(37 + 61 * round);  // somewhere in an event
    for (int i = 0; i < 10; ++i) {
      const std::string name = "p" + std::to_string(i);
      Put(name, std::to_string(round));
      wanted[name] = std::to_string(round);
    }
    sink_.Await(wanted);
  }
  EXPECT_GE(reflector_->stats().errors, 1u) << "the proxy has not cut anything";
  reflector_.reset();
}

TEST_F(ReflectorTest, BookmarkMovesThePointToResumeFrom) {
  Put("a", "1");
  Start();
  server_.AwaitCount("GET", "watch=1", 1);
  server_.Put("/api/v1/nodes", "elsewhere");  // moves the server's version, not ours
  server_.SendBookmarks();
  Put("b", "1");
  sink_.Await({{"a", "1"}, {"b", "1"}});
  server_.EndWatches();
  server_.AwaitCount("GET", "watch=1", 2);
  const auto requests = server_.requests();
  EXPECT_NE(requests.back().query.at("resourceVersion"), requests[1].query.at("resourceVersion"));
}

// ops-reliability bug 4: the deletion happened while nobody watched, and the server has forgotten.
TEST_F(ReflectorTest, Bug4MissedDeletionIsFoundByTheListAfterGone) {
  Put("a", "1");
  Put("b", "1");
  Start();
  sink_.Await({{"a", "1"}, {"b", "1"}});
  server_.AwaitCount("GET", "watch=1", 1);
  server_.LoseDelete(kPods, "a");
  Put("c", "1");
  sink_.Await({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  server_.Compact();
  server_.EndWatches();
  sink_.Await({{"b", "1"}, {"c", "1"}});
  server_.AwaitCount("GET", "watch=1", 3);  // the second one was told that it is too old
  EXPECT_EQ(reflector_->stats().lists, 2u);
  EXPECT_GE(reflector_->stats().expired, 1u);
  EXPECT_EQ(reflector_->stats().errors, 0u);
}

TEST_F(ReflectorTest, GoneAsAnEventOfTheStreamListsAgain) {
  Put("a", "1");
  faults_left_ = 1;
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("watch") == 0 || faults_left_-- <= 0) return false;
    server_.LoseDelete(kPods, "a");
    reply.Begin(200);
    reply.Write(R"({"type":"ERROR","object":)" + testing::StatusBody(410, "Expired", "too old") +
                "}\n");
    reply.End();
    return true;
  });
  Start();
  sink_.Await({});
  server_.AwaitCount("GET", "limit=", 2);
  EXPECT_GE(reflector_->stats().expired, 1u);
}

TEST_F(ReflectorTest, EventThatCannotBeReadListsAgain) {
  Put("a", "1");
  faults_left_ = 1;
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("watch") == 0 || faults_left_-- <= 0) return false;
    Put("b", "1");
    reply.Begin(200);
    reply.Write("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\n");
    reply.End();
    return true;
  });
  Start();
  sink_.Await({{"a", "1"}, {"b", "1"}});
  EXPECT_EQ(reflector_->stats().errors, 1u);
}

TEST_F(ReflectorTest, ExpiredContinueTokenFallsBackToOnePage) {
  for (const char* name : {"a", "b", "c"}) Put(name, "1");
  options_.page_size = 1;
  server_.SetHook([&](const HttpRequest& request, HttpReply&) {
    if (request.query.count("continue") > 0) server_.Compact();
    return false;
  });
  Start();
  sink_.Await({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  EXPECT_EQ(server_.Count("GET", "limit=0"), 1u);
}

TEST_F(ReflectorTest, FailedListRemovesNothingAndIsTriedAgain) {
  Put("a", "1");
  Put("b", "1");
  Start();
  sink_.Await({{"a", "1"}, {"b", "1"}});
  server_.AwaitCount("GET", "watch=1", 1);
  faults_left_ = 3;
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("limit") == 0 || faults_left_-- <= 0) return false;
    reply.Send(500, testing::StatusBody(500, "InternalError", "etcd has no leader"));
    return true;
  });
  server_.Compact();
  server_.EndWatches();
  Put("c", "1");
  sink_.Await({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  EXPECT_EQ(reflector_->stats().errors, 3u);
  EXPECT_THAT(reflector_->stats().last_error, HasSubstr("etcd has no leader"));
}

TEST_F(ReflectorTest, MissingResourceCountsAsEmptyUntilItIsInstalled) {
  options_.path = "/apis/scheduling.x-k8s.io/v1alpha1/podgroups";
  options_.may_be_absent = true;
  Start();
  server_.AwaitCount("GET", "podgroups", 2);
  EXPECT_TRUE(reflector_->synced());
  EXPECT_TRUE(reflector_->absent());
  EXPECT_EQ(reflector_->stats().errors, 0u);
  server_.Put(options_.path, "g", R"({"v":"1"})");
  sink_.Await({{"g", "1"}});
}

TEST_F(ReflectorTest, WhatMayBeAbsentAndIsForbiddenKeepsNobodyWaiting) {
  options_.path = "/apis/scheduling.x-k8s.io/v1alpha1/podgroups";
  options_.may_be_absent = true;
  faults_left_ = 3;
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("limit") == 0 || faults_left_-- <= 0) return false;
    reply.Send(403, testing::StatusBody(403, "Forbidden", "podgroups is forbidden"));
    return true;
  });
  server_.Put(options_.path, "g", R"({"v":"1"})");
  Start();
  sink_.Await({{"g", "1"}});
  EXPECT_EQ(reflector_->stats().errors, 3u) << "each is told, as somebody has to allow it";
  EXPECT_THAT(reflector_->stats().last_error, HasSubstr("forbidden"));
}

TEST_F(ReflectorTest, WhatWasReadOnceStaysWhenItIsForbidden) {
  options_.may_be_absent = true;
  Put("a", "1");
  Start();
  sink_.Await({{"a", "1"}});
  faults_left_ = 2;
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("limit") == 0 || faults_left_-- <= 0) return false;
    reply.Send(403, testing::StatusBody(403, "Forbidden", "pods is forbidden"));
    return true;
  });
  server_.Compact();
  server_.EndWatches();
  Put("b", "1");
  sink_.Await({{"a", "1"}, {"b", "1"}});
  EXPECT_FALSE(reflector_->absent());
}

TEST_F(ReflectorTest, QuietWatchIsResumedAtOnceHoweverOftenItEnds) {
  // By this clock every stream lasts a minute, so none is a sign of trouble.
  class MinuteClock final : public base::Clock {
   public:
    base::Timestamp Now() const override { return base::Timestamp{now_ += 60'000'000'000}; }
    int64_t WallNanos() const override { return 0; }

   private:
    mutable std::atomic<int64_t> now_{0};
  };
  const MinuteClock minutes;
  server_.AddCollection(kPods);
  options_.first_pause = std::chrono::hours(1);
  options_.longest_pause = std::chrono::hours(1);
  server_.SetHook([](const HttpRequest& request, HttpReply& reply) {
    if (request.query.count("watch") == 0) return false;
    reply.Begin(200);
    reply.End();
    return true;
  });
  Reflector reflector(*client_, minutes, sink_, options_);
  server_.AwaitCount("GET", "watch=1", 5);
  EXPECT_EQ(reflector.stats().errors, 0u);
}

TEST_F(ReflectorTest, SelectorsAreEscaped) {
  server_.AddCollection(kPods);
  options_.field_selector = "spec.nodeName!=,status.phase=Running";
  options_.label_selector = "a in (b,c)";
  Start();
  server_.AwaitCount("GET", "watch=1", 1);
  for (const HttpRequest& request : server_.requests()) {
    EXPECT_EQ(request.query.at("fieldSelector"), options_.field_selector);
    EXPECT_EQ(request.query.at("labelSelector"), options_.label_selector);
  }
}

TEST_F(ReflectorTest, ViewsMayBeReadBeyondTheirEnd) {
  // simdjson reads up to 64 bytes further; AddressSanitizer sees it when they are not ours.
  class Reading final : public ReflectorSink {
   public:
    void OnListStart() override {}
    void OnListPage(std::string_view json) override { Read(json); }
    void OnListDone() override {}
    void OnWatchEvent(WatchEventType, std::string_view json) override {
      Read(json);
      if (!seen.HasBeenNotified()) seen.Notify();
    }
    void Read(std::string_view json) {
      for (size_t i = 0; i < 64; ++i) sum += static_cast<volatile const char*>(json.end())[i];
    }
    int sum = 0;
    absl::Notification seen;
  };
  Reading sink;
  server_.AddCollection(kPods);
  Reflector reflector(*client_, clock_, sink, options_);
  server_.AwaitCount("GET", "watch=1", 1);
  Put("a", "1");
  sink.seen.WaitForNotification();
}

TEST_F(ReflectorTest, DestructionDoesNotWaitForAServerThatHangs) {
  server_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Hang();
    return true;
  });
  Start();
  server_.AwaitCount("GET", kPods, 1);
  reflector_.reset();  // the test's time limit is shorter than nothing: 60 s per page
  SUCCEED();
}

}  // namespace
}  // namespace tutti::kube
