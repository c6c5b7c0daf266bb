#include "http/identity.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

namespace tutti::http {
namespace {

constexpr char kBegin[] = "-----BEGIN CERTIFICATE-----";
constexpr char kEnd[] = "-----END CERTIFICATE-----";

struct Free {
  void operator()(X509* object) const { X509_free(object); }
  void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
  void operator()(BIO* object) const { BIO_free_all(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// Instead of asking for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bool StandsFor(X509* certificate, const std::string& name) {
  unsigned char address[sizeof(in6_addr)];
  if (inet_pton(AF_INET, name.c_str(), address) == 1 ||
      inet_pton(AF_INET6, name.c_str(), address) == 1) {
    return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  }
  return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

}  // namespace

absl::StatusOr<Identity> ReadIdentity(const std::string& cert_pem, const std::string& key_pem,
                                      const std::vector<std::string>& names) {
  const Owned<X509> certificate(
      PEM_read_bio_X509(Reader(cert_pem).get(), nullptr, NoPassphrase, nullptr));
  if (!certificate)
    return absl::InvalidArgumentError("the certificate cannot be read; expected PEM");
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(key_pem).get(), nullptr, NoPassphrase, nullptr));
  if (!key)
    return absl::InvalidArgumentError(
        "the private key cannot be read; expected PEM without a passphrase");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return absl::InvalidArgumentError("the private key is not that of the certificate");
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &until) != 1)
    return absl::InvalidArgumentError("when the certificate expires cannot be read");
  Identity identity;
  identity.expires_wall_nanos = int64_t{::timegm(&until)} * 1'000'000'000;
  for (const std::string& name : names) {
    if (StandsFor(certificate.get(), name)) continue;
    identity.unnamed = name;
    break;
  }
  return identity;
}

std::string FirstCertificate(const std::string& pem) {
  const size_t begin = pem.find(kBegin);
  if (begin == std::string::npos) return {};
  const size_t end = pem.find(kEnd, begin);
  if (end == std::string::npos) return {};
  return pem.substr(begin, end + sizeof(kEnd) - 1 - begin) + "\n";
}

}  // namespace tutti::http
