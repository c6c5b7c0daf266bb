// The routes over the real HTTP server, against golden bodies written after the Go types of
// k8s.io/kube-scheduler/extender/v1.
#include "extender/extender_routes.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"
#include "tests/support/fake_backlog.h"

namespace tutti::extender {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kGolden = fs::path(TUTTI_SOURCE_DIR) / "tests" / "golden" / "extender";

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class NoObserver final : public ExtenderObserver {
 public:
  void Began() override { ++open; }
  void Answered(std::string_view, int, base::Duration, model::ReasonCode) override {
    --open;
    ++answered;
  }
  void FilterHeld() override {
    ++held;
    if (on_held) on_held();
  }
  std::function<void()> on_held;
  std::atomic<int> open{0};
  std::atomic<int> answered{0};
  std::atomic<int> held{0};
};

// Sends one request on its own connection and reads to the end.
std::string Exchange(uint16_t port, const std::string& text) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  std::string reply;
  char buffer[65536];
  for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;)
    reply.append(buffer, static_cast<size_t>(n));
  ::close(fd);
  return reply;
}

class ExtenderRoutesTest : public ::testing::Test {
 protected:
  ExtenderRoutesTest() {
    const model::NodeIndex a = world_.AddNode("node-a");
    const model::NodeIndex b = world_.AddNode("node-b");
    world_.Reserve(world_.AddNode("node-c"), 4000);
    (void)a;
    world_.Place(testing::UidOf(1), b);
    world_.Hold(testing::UidOf(2), {model::ReasonCode::kWaitingForMembers, 4, 2, {}});
    world_.Publish();
    world_.core.AnswerBindsWith("");
    auto started = http::Server::Start(
        {}, ExtenderRoutes(world_.core, world_.workspaces, backlog_, clock_, observer_));
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }

  std::string Post(const std::string& path, const std::string& body) {
    return Exchange(server_->port(), "POST " + path +
                                         " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                         "Content-Type: application/json\r\nContent-Length: " +
                                         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::string BodyOf(const std::string& reply) {
    const size_t end = reply.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : reply.substr(end + 4);
  }

  testing::DoorWorld world_;
  testing::FakeBacklog backlog_;
  base::SystemClock clock_;
  NoObserver observer_;
  std::unique_ptr<http::Server> server_;
};

// VERB_case.request.json is answered with VERB_case.reply.json, byte for byte.
TEST_F(ExtenderRoutesTest, GoldenRequestsHaveGoldenReplies) {
  int cases = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kGolden)) {
    const std::string name = entry.path().filename().string();
    const size_t suffix = name.find(".request.json");
    if (suffix == std::string::npos) continue;
    SCOPED_TRACE(name);
    const std::string stem = name.substr(0, suffix);
    const std::string verb = stem.substr(0, stem.find('_'));
    const std::string reply = Post("/" + verb, ReadFile(entry.path()));
    EXPECT_THAT(reply, ::testing::StartsWith("HTTP/1.1 200"));
    std::string expected = ReadFile(kGolden / (stem + ".reply.json"));
    ASSERT_FALSE(expected.empty());
    expected.pop_back();
    EXPECT_EQ(BodyOf(reply), expected);
    ++cases;
  }
  EXPECT_GE(cases, 14);
  EXPECT_EQ(observer_.open, 0);
  EXPECT_EQ(observer_.answered, cases);
}

TEST_F(ExtenderRoutesTest, BadInputAtEveryDoorIsAnsweredAndTheProcessLives) {
  for (const char* verb : {"/filter", "/filter-dryrun", "/prioritize", "/preempt", "/bind"}) {
    for (const std::string& body :
         {std::string("{"), std::string("null"), std::string(300, '['), std::string("\xff\xfe"),
          std::string(R"({"Pod":null})"), std::string("{}{}")}) {
      const std::string reply = Post(verb, body);
      EXPECT_THAT(reply, ::testing::StartsWith("HTTP/1.1 400")) << verb << " " << body;
      EXPECT_THAT(reply, HasSubstr(R"({"Error":"malformed)")) << verb << " " << body;
    }
  }
  EXPECT_THAT(Post("/filter", ReadFile(kGolden / "filter_names.request.json")),
              ::testing::StartsWith("HTTP/1.1 200"));
}

// Only what leads to a bind waits for the API server, and the answer is the same.
TEST_F(ExtenderRoutesTest, AnAnswerOfFilterThatLeadsToABindIsHeldWhileWritesPileUp) {
  backlog_.Set(true);
  observer_.on_held = [&] { backlog_.Set(false); };
  const std::string placed = Post("/filter", ReadFile(kGolden / "filter_placed.request.json"));
  EXPECT_EQ(BodyOf(placed) + "\n", ReadFile(kGolden / "filter_placed.reply.json"));
  EXPECT_EQ(observer_.held, 1);
  backlog_.Set(true);
  Post("/filter", ReadFile(kGolden / "filter_held.request.json"));
  Post("/filter", ReadFile(kGolden / "filter_names.request.json"));
  Post("/filter-dryrun", ReadFile(kGolden / "filter_placed.request.json"));
  EXPECT_EQ(observer_.held, 1);
  EXPECT_EQ(observer_.open, 0);
}

TEST_F(ExtenderRoutesTest, AStandbyAnswers503AtEveryDoor) {
  world_.Publish(/*ready=*/false);
  for (const char* verb : {"/filter", "/filter-dryrun", "/prioritize", "/preempt", "/bind"})
    EXPECT_THAT(Post(verb, "{}"), ::testing::StartsWith("HTTP/1.1 503")) << verb;
}

TEST_F(ExtenderRoutesTest, ParallelCallsEachGetTheirOwnAnswer) {
  const std::string request = ReadFile(kGolden / "filter_placed.request.json");
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      if (BodyOf(Post("/filter", request)).find(R"("NodeNames":["node-b"])") != std::string::npos)
        ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 32);
}

}  // namespace
}  // namespace tutti::extender
