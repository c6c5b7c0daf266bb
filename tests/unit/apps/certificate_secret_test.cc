#include "apps/certificate_secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "http/identity.h"
#include "nlohmann/json.hpp"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"
#include "tests/unit/kube/test_clock.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::StartsWith;

constexpr char kSecrets[] = "/api/v1/namespaces/tutti-system/secrets";
constexpr char kName[] = "tutti-webhook-tls";

class CertificateSecretTest : public ::testing::Test {
 protected:
  CertificateSecretTest() {
    client_ = testing::ClientOf(api_, real_clock_);
    api_.AddCollection(kSecrets);
  }
  SharedCertificate Get(bool renew, const std::vector<std::string>& names = {"a.svc"}) {
    CertificateSecret secret(*client_, clock_, {"tutti-system", kName}, names);
    absl::StatusOr<SharedCertificate> found = secret.Get(renew);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found) : SharedCertificate{};
  }
  json Stored() const { return json::parse(api_.Get(kSecrets, kName)); }
  std::string Stored(const char* key) const {
    std::string text;
    absl::Base64Unescape(Stored()["data"].value(key, ""), &text);
    return text;
  }

  const base::SystemClock real_clock_;
  kube::TestClock clock_;
  testing::FakeApiServer api_;
  std::unique_ptr<kube::Client> client_;
};

TEST_F(CertificateSecretTest, TheFirstMakesItAndTheOthersReadIt) {
  const SharedCertificate first = Get(false);
  EXPECT_EQ(Stored()["type"], "kubernetes.io/tls");
  EXPECT_EQ(Stored("tls.crt"), first.pem.cert_pem);
  EXPECT_EQ(Stored("tls.key"), first.pem.key_pem);
  EXPECT_EQ(Stored("ca.crt"), first.pem.ca_pem);
  EXPECT_EQ(first.expires_wall_nanos / 1'000'000'000,
            (clock_.WallNanos() + CertificateSecret::kValidity.count()) / 1'000'000'000);
  const absl::StatusOr<http::Identity> identity =
      http::ReadIdentity(first.pem.cert_pem, first.pem.key_pem, {"a.svc"});
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->unnamed, "");
  const SharedCertificate second = Get(true);
  EXPECT_EQ(second.pem.cert_pem, first.pem.cert_pem) << "it is not due yet";
  EXPECT_EQ(second.pem.ca_pem, first.pem.ca_pem);
}

// As deploy/rbac.yaml ships it: who may patch it need not create any.
TEST_F(CertificateSecretTest, AnEmptySecretIsFilledAndKeepsWhatElseItHas) {
  api_.Put(kSecrets, kName, R"({"type": "Opaque", "metadata": {"labels": {"app": "tutti"}}})");
  const SharedCertificate made = Get(false);
  EXPECT_EQ(Stored()["type"], "Opaque");
  EXPECT_EQ(Stored()["metadata"]["labels"]["app"], "tutti");
  EXPECT_EQ(Stored("tls.crt"), made.pem.cert_pem);
  EXPECT_EQ(api_.Count("POST", "/secrets"), 0);
}

TEST_F(CertificateSecretTest, OfTwoThatMakeItAtOnceOneSucceedsAndBothGetTheSame) {
  SharedCertificate other;
  // Between the look and the write of the first one.
  std::atomic<bool> asked = false;
  api_.SetHook([&](const HttpRequest& request, HttpReply&) {
    if (request.method != "POST" || asked.exchange(true)) return false;
    std::thread([&] { other = Get(false); }).join();
    return false;
  });
  const SharedCertificate one = Get(false);
  EXPECT_EQ(one.pem.cert_pem, other.pem.cert_pem);
  EXPECT_EQ(Stored("tls.crt"), one.pem.cert_pem);
}

TEST_F(CertificateSecretTest, ItIsRenewedInTheLastThirdByWhoeverMay) {
  const SharedCertificate old_one = Get(false);
  clock_.Advance(CertificateSecret::kValidity * 2 / 3 - std::chrono::hours(1));
  EXPECT_EQ(Get(true).pem.cert_pem, old_one.pem.cert_pem) << "early";
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(Get(false).pem.cert_pem, old_one.pem.cert_pem) << "a standby leaves it";
  const SharedCertificate new_one = Get(true);
  EXPECT_NE(new_one.pem.cert_pem, old_one.pem.cert_pem);
  EXPECT_GT(new_one.expires_wall_nanos, old_one.expires_wall_nanos);
  EXPECT_THAT(new_one.pem.ca_pem, EndsWith(old_one.pem.ca_pem))
      << "replicas that still show the old one go on being trusted";
  EXPECT_EQ(Get(true).pem.cert_pem, new_one.pem.cert_pem);
  clock_.Advance(CertificateSecret::kValidity * 2 / 3 + std::chrono::hours(1));
  const SharedCertificate third = Get(true);
  EXPECT_THAT(third.pem.ca_pem, EndsWith(http::FirstCertificate(new_one.pem.ca_pem)));
  EXPECT_EQ(third.pem.ca_pem.find(old_one.pem.ca_pem), std::string::npos)
      << "authorities do not pile up";
}

TEST_F(CertificateSecretTest, AnotherSetOfNamesNeedsAnotherCertificate) {
  const SharedCertificate old_one = Get(false);
  EXPECT_EQ(Get(false, {"a.svc", "b.svc"}).pem.cert_pem, old_one.pem.cert_pem)
      << "the leader may still be of the configuration before";
  EXPECT_NE(Get(true, {"a.svc", "b.svc"}).pem.cert_pem, old_one.pem.cert_pem);
}

TEST_F(CertificateSecretTest, WhatCannotBeShownIsReplaced) {
  const SharedCertificate good = Get(false);
  const json whole = Stored()["data"];
  const auto replaced = [&](const json& data) {
    api_.Put(kSecrets, kName, json{{"data", data}}.dump());
    return Get(false).pem.cert_pem != good.pem.cert_pem;
  };
  EXPECT_FALSE(replaced(whole));
  for (const char* key : {"tls.crt", "tls.key", "ca.crt"}) {
    json broken = whole;
    broken[key] = "cnViYmlzaA==";
    EXPECT_TRUE(replaced(broken)) << key;
    broken[key] = "not base64!";
    EXPECT_TRUE(replaced(broken)) << key;
    broken.erase(key);
    EXPECT_TRUE(replaced(broken)) << key;
  }
  api_.Put(kSecrets, kName, json{{"data", whole}}.dump());
  clock_.Advance(CertificateSecret::kValidity + std::chrono::hours(1));
  EXPECT_NE(Get(false).pem.cert_pem, good.pem.cert_pem) << "expired";
}

TEST_F(CertificateSecretTest, AMissingRightIsSaidWithTheSecretAndTheRemedy) {
  api_.SetHook([](const HttpRequest& request, HttpReply& reply) {
    if (request.method == "GET") return false;
    reply.Send(403, testing::StatusBody(403, "Forbidden", "secrets is forbidden"));
    return true;
  });
  CertificateSecret secret(*client_, clock_, {"tutti-system", kName}, {"a.svc"});
  const absl::Status status = secret.Get(false).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              StartsWith("create Secret tutti-system/tutti-webhook-tls (webhook.secretName; "
                         "deploy/rbac.yaml"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("secrets is forbidden"));
}

}  // namespace
}  // namespace tutti::apps
