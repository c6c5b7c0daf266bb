// Client::Watch: lines, ends, idleness.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "kube/client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::kube {
namespace {

using ::testing::ElementsAre;
using testing::HttpReply;
using testing::HttpRequest;
using testing::HttpTestServer;

class WatchStreamTest : public ::testing::Test {
 protected:
  // Watches `server` until the stream ends by itself.
  absl::Status Run(HttpTestServer& server, base::Duration idle = std::chrono::seconds(60),
                   size_t take = SIZE_MAX) {
    auto client = Connect(server);
    absl::Notification ended;
    absl::Status outcome;
    auto stream = client->Watch(
        "/w", idle,
        [&](std::string_view line) {
          lines_.emplace_back(line);
          return lines_.size() < take;
        },
        [&](absl::Status status) {
          outcome = std::move(status);
          ended.Notify();
        });
    ended.WaitForNotification();
    return outcome;
  }
  std::unique_ptr<Client> Connect(HttpTestServer& server) {
    Credentials credentials;
    credentials.server = server.url();
    return *Client::Create(credentials, clock_);
  }

  base::SystemClock clock_;
  std::vector<std::string> lines_;
};

TEST_F(WatchStreamTest, LinesAreJoinedAndSplitWhateverThePieces) {
  const std::string text =
      "{\"a\":1}\n{\"long\":\"" + std::string(5000, 'y') + "\"}\n\n{\"b\":2}\n";
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{100000}}) {
    lines_.clear();
    HttpTestServer server([&](const HttpRequest&, HttpReply& reply) {
      reply.Begin(200);
      for (size_t i = 0; i < text.size(); i += piece) reply.Write(text.substr(i, piece));
      reply.End();
    });
    EXPECT_TRUE(Run(server).ok());
    ASSERT_EQ(lines_.size(), 3u) << "pieces of " << piece;
    EXPECT_EQ(lines_[0], "{\"a\":1}");
    EXPECT_EQ(lines_[1].size(), 5000u + 11);
    EXPECT_EQ(lines_[2], "{\"b\":2}");
  }
}

TEST_F(WatchStreamTest, UnfinishedLineIsNotDelivered) {
  HttpTestServer server([](const HttpRequest&, HttpReply& reply) {
    reply.Begin(200);
    reply.Write("{\"a\":1}\n{\"half\":");
    reply.Cut();
  });
  EXPECT_TRUE(absl::IsUnavailable(Run(server)));
  EXPECT_THAT(lines_, ElementsAre("{\"a\":1}"));
}

TEST_F(WatchStreamTest, ReaderCanEndIt) {
  HttpTestServer server([](const HttpRequest&, HttpReply& reply) {
    reply.Begin(200);
    reply.Write("1\n2\n3\n");
    reply.Hang();
  });
  EXPECT_TRUE(Run(server, std::chrono::seconds(60), 2).ok());
  EXPECT_THAT(lines_, ElementsAre("1", "2"));
}

TEST_F(WatchStreamTest, SilenceEndsIt) {
  HttpTestServer server([](const HttpRequest&, HttpReply& reply) {
    reply.Begin(200);
    reply.Write("1\n");
    reply.Hang();
  });
  const absl::Status status = Run(server, std::chrono::milliseconds(100));
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(lines_, ElementsAre("1"));
}

TEST_F(WatchStreamTest, HttpErrorsKeepTheirMeaning) {
  const std::vector<std::pair<int, absl::StatusCode>> table = {
      {410, absl::StatusCode::kFailedPrecondition},
      {401, absl::StatusCode::kUnauthenticated},
      {404, absl::StatusCode::kNotFound},
      {500, absl::StatusCode::kUnavailable},
      {429, absl::StatusCode::kUnavailable}};
  for (const auto& [http, code] : table) {
    HttpTestServer server(
        [http = http](const HttpRequest&, HttpReply& reply) { reply.Send(http, "why\n"); });
    const absl::Status status = Run(server);
    EXPECT_EQ(status.code(), code) << http << " " << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("why"));
  }
  EXPECT_TRUE(lines_.empty()) << "an error's body is no event";
}

TEST_F(WatchStreamTest, DestructionEndsItOnceAndWaits) {
  HttpTestServer server([](const HttpRequest&, HttpReply& reply) {
    reply.Begin(200);
    reply.Write("1\n");
    reply.Hang();
  });
  auto client = Connect(server);
  absl::Notification begun;
  int ends = 0;
  absl::Status outcome;
  auto stream = client->Watch(
      "/w", std::chrono::seconds(60),
      [&](std::string_view) {
        begun.Notify();
        return true;
      },
      [&](absl::Status status) {
        ++ends;
        outcome = std::move(status);
      });
  begun.WaitForNotification();
  stream.reset();
  EXPECT_EQ(ends, 1);
  EXPECT_TRUE(absl::IsCancelled(outcome)) << outcome;
}

}  // namespace
}  // namespace tutti::kube
