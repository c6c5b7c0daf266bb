#include "apps/webhook_registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"
#include "tests/support/temp_folder.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using testing::TempFolder;

constexpr char kMutating[] = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
constexpr char kValidating[] =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

config::WebhookRegister Registration() {
  config::WebhookRegister registration;
  registration.url = "https://10.0.0.1:9443/mutate";
  registration.timeout = std::chrono::seconds(3);
  return registration;
}

Validations Both() {
  return {{{"tutti.dev", {"v1beta1"}, "queues"}}, admission::SubmitRulesFor({"annotations"})};
}

std::map<std::string, json> ByName(const std::string& configuration) {
  std::map<std::string, json> by_name;
  const json parsed = json::parse(configuration);
  for (const json& webhook : parsed["webhooks"]) by_name.emplace(webhook["name"], webhook);
  return by_name;
}

TEST(ValidationsJsonTest, EachKindOfWorkloadHasAWebhookThatFailsClosed) {
  const Validations validations = Both();
  auto webhooks = ByName(ValidationsJson(Registration(), validations, "ca"));
  EXPECT_EQ(webhooks.size(), validations.submit->kinds.size() + 1);
  EXPECT_EQ(webhooks["objects.tutti.dev"]["failurePolicy"], "Ignore");
  const json& jobs = webhooks["jobs.batch.submit.tutti.dev"];
  EXPECT_EQ(jobs["failurePolicy"], "Fail");
  EXPECT_EQ(jobs["clientConfig"]["url"], "https://10.0.0.1:9443/submit");
  EXPECT_EQ(jobs["sideEffects"], "None");
  EXPECT_EQ(jobs["timeoutSeconds"], 3);
  EXPECT_EQ(jobs["rules"], json::array({{{"apiGroups", json::array({"batch"})},
                                         {"apiVersions", json::array({"*"})},
                                         {"operations", json::array({"CREATE", "UPDATE"})},
                                         {"resources", json::array({"jobs"})}}}));
  EXPECT_EQ(jobs["namespaceSelector"]["matchExpressions"][0]["values"],
            json::array({"kube-system"}));
  ASSERT_EQ(jobs["matchConditions"].size(), 1u);
  EXPECT_EQ(webhooks["pods.submit.tutti.dev"]["rules"][0]["apiGroups"], json::array({""}));
}

// While nobody leads, or whoever leads is being replaced, all others still answer these.
TEST(ValidationsJsonTest, WhatEveryReplicaAnswersMayHaveAServiceOfItsOwn) {
  config::WebhookRegister registration;
  registration.service_name = "tutti-webhook";
  registration.validating_service_name = "tutti-webhook-replicas";
  const auto service = [](const std::string& configuration, const std::string& webhook) {
    return ByName(configuration)[webhook]["clientConfig"]["service"]["name"];
  };
  EXPECT_EQ(service(WebhookConfigurationJson(registration, {}, "ca"), "gang.tutti.dev"),
            "tutti-webhook");
  const std::string validations = ValidationsJson(registration, Both(), "ca");
  for (const char* webhook : {"objects.tutti.dev", "jobs.batch.submit.tutti.dev"})
    EXPECT_EQ(service(validations, webhook), "tutti-webhook-replicas");
  registration.validating_service_name.clear();
  EXPECT_EQ(service(ValidationsJson(registration, Both(), "ca"), "objects.tutti.dev"),
            "tutti-webhook");
}

TEST(ValidationsJsonTest, WithoutSubmitAccessOnlyWatchedObjectsAreChecked) {
  Validations validations = Both();
  validations.submit.reset();
  const auto webhooks = ByName(ValidationsJson(Registration(), validations, "ca"));
  EXPECT_EQ(webhooks.size(), 1u);
  EXPECT_TRUE(webhooks.contains("objects.tutti.dev"));
}

class WebhookRegistrationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    client_ = testing::ClientOf(api_, clock_);
    api_.AddCollection(kMutating);
    api_.AddCollection(kValidating);
  }
  void TearDown() override { client_.reset(); }
  size_t Webhooks() {
    const json stored = json::parse(api_.Get(kValidating, "tutti"), nullptr, false);
    return stored.is_object() ? stored["webhooks"].size() : SIZE_MAX;
  }

  const base::SystemClock clock_;
  testing::FakeApiServer api_;
  std::unique_ptr<kube::Client> client_;
};

