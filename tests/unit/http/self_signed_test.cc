#include "http/self_signed.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

namespace tutti::http {
namespace {

constexpr int64_t kNow = 1'700'000'000'000'000'000;
constexpr base::Duration kDay = std::chrono::hours(24);

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};

std::unique_ptr<BIO, Free> Reader(const std::string& pem) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}
std::unique_ptr<X509, Free> Certificate(const std::string& pem) {
  return std::unique_ptr<X509, Free>(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
}

// What a client says that trusts `ca_pem` and calls the server `name` at `wall_nanos`.
int Verify(const std::string& ca_pem, const std::string& cert_pem, const std::string& name,
           int64_t wall_nanos) {
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  const std::unique_ptr<X509, Free> ca = Certificate(ca_pem);
  const std::unique_ptr<X509, Free> certificate = Certificate(cert_pem);
  X509_STORE_add_cert(store.get(), ca.get());
  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, wall_nanos / 1'000'000'000);
  X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(param, name.c_str(), name.size());
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

GeneratedCertificate Generate(const std::vector<std::string>& names) {
  absl::StatusOr<GeneratedCertificate> generated = GenerateServerCertificate(names, kDay, kNow);
  EXPECT_TRUE(generated.ok()) << generated.status();
  return generated.ok() ? *std::move(generated) : GeneratedCertificate{};
}

TEST(SelfSignedTest, VerifiesForEveryNameAndNoOther) {
  const std::vector<std::string> names = {"tutti.kube-system.svc", "*.tutti.example", "127.0.0.1",
                                          "::1", "fd00::a:1"};
  const GeneratedCertificate made = Generate(names);
  for (const std::string name :
       {"tutti.kube-system.svc", "a.tutti.example", "127.0.0.1", "::1", "fd00::a:1"})
    EXPECT_EQ(Verify(made.ca_pem, made.cert_pem, name, kNow), X509_V_OK) << name;
  EXPECT_EQ(Verify(made.ca_pem, made.cert_pem, "tutti.default.svc", kNow),
            X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(Verify(made.ca_pem, made.cert_pem, "127.0.0.2", kNow), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(SelfSignedTest, IsValidFromAnHourAgoUntilItExpires) {
  constexpr int64_t kHour = 3'600'000'000'000;
  const GeneratedCertificate made = Generate({"a"});
  const auto at = [&](int64_t offset) {
    return Verify(made.ca_pem, made.cert_pem, "a", kNow + offset);
  };
  EXPECT_EQ(at(-2 * kHour), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(at(-kHour / 2), X509_V_OK);
  EXPECT_EQ(at(23 * kHour), X509_V_OK);
  EXPECT_EQ(at(25 * kHour), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(SelfSignedTest, IsTrustedByItsOwnAuthorityOnly) {
  const GeneratedCertificate one = Generate({"a"});
  const GeneratedCertificate other = Generate({"a"});
  EXPECT_NE(Verify(other.ca_pem, one.cert_pem, "a", kNow), X509_V_OK);
  EXPECT_NE(Verify(one.cert_pem, one.cert_pem, "a", kNow), X509_V_OK);  // it is no authority itself
}

TEST(SelfSignedTest, KeyBelongsToTheCertificate) {
  const GeneratedCertificate made = Generate({"a"});
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(Reader(made.key_pem).get(), nullptr, nullptr, nullptr));
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(X509_check_private_key(Certificate(made.cert_pem).get(), key.get()), 1);
}

TEST(SelfSignedTest, RefusesNamesThatNoCertificateCanHave) {
  EXPECT_FALSE(GenerateServerCertificate({}, kDay, kNow).ok());
  for (const std::string name :
       {"", "a b", "a,IP:10.0.0.1", "https://a", "a:443", "DNS:a", "[::1]"}) {
    const absl::Status status = GenerateServerCertificate({"good", name}, kDay, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_NE(status.message().find("\"" + name + "\""), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace tutti::http
