#include "kube/curl_reactor.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_api_server.h"

namespace tutti::kube {
namespace {

using testing::FakeApiServer;
using testing::HttpReply;
using testing::HttpRequest;

constexpr char kPods[] = "/api/v1/namespaces/a/pods";
constexpr base::Duration kLong = std::chrono::minutes(10);  // the test's own limit is shorter

class CurlReactorTest : public ::testing::Test {
 protected:
  CurlReactorTest()
      : easy_(curl_easy_init(), &curl_easy_cleanup),
        reactor_(clock_, [this](int local_port) { closed_.push_back(local_port); }) {
    server_.AddCollection(kPods);
    reactor_.Configure(easy_.get());
    curl_easy_setopt(easy_.get(), CURLOPT_URL, (server_.url() + kPods).c_str());
    curl_easy_setopt(easy_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_.get(), CURLOPT_WRITEFUNCTION, &Swallow);
  }
  static size_t Swallow(char*, size_t size, size_t count, void*) { return size * count; }

  void Start() { curl_multi_add_handle(reactor_.multi(), easy_.get()); }
  // Turns until the transfer has ended, and takes it out.
  CURLcode Finish() {
    while (true) {
      reactor_.RunTimers();
      int left = 0;
      if (const CURLMsg* message = curl_multi_info_read(reactor_.multi(), &left)) {
        const CURLcode result = message->data.result;
        curl_multi_remove_handle(reactor_.multi(), easy_.get());
        return result;
      }
      reactor_.Wait(kLong);
    }
  }
  int LocalPort() {
    long port = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_LOCAL_PORT, &port);
    return static_cast<int>(port);
  }

  base::SystemClock clock_;
  FakeApiServer server_;
  std::vector<int> closed_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  CurlReactor reactor_;
};

TEST_F(CurlReactorTest, WakeEndsAnAnnouncedWait) {
  reactor_.AnnounceWait();
  reactor_.Wake();  // before the wait: not lost
  EXPECT_TRUE(reactor_.Wait(kLong));
  reactor_.AnnounceWait();
  std::thread other([this] { reactor_.Wake(); });
  EXPECT_TRUE(reactor_.Wait(kLong));
  other.join();
}

TEST_F(CurlReactorTest, WakeOfABusyThreadLeavesNothingBehind) {
  reactor_.Wake();
  EXPECT_FALSE(reactor_.Wait(base::Duration(0)));
  // Two threads that wake are one event.
  reactor_.AnnounceWait();
  reactor_.Wake();
  reactor_.Wake();
  EXPECT_TRUE(reactor_.Wait(kLong));
  reactor_.Wake();
  EXPECT_FALSE(reactor_.Wait(base::Duration(0)));
}

TEST_F(CurlReactorTest, TransfersShareAConnection) {
  Start();
  ASSERT_EQ(Finish(), CURLE_OK);
  const int port = LocalPort();
  Start();
  ASSERT_EQ(Finish(), CURLE_OK);
  EXPECT_EQ(LocalPort(), port);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(CurlReactorTest, TimerOfCurlEndsTheWait) {
  server_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Hang();
    return true;
  });
  curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, 50L);
  Start();
  EXPECT_EQ(Finish(), CURLE_OPERATION_TIMEDOUT);
}

// Nobody reads a connection that no transfer uses: its end must not end every wait from then on.
TEST_F(CurlReactorTest, EndOfAnIdleConnectionIsSeenOnce) {
  Start();
  ASSERT_EQ(Finish(), CURLE_OK);
  const int port = LocalPort();
  server_.BreakConnections();
  EXPECT_TRUE(reactor_.Wait(kLong));
  EXPECT_FALSE(reactor_.Wait(base::Duration(0)));
  // The next transfer gets another connection, most likely with the descriptor of the first.
  Start();
  ASSERT_EQ(Finish(), CURLE_OK);
  EXPECT_EQ(closed_, std::vector<int>{port});
}

TEST_F(CurlReactorTest, ShutDownBreaksTheConnectionOfThatPort) {
  server_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Begin(200);
    reply.Hang();
    return true;
  });
  Start();
  // Until the first bytes of the reply are here, so that a connection is.
  long status = 0;
  while (status == 0) {
    reactor_.RunTimers();
    reactor_.Wait(kLong);
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  }
  reactor_.ShutDown(LocalPort() + 1);
  EXPECT_FALSE(reactor_.Wait(base::Duration(0)));
  reactor_.ShutDown(LocalPort());
  EXPECT_NE(Finish(), CURLE_OK);
}

}  // namespace
}  // namespace tutti::kube