// Otherwise what fails closed would go on refusing for a Tutti that no longer answers.
TEST_F(WebhookRegistrationTest, WhatIsNoLongerCheckedIsWithdrawn) {
  const config::WebhookRegister registration = Registration();
  ASSERT_TRUE(RegisterValidations(*client_, registration, {}, "ca").ok()) << "there was none";
  EXPECT_EQ(api_.Get(kValidating, "tutti"), "");
  ASSERT_TRUE(RegisterValidations(*client_, registration, Both(), "ca").ok());
  EXPECT_EQ(Webhooks(), Both().submit->kinds.size() + 1);
  Validations fewer = Both();
  fewer.submit.reset();
  ASSERT_TRUE(RegisterValidations(*client_, registration, fewer, "ca").ok());
  EXPECT_EQ(Webhooks(), 1u);
  ASSERT_TRUE(RegisterValidations(*client_, registration, {}, "ca").ok());
  EXPECT_EQ(Webhooks(), 0u);
}

TEST_F(WebhookRegistrationTest, WhatStandsThereIsLookedAtAndLeftUntilSomebodyChangesIt) {
  const config::WebhookRegister registration = Registration();
  const auto keep = [&](const std::string& ca) {
    const absl::StatusOr<bool> pods = RegisterWebhook(*client_, registration, {}, ca, true);
    const absl::StatusOr<bool> objects =
        RegisterValidations(*client_, registration, Both(), ca, true);
    EXPECT_TRUE(pods.ok() && objects.ok()) << pods.status() << objects.status();
    return std::pair(pods.value_or(false), objects.value_or(false));
  };
  EXPECT_EQ(keep("ca"), std::pair(true, true)) << "there were none";
  // As the API server stores it.
  json stored = json::parse(api_.Get(kValidating, "tutti"));
  for (json& webhook : stored["webhooks"]) webhook["matchPolicy"] = "Equivalent";
  api_.Put(kValidating, "tutti", stored.dump());
  EXPECT_EQ(keep("ca"), std::pair(false, false));
  stored["webhooks"][0]["clientConfig"]["caBundle"] = "b3RoZXI=";
  api_.Put(kValidating, "tutti", stored.dump());
  EXPECT_EQ(keep("ca"), std::pair(false, true)) << "somebody has changed one";
  EXPECT_EQ(keep("ca"), std::pair(false, false));
  EXPECT_EQ(keep("another"), std::pair(true, true));
  api_.Put(kMutating, "tutti", R"({"webhooks": []})");
  EXPECT_EQ(keep("another"), std::pair(true, false));
}

TEST_F(WebhookRegistrationTest, WithoutTheRightThereIsNothingToWithdraw) {
  api_.SetHook([](const HttpRequest&, HttpReply& reply) {
    reply.Send(403, testing::StatusBody(403, "Forbidden", "no"));
    return true;
  });
  EXPECT_TRUE(RegisterValidations(*client_, Registration(), {}, "ca").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      RegisterValidations(*client_, Registration(), Both(), "ca").status()));
}

constexpr char kPem[] = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

TEST(ReadCaFileTest, TheFileIsTakenAsItStands) {
  const TempFolder folder;
  const absl::StatusOr<std::string> pem = ReadCaFile(folder.Write("ca.crt", kPem));
  ASSERT_TRUE(pem.ok()) << pem.status();
  EXPECT_EQ(*pem, kPem);
}

TEST(ReadCaFileTest, WhatIsNoCertificateIsRefusedWithTheKeyAndTheFile) {
  const TempFolder folder;
  const std::string missing = folder.path() + "/none.crt";
  EXPECT_THAT(std::string(ReadCaFile(missing).status().message()),
              HasSubstr("webhook.register.caFile: " + missing + " cannot be read: No such file"));
  for (const std::string& text :
       {std::string(), std::string("a key"), kPem + std::string(size_t{2} << 20, '\n')}) {
    EXPECT_THAT(std::string(ReadCaFile(folder.Write("ca.crt", text)).status().message()),
                HasSubstr("ca.crt holds no certificate in PEM"))
        << text.size();
  }
}

TEST(WebhookConfigurationJsonTest, TheApiServerIsToldTheServiceAndTheCa) {
  config::WebhookRegister registration;
  registration.service_name = "tutti-webhook";
  const json made = json::parse(WebhookConfigurationJson(registration, {}, "pem"));
  const json& client = made["webhooks"][0]["clientConfig"];
  EXPECT_EQ(client["caBundle"], "cGVt");
  EXPECT_EQ(client["service"], json({{"name", "tutti-webhook"},
                                     {"namespace", "kube-system"},
                                     {"port", 443},
                                     {"path", "/mutate"}}));
}

}  // namespace
}  // namespace tutti::apps
