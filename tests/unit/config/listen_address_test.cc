#include "config/listen_address.h"

#include <gtest/gtest.h>

#include <string>

namespace tutti::config {
namespace {

TEST(ListenAddressTest, ReadsAddressesAndSockets) {
  const auto v4 = ParseListenAddress("10.0.0.1:8888");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host, "10.0.0.1");
  EXPECT_EQ(v4->port, 8888);
  const auto v6 = ParseListenAddress("[::1]:0");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  const auto local = ParseListenAddress("localhost:1");
  ASSERT_TRUE(local);
  EXPECT_EQ(local->host, "127.0.0.1");
  const auto socket = ParseListenAddress("unix:///run/tutti/grpc.sock");
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->unix_path, "/run/tutti/grpc.sock");
}

TEST(ListenAddressTest, RefusesEverythingElse) {
  const std::string long_path = "unix:///" + std::string(200, 'a');
  for (const std::string& text :
       {std::string(), std::string("8888"), std::string(":8888"), std::string("host:1"),
        std::string("1.2.3:4"), std::string("1.2.3.4:"), std::string("1.2.3.4:65536"),
        std::string("1.2.3.4:-1"), std::string("::1:80"), std::string("[::1]"),
        std::string("[1.2.3.4]:80"), std::string("unix://"), std::string("unix://relative"),
        std::string("1.2.3.4:80 "), long_path}) {
    EXPECT_FALSE(ParseListenAddress(text)) << text;
  }
}

TEST(ListenAddressTest, KnowsWhoCanReachIt) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "unix:///a", "localhost:1"}) {
    EXPECT_TRUE(ParseListenAddress(text)->IsLoopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1"}) {
    EXPECT_FALSE(ParseListenAddress(text)->IsLoopback()) << text;
  }
}

TEST(ListenAddressTest, WildcardsCollideWithEveryHostOfTheirPort) {
  const auto collide = [](const char* a, const char* b) {
    return ParseListenAddress(a)->CollidesWith(*ParseListenAddress(b));
  };
  EXPECT_TRUE(collide("127.0.0.1:80", "0.0.0.0:80"));
  EXPECT_TRUE(collide("127.0.0.1:80", "127.0.0.1:80"));
  EXPECT_FALSE(collide("127.0.0.1:80", "127.0.0.2:80"));
  EXPECT_FALSE(collide("127.0.0.1:80", "0.0.0.0:81"));
  EXPECT_FALSE(collide("127.0.0.1:0", "127.0.0.1:0"));
  EXPECT_TRUE(collide("unix:///a", "unix:///a"));
  EXPECT_FALSE(collide("unix:///a", "127.0.0.1:80"));
}

}  // namespace
}  // namespace tutti::config
