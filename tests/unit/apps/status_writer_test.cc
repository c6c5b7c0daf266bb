#include "apps/status_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/fake_api_server.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::FakeApiServer;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::IsEmpty;

constexpr char kPath[] = "/apis/tutti.dev/v1beta1/namespaces/team/localqueues/";

class StatusWriterTest : public ::testing::Test {
 protected:
  StatusWriterTest() {
    kube::Credentials credentials;
    credentials.server = server_.url();
    client_ = *kube::Client::Create(credentials, clock_);
    writer_ = std::make_unique<StatusWriter>(*client_,
                                             kube::Resource{"tutti.dev", "v1beta1", "localqueues"},
                                             "local_queue", obs::Logger());
    server_.SetHook(
        [this](const HttpRequest& request, HttpReply& reply) { return Answer(request, reply); });
  }
  // Objects with a status subresource.
  bool Answer(const HttpRequest& request, HttpReply& reply) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!request.path.starts_with(kPath)) return false;
    std::string name = request.path.substr(std::string(kPath).size());
    calls_.push_back(request.method + " " + name);
    name = name.substr(0, name.find('/'));
    const auto object = objects_.find(name);
    if (object == objects_.end() || failure_ != 0) {
      reply.Send(object == objects_.end() ? 404 : failure_, R"({"kind": "Status"})");
      return true;
    }
    if (request.method == "PATCH") object->second.merge_patch(json::parse(request.body));
    reply.Send(200, object->second.dump());
    return true;
  }
  // Each is to hold so many CPUs; 0: none at all.
  void Write(const std::map<std::string, int>& cpus) {
    std::vector<StatusWriter::Item> items;
    for (const auto& [name, cpu] : cpus) {
      items.push_back({{"team", name}, [cpu = cpu](const json& before) {
                         json used = json::object();
                         const bool had = before.value("used", json::object()).contains("cpu");
                         if (cpu > 0) used["cpu"] = std::to_string(cpu);
                         if (cpu == 0 && had) used["cpu"] = nullptr;
                         return json{{"used", used}};
                       }});
    }
    writer_->Write(items);
  }
  std::vector<std::string> Calls() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(calls_, {});
  }

  base::SystemClock clock_;
  std::mutex mutex_;
  std::map<std::string, json> objects_;  // by name
  std::vector<std::string> calls_;
  int failure_ = 0;
  FakeApiServer server_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<StatusWriter> writer_;
};

TEST_F(StatusWriterTest, AnObjectIsReadOnceAndWrittenWhereItHasChanged) {
  objects_["a"] = json::object();
  Write({{"a", 3}});
  EXPECT_THAT(Calls(), ElementsAre("GET a", "PATCH a/status"));
  Write({{"a", 3}});
  EXPECT_THAT(Calls(), IsEmpty());
  Write({{"a", 4}});
  EXPECT_THAT(Calls(), ElementsAre("PATCH a/status"));
  EXPECT_EQ(objects_["a"]["status"]["used"]["cpu"], "4");
  Write({{"a", 0}});
  EXPECT_EQ(objects_["a"]["status"]["used"], json::object());
  Calls();
  Write({{"a", 0}});
  EXPECT_THAT(Calls(), IsEmpty()) << "what was taken out is not taken out again";
}

TEST_F(StatusWriterTest, OneThatIsGoneHoldsUpNoOther) {
  objects_["b"] = json::object();
  Write({{"a", 1}, {"b", 1}});
  EXPECT_THAT(Calls(), ElementsAre("GET a", "GET b", "PATCH b/status"));
}

TEST_F(StatusWriterTest, WhereAWriteFailsTheOthersWaitForTheNextTurn) {
  for (const char* name : {"a", "b"}) objects_[name] = json::object();
  failure_ = 403;
  Write({{"a", 1}, {"b", 1}});
  EXPECT_THAT(Calls(), ElementsAre("GET a"));
  failure_ = 0;
  Write({{"a", 1}, {"b", 1}});
  EXPECT_THAT(Calls(), ElementsAre("GET b", "PATCH b/status", "GET a", "PATCH a/status"));
}

TEST_F(StatusWriterTest, OfManyAFewAreWrittenAtATimeAndAllInTheEnd) {
  std::map<std::string, int> cpus;
  for (int i = 0; i < 3 * StatusWriter::kMostWrites; ++i) {
    const std::string name = "q" + std::to_string(i);
    objects_[name] = json::object();
    cpus[name] = 1;
  }
  for (int turn = 0; turn < 3; ++turn) {
    Write(cpus);
    EXPECT_EQ(Calls().size(), 2u * StatusWriter::kMostWrites) << turn;
  }
  Write(cpus);
  EXPECT_THAT(Calls(), IsEmpty());
}

}  // namespace
}  // namespace tutti::apps
