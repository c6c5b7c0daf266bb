#include "http/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/self_signed.h"

namespace tutti::http {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000'000'000'000;
constexpr base::Duration kDay = std::chrono::hours(24);

GeneratedCertificate Generate(const std::vector<std::string>& names) {
  return *GenerateServerCertificate(names, kDay, kNow);
}

TEST(IdentityTest, SaysUntilWhenAndForWhomItStands) {
  const GeneratedCertificate made = Generate({"tutti-webhook.kube-system.svc", "127.0.0.1", "::1"});
  const auto read = [&](const std::vector<std::string>& names) {
    const absl::StatusOr<Identity> identity = ReadIdentity(made.cert_pem, made.key_pem, names);
    EXPECT_TRUE(identity.ok()) << identity.status();
    return identity.value_or(Identity{});
  };
  const Identity all = read({"tutti-webhook.kube-system.svc", "127.0.0.1", "0:0::1"});
  EXPECT_EQ(all.expires_wall_nanos, kNow + kDay.count());
  EXPECT_EQ(all.unnamed, "");
  EXPECT_EQ(read({"127.0.0.1", "tutti-webhook.other.svc", "127.0.0.2"}).unnamed,
            "tutti-webhook.other.svc");
  EXPECT_EQ(read({"127.0.0.2"}).unnamed, "127.0.0.2");
}

TEST(IdentityTest, WhatCannotBeShownIsAnError) {
  const GeneratedCertificate one = Generate({"a"});
  const GeneratedCertificate other = Generate({"a"});
  const auto error = [](const std::string& cert, const std::string& key) {
    return std::string(ReadIdentity(cert, key, {}).status().message());
  };
  EXPECT_THAT(error("", ""), HasSubstr("certificate cannot be read"));
  EXPECT_THAT(error("no PEM", one.key_pem), HasSubstr("certificate cannot be read"));
  EXPECT_THAT(error(one.cert_pem, ""), HasSubstr("private key cannot be read"));
  EXPECT_THAT(error(one.cert_pem, other.key_pem), HasSubstr("not that of the certificate"));
}

TEST(IdentityTest, TheFirstCertificateOfABundle) {
  const GeneratedCertificate one = Generate({"a"});
  const GeneratedCertificate other = Generate({"b"});
  EXPECT_EQ(FirstCertificate(one.ca_pem), one.ca_pem);
  EXPECT_EQ(FirstCertificate("# the authority\n" + one.ca_pem + other.ca_pem), one.ca_pem);
  EXPECT_EQ(FirstCertificate(""), "");
  EXPECT_EQ(FirstCertificate(one.ca_pem.substr(0, 60)), "");
}

}  // namespace
}  // namespace tutti::http
