// The handshake at start: who is taken, who is refused, and in which words.
#include "remote/connect_plugin.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <thread>

#include "http/self_signed.h"
#include "tests/unit/remote/remote_world.h"
#include "tutti/v1/plugin.grpc.pb.h"

namespace tutti::remote {
namespace {

using std::chrono::milliseconds;
using testing::Fate;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConnectPluginTest : public ::testing::Test {
 protected:
  std::string Refusal(const RemoteTarget& target) {
    return std::string(w_.Connect(target).message());
  }
  std::string ProfileError() {
    return std::string(
        framework::Profile::Make(w_.world.registry, w_.world.specs, w_.world.services)
            .status()
            .message());
  }

  RemoteWorld w_;
};

TEST_F(ConnectPluginTest, TakesWhatThePluginSaysOfItself) {
  ASSERT_TRUE(w_.Connect(w_.Target()).ok());
  const auto* entry = w_.world.registry.Find("Sizer");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->version, "1");
  EXPECT_EQ(entry->origin, w_.Target().address);
  const framework::Profile& profile = w_.world.Profile();
  EXPECT_EQ(profile.pre_filters().size(), 1u);
  EXPECT_EQ(profile.filters().size(), 1u);
  EXPECT_EQ(profile.scores().size(), 1u);
  EXPECT_THAT(profile.queue_sorts(), IsEmpty());
  ASSERT_EQ(w_.world.reasons.reasons().size(), 1u);
  EXPECT_EQ(w_.world.reasons.reasons()[0].code, "TooSmall");
  EXPECT_EQ(w_.world.services.counters[0].name, "asked_total");
}

TEST_F(ConnectPluginTest, WaitsForAPluginThatComesLate) {
  w_.Stop();
  std::thread late([&] { w_.Serve(Sizer::Descriptor()); });
  EXPECT_TRUE(w_.Connect(w_.Target()).ok());
  late.join();
}

TEST_F(ConnectPluginTest, NobodyThere) {
  RemoteTarget target = w_.Target();
  target.address += ".other";
  target.start_wait = milliseconds(50);
  EXPECT_EQ(Refusal(target), "plugin Sizer at " + target.address +
                                 " did not shake hands within 50ms: start it before tutti-server, "
                                 "or correct address");
}

TEST_F(ConnectPluginTest, OneThatHangsInTheHandshake) {
  w_.Bend([](const auto&, auto&) { return Fate::kHang; });
  RemoteTarget target = w_.Target();
  target.start_wait = milliseconds(50);
  EXPECT_THAT(Refusal(target), HasSubstr("did not shake hands within 50ms"));
}

TEST_F(ConnectPluginTest, AnotherServiceAtThatAddress) {
  grpc::ServerBuilder builder;
  const std::string address = w_.Target().address + ".other";
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  wire::PluginService::Service unimplemented;
  builder.RegisterService(&unimplemented);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  RemoteTarget target = w_.Target();
  target.address = address;
  EXPECT_THAT(Refusal(target), HasSubstr("serves no tutti.v1.plugin.PluginService"));
}

TEST_F(ConnectPluginTest, AnotherPluginThanTheConfigurationSays) {
  RemoteTarget target = w_.Target();
  target.name = "Price";
  EXPECT_THAT(Refusal(target), HasSubstr("calls itself Sizer: correct name or address"));
}

TEST_F(ConnectPluginTest, AnotherVersionOfTheProtocol) {
  w_.Bend([](const auto&, wire::ServeResponse& response) {
    response.mutable_handshake()->set_protocol(2);
    return Fate::kAnswer;
  });
  EXPECT_THAT(Refusal(w_.Target()), HasSubstr("protocol: host 1, plugin 2"));
}

TEST_F(ConnectPluginTest, AnAnswerThatIsNone) {
  w_.Bend([](const auto&, wire::ServeResponse& response) {
    response.Clear();
    return Fate::kAnswer;
  });
  EXPECT_THAT(Refusal(w_.Target()), HasSubstr("no member handshake, expected one"));
}

TEST_F(ConnectPluginTest, OneThatDiesInTheHandshake) {
  w_.Bend([](const auto&, auto&) { return Fate::kEnd; });
  EXPECT_THAT(Refusal(w_.Target()), HasSubstr("the stream ended: it died"));
}

TEST_F(ConnectPluginTest, WithTlsItMustBeTheOneThatTheCaVouchesFor) {
  const auto made = http::GenerateServerCertificate({"localhost"}, std::chrono::hours(1),
                                                    base::SystemClock().WallNanos());
  const auto other = http::GenerateServerCertificate({"localhost"}, std::chrono::hours(1),
                                                     base::SystemClock().WallNanos());
  ASSERT_TRUE(made.ok() && other.ok());
  const testing::PluginServer::Tls tls{made->cert_pem, made->key_pem};
  RemoteTarget target = w_.Target();
  target.address += ".tls";
  const testing::PluginServer server(Sizer::Descriptor(), target.address, nullptr, &tls);
  target.start_wait = milliseconds(200);
  target.tls.ca_file = w_.folder.Write("other.pem", other->ca_pem);
  EXPECT_THAT(Refusal(target), HasSubstr("did not shake hands"));
  target.tls.ca_file = w_.folder.path() + "/none.pem";
  EXPECT_THAT(Refusal(target), HasSubstr("none.pem\": expected a PEM file"));
  target.start_wait = std::chrono::seconds(30);
  target.tls.ca_file = w_.folder.Write("ca.pem", made->ca_pem);
  EXPECT_TRUE(w_.Connect(target).ok());
  w_.world.AddNode("a", 1400);
  EXPECT_EQ(w_.FilterOnce().passing, 1u);
}

TEST_F(ConnectPluginTest, MistakesInItsConfigurationHaveTheirPlaceInTheFile) {
  const std::vector<ConfigEntry> args = {
      {"/least", ConfigKind::kInteger, "5000", "tutti.yaml:5:12"},
      {"/leats", ConfigKind::kInteger, "1", "tutti.yaml:6:12"}};
  ASSERT_TRUE(w_.Connect(w_.Target(), args).ok());
  const std::string error = ProfileError();
  EXPECT_THAT(error,
              HasSubstr("tutti.yaml:5:12: plugin Sizer: /least: expected 0 to 1000, got 5000"));
  EXPECT_THAT(
      error,
      HasSubstr("tutti.yaml:6:12: plugin Sizer: unknown key /leats; did you mean \"/least\"?"));
}

TEST_F(ConnectPluginTest, ItsConfigurationReachesIt) {
  ASSERT_TRUE(
      w_.Connect(w_.Target(), {{"/least", ConfigKind::kInteger, "500", "tutti.yaml:5:12"}}).ok());
  w_.world.AddNode("a", 1400);
  w_.world.AddNode("b", 1500);
  EXPECT_EQ(w_.FilterOnce().passing, 1u);
}

}  // namespace
}  // namespace tutti::remote
