// DeskWorld: a ProvisioningDesk before a fake API server, and gangs as the test describes them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "provisioning/provisioning_desk.h"
#include "provisioning/request_names.h"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"
#include "tests/unit/kube/test_clock.h"

namespace tutti::provisioning {

class ScriptedGangs final : public GangSource {
 public:
  std::optional<WaitingGangs> Waiting() override {
    if (!answers) return std::nullopt;
    return waiting;
  }
  std::optional<MemberKinds> Kinds(const model::GangKey& gang) override {
    return kinds[gang.identity];
  }
  std::optional<std::vector<std::string>> Members(const model::GangKey& gang) override {
    return members[gang.identity];
  }

  bool answers = true;
  WaitingGangs waiting{.leads = true, .gangs = {}};
  std::map<std::string, MemberKinds> kinds;
  std::map<std::string, std::vector<std::string>> members;
};

class DeskWorld : public ::testing::Test {
 protected:
  static constexpr char kAll[] = "/apis/autoscaling.x-k8s.io/v1/provisioningrequests";
  static constexpr char kRequests[] =
      "/apis/autoscaling.x-k8s.io/v1/namespaces/team/provisioningrequests";
  static constexpr char kTemplates[] = "/api/v1/namespaces/team/podtemplates";
  static constexpr char kPods[] = "/api/v1/namespaces/team/pods";
  using json = nlohmann::json;
  using Hook = testing::FakeApiServer::Hook;

  DeskWorld() {
    for (const char* collection : {kRequests, kTemplates, kPods}) api_.AddCollection(collection);
    api_.SetHook([this](const auto& request, auto& reply) { return Answer(request, reply); });
    client_ = testing::ClientOf(api_, real_clock_);
    events_ = std::make_unique<kube::EventRecorder>(*client_, clock_);
    options_.class_name = "best-effort-atomic-scale-up.autoscaling.x-k8s.io";
    options_.delay = base::Duration(0);
    Restart();
  }

  // Another process with the same cluster.
  void Restart() {
    desk_ = std::make_unique<ProvisioningDesk>(
        options_,
        ProvisioningDesk::Parts{
            gangs_, *client_, *events_, metrics_, clock_,
            obs::Logger::ToSink(obs::LogLevel::kWarn, obs::LogFormat::kText,
                                [this](std::string_view line) { warnings_.emplace_back(line); })},
        /*seed=*/7);
  }
  void Round() { desk_->Round(); }

  static model::GangKey Key(const std::string& gang) { return {"team", "test", gang}; }
  static std::string Name(const std::string& gang) { return RequestName(Key(gang), gang); }

  // With as many members, all alike.
  void AddGang(const std::string& gang, int members = 2,
               base::Duration waited = std::chrono::seconds(1)) {
    gangs_.waiting.gangs.push_back({Key(gang), gang, Need::kNodes, waited, members});
    gangs_.kinds[gang].kinds = {{gang + "-0", members}};
    for (int i = 0; i < members; ++i) {
      const std::string pod = absl::StrFormat("%s-%d", gang, i);
      gangs_.members[gang].push_back(pod);
      api_.Put(kPods, pod, R"({"spec": {"containers": [{"name": "c"}]}})");
    }
    Expect(Name(gang));
  }
  // A request that there may be from now on.
  void Expect(const std::string& name) {
    std::lock_guard<std::mutex> lock(mutex_);
    names_.insert(name);
  }
  void SetFault(Hook fault) {
    std::lock_guard<std::mutex> lock(mutex_);
    fault_ = std::move(fault);
  }
  WaitingGang& Gang(const std::string& gang) {
    for (WaitingGang& waiting : gangs_.waiting.gangs) {
      if (waiting.name == gang) return waiting;
    }
    ADD_FAILURE() << "no gang " << gang;
    return gangs_.waiting.gangs.front();
  }
  void RemoveGang(const std::string& gang) {
    std::erase_if(gangs_.waiting.gangs, [&](const auto& waiting) { return waiting.name == gang; });
  }

  json Request(const std::string& gang) const { return Object(kRequests, Name(gang)); }
  json Object(const std::string& collection, const std::string& name) const {
    const std::string text = api_.Get(collection, name);
    return text.empty() ? json() : json::parse(text);
  }
  bool HasRequest(const std::string& gang) const { return !Request(gang).is_null(); }
  int Requests() const {
    int count = 0;
    for (const std::string& name : names_) count += api_.Get(kRequests, name).empty() ? 0 : 1;
    return count;
  }
  // As the autoscaler does.
  void SetCondition(const std::string& gang, const std::string& type) {
    json request = Request(gang);
    request["status"]["conditions"].push_back(
        {{"type", type}, {"status", "True"}, {"reason", "Because"}, {"message", "of this"}});
    api_.Put(kRequests, Name(gang), request.dump());
  }
  double Outcomes(obs::ProvisioningOutcome outcome) const {
    return metrics_.provisioning_outcomes.At(outcome).value();
  }
  void AwaitEvent(const std::string& reason) {
    const std::string path = "/apis/events.k8s.io/v1/namespaces/team/events";
    for (size_t count = 1;; ++count) {
      api_.AwaitCount("POST", path, count);
      for (const testing::HttpRequest& request : api_.requests()) {
        if (request.path == path && json::parse(request.body).value("reason", "") == reason) return;
      }
    }
  }

  // The fake keeps collections apart that a real server shows as one.
  bool Answer(const testing::HttpRequest& request, testing::HttpReply& reply) {
    Hook fault;
    std::set<std::string> names;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      fault = fault_;
      names = names_;
    }
    if (fault && fault(request, reply)) return true;
    if (request.method != "GET" || request.path != kAll) return false;
    json items = json::array();
    for (const std::string& name : names) {
      const std::string text = api_.Get(kRequests, name);
      if (!text.empty()) items.push_back(json::parse(text));
    }
    reply.Send(200, json{{"kind", "List"}, {"items", items}}.dump());
    return true;
  }

  ScriptedGangs gangs_;
  ProvisioningOptions options_;
  std::mutex mutex_;             // of these two: events are on their way while the test goes on
  std::set<std::string> names_;  // of requests that there may be
  Hook fault_;
  std::vector<std::string> warnings_;
  kube::TestClock clock_;
  base::SystemClock real_clock_;
  obs::Metrics metrics_{obs::MetricsOptions{}};
  testing::FakeApiServer api_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<kube::EventRecorder> events_;
  std::unique_ptr<ProvisioningDesk> desk_;
};

}  // namespace tutti::provisioning
