#include "http/self_signed.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace tutti::http {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

constexpr int64_t kSkewSeconds = 3600;

absl::Status Failed() {
  char text[256] = {};
  ERR_error_string_n(ERR_get_error(), text, sizeof(text));
  return absl::InternalError(std::string("OpenSSL could not make a certificate: ") + text);
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

Certificate Begin(const char* common_name, EVP_PKEY* key, base::Duration validity,
                  int64_t wall_nanos) {
  Certificate certificate(X509_new());
  uint64_t serial = 0;
  if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1)
    return nullptr;
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  time_t from = static_cast<time_t>(wall_nanos / 1'000'000'000 - kSkewSeconds);
  time_t until = from + kSkewSeconds + static_cast<time_t>(validity / std::chrono::seconds(1));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return certificate;
}

bool IsIp(const std::string& name) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address) == 1;
}

// OpenSSL reads the names from one text, in which commas and colons have a meaning.
bool IsDnsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '*';
  });
}

absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& names) {
  if (names.empty())
    return absl::InvalidArgumentError("a certificate needs at least one DNS name or IP address");
  std::string text;
  for (const std::string& name : names) {
    if (!IsIp(name) && !IsDnsName(name)) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "\"%s\" is neither a DNS name nor an IP address: a certificate cannot name it", name));
    }
    text += (text.empty() ? "" : ",") + std::string(IsIp(name) ? "IP:" : "DNS:") + name;
  }
  return text;
}

template <class Write>
std::string Pem(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

absl::StatusOr<GeneratedCertificate> GenerateServerCertificate(
    const std::vector<std::string>& names, base::Duration validity, int64_t wall_nanos) {
  const absl::StatusOr<std::string> alternative_names = AlternativeNames(names);
  if (!alternative_names.ok()) return alternative_names.status();
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return Failed();
  const Certificate ca = Begin("tutti webhook CA", ca_key.get(), validity, wall_nanos);
  const Certificate server = Begin("tutti webhook", key.get(), validity, wall_nanos);
  if (!ca || !server) return Failed();
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  X509_set_issuer_name(server.get(), X509_get_subject_name(ca.get()));
  const bool extended =
      AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE") &&
      AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign") &&
      AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") &&
      AddExtension(ca.get(), ca.get(), NID_authority_key_identifier, "keyid:always") &&
      AddExtension(server.get(), ca.get(), NID_subject_key_identifier, "hash") &&
      AddExtension(server.get(), ca.get(), NID_authority_key_identifier, "keyid:always") &&
      AddExtension(server.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      AddExtension(server.get(), ca.get(), NID_key_usage, "critical,digitalSignature") &&
      AddExtension(server.get(), ca.get(), NID_ext_key_usage, "serverAuth") &&
      AddExtension(server.get(), ca.get(), NID_subject_alt_name, *alternative_names);
  if (!extended) return Failed();
  if (X509_sign(ca.get(), ca_key.get(), EVP_sha256()) == 0 ||
      X509_sign(server.get(), ca_key.get(), EVP_sha256()) == 0) {
    return Failed();
  }
  GeneratedCertificate generated;
  generated.ca_pem = Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, ca.get()); });
  generated.cert_pem = Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, server.get()); });
  generated.key_pem = Pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (generated.ca_pem.empty() || generated.cert_pem.empty() || generated.key_pem.empty())
    return Failed();
  return generated;
}

}  // namespace tutti::http
