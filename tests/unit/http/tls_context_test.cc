// HTTPS: the handshake, client certificates, and certificates that change on disk.
#include "http/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>

#include "http/self_signed.h"
#include "tests/support/http2_client.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/http/server_world.h"

namespace tutti::http {
namespace {

using testing::Http2Client;
using testing::HttpAnswer;
using testing::HttpClient;
using testing::PostRequest;
using testing::TlsClientOptions;

struct ClientIdentity {
  std::string cert_pem;  // self-signed: its own CA
  std::string key_pem;
};

ClientIdentity MakeClient(const char* common_name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  const auto take = [](BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(bio);
    return text;
  };
  BIO* cert_pem = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(cert_pem, certificate);
  BIO* key_pem = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_pem, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {take(cert_pem), take(key_pem)};
}

std::string Encrypted(const std::string& key_pem) {
  BIO* in = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  char passphrase[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(out);
  BIO_free(in);
  EVP_PKEY_free(key);
  return text;
}

std::unique_ptr<TlsOptions> WriteTo(const testing::TempFolder& folder,
                                    const GeneratedCertificate& certificate) {
  auto options = std::make_unique<TlsOptions>();
  options->cert_file = folder.Write("tls.crt", certificate.cert_pem);
  options->key_file = folder.Write("tls.key", certificate.key_pem);
  return options;
}

TEST(TlsTest, ServesOverTls12And13) {
  const GeneratedCertificate certificate = Generate();
  ServerWorld world({}, DataOptions(certificate));
  for (const bool tls13 : {true, false}) {
    for (const std::string name : {"tutti.svc", "127.0.0.1"}) {
      TlsClientOptions options = Trusting(certificate);
      options.tls13 = tls13;
      options.server_name = name;
      HttpClient client(world.server->port(), options);
      ASSERT_TRUE(client.ok()) << client.error();
      const std::string body(100'000, 'x');
      for (int i = 0; i < 3; ++i) {
        const std::optional<HttpAnswer> answer = client.Call("POST", "/echo", body);
        ASSERT_TRUE(answer.has_value()) << client.error();
        EXPECT_TRUE(answer->body == body);
      }
    }
  }
  TlsClientOptions wrong = Trusting(certificate);
  wrong.server_name = "other.svc";
  EXPECT_FALSE(HttpClient(world.server->port(), wrong).ok());
}

TEST(TlsTest, SpeaksHttp2WithWhoeverOffersIt) {
  const GeneratedCertificate certificate = Generate();
  ServerWorld world({}, DataOptions(certificate));
  using Protocols = std::vector<std::string>;
  const std::vector<std::pair<Protocols, std::string>> cases = {{{"h2", "http/1.1"}, "h2"},
                                                                {{"http/1.1", "h2"}, "h2"},
                                                                {{"http/1.1"}, "http/1.1"},
                                                                {{"h3", "http/1.1"}, "http/1.1"},
                                                                {{"h3"}, ""},
                                                                {{}, ""}};
  for (const auto& [offered, chosen] : cases) {
    TlsClientOptions options = Trusting(certificate);
    options.alpn = offered;
    HttpClient client(world.server->port(), options);
    ASSERT_TRUE(client.ok()) << client.error();
    EXPECT_EQ(client.alpn(), chosen);
    if (chosen == "h2") continue;
    EXPECT_EQ(client.Call("GET", "/hello")->body, "/hello");
  }
  EXPECT_EQ(world.server->traffic(Protocol::kHttp1).connections, 4u);
  EXPECT_EQ(world.server->traffic(Protocol::kHttp1).requests, 4u);
  EXPECT_TRUE(Eventually([&] { return world.server->traffic(Protocol::kHttp2).connections == 2; }));
}

TEST(TlsTest, PipelinesAndParks) {
  const GeneratedCertificate certificate = Generate();
  ServerWorld world({}, DataOptions(certificate));
  HttpClient client(world.server->port(), Trusting(certificate));
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}") + PostRequest("/echo", "next")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  reply->Send(200, "parked");
  EXPECT_EQ(client.Read()->body, "parked");
  EXPECT_EQ(client.Read()->body, "next");
}

// A TLS peer says good-bye in a record of its own before it closes.
TEST(TlsTest, ReplyNoticesThatItsPeerLeft) {
  const GeneratedCertificate certificate = Generate();
  ServerWorld world({}, DataOptions(certificate));
  HttpClient client(world.server->port(), Trusting(certificate));
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  EXPECT_FALSE(reply->abandoned());
  client.Close();
  EXPECT_TRUE(Eventually([&] { return reply->abandoned(); }));
}

TEST(TlsTest, SilentOrSenselessHandshakesAreGivenUp) {
  const GeneratedCertificate certificate = Generate();
  Limits limits;
  limits.header_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits, DataOptions(certificate));
  HttpClient silent = world.Connect();
  EXPECT_TRUE(silent.AtEnd());
  HttpClient plain = world.Connect();
  ASSERT_TRUE(plain.Send("GET /hello HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(plain.Read().has_value());
}

TEST(TlsTest, DemandsAClientCertificateOfItsAuthority) {
  const GeneratedCertificate certificate = Generate();
  const ClientIdentity scheduler = MakeClient("kube-scheduler");
  const ClientIdentity stranger = MakeClient("kube-scheduler");
  ServerWorld world({}, DataOptions(certificate, scheduler.cert_pem));
  for (const bool tls13 : {true, false}) {
    TlsClientOptions options = Trusting(certificate);
    options.tls13 = tls13;
    EXPECT_FALSE(HttpClient(world.server->port(), options).Call("POST", "/peer", "{}"));
    options.cert_pem = stranger.cert_pem;
    options.key_pem = stranger.key_pem;
    EXPECT_FALSE(HttpClient(world.server->port(), options).Call("POST", "/peer", "{}"));
    options.cert_pem = scheduler.cert_pem;
    options.key_pem = scheduler.key_pem;
    HttpClient client(world.server->port(), options);
    const std::optional<HttpAnswer> answer = client.Call("POST", "/peer", "{}");
    ASSERT_TRUE(answer.has_value()) << client.error();
    EXPECT_TRUE(answer->body.starts_with("127.0.0.1:")) << answer->body;
    EXPECT_TRUE(answer->body.ends_with(" CN=kube-scheduler")) << answer->body;
    Http2Client http2(world.server->port(), options);
    const std::optional<HttpAnswer> told = http2.Call("POST", "/peer", "{}");
    ASSERT_TRUE(told.has_value()) << http2.error();
    EXPECT_TRUE(told->body.ends_with(" CN=kube-scheduler")) << told->body;
  }
  EXPECT_FALSE(Http2Client(world.server->port(), Trusting(certificate)).Call("GET", "/hello"));
}

// With client certificates OpenSSL fails such a handshake unless it is told what to do.
TEST(TlsTest, ClientThatAsksToResumeGetsAFullHandshake) {
  const GeneratedCertificate certificate = Generate();
  const ClientIdentity scheduler = MakeClient("kube-scheduler");
  ServerWorld world({}, DataOptions(certificate, scheduler.cert_pem));
  for (const bool tls13 : {true, false}) {
    TlsClientOptions options = Trusting(certificate);
    options.tls13 = tls13;
    options.cert_pem = scheduler.cert_pem;
    options.key_pem = scheduler.key_pem;
    HttpClient first(world.server->port(), options);
    ASSERT_EQ(first.Call("GET", "/hello")->status, 200);
    options.session = first.session();
    HttpClient second(world.server->port(), options);
    ASSERT_TRUE(second.ok()) << second.error();
    EXPECT_FALSE(second.resumed());
    EXPECT_EQ(second.Call("GET", "/hello")->status, 200);
  }
}

TEST(TlsTest, RotatedCertificateIsUsedForTheNextHandshake) {
  const testing::TempFolder folder;
  const GeneratedCertificate old_one = Generate();
  const GeneratedCertificate new_one = Generate();
  ServerWorld world({}, WriteTo(folder, old_one));
  HttpClient before(world.server->port(), Trusting(old_one));
  ASSERT_EQ(before.Call("GET", "/hello")->status, 200);
  WriteTo(folder, new_one);
  HttpClient after(world.server->port(), Trusting(new_one));
  ASSERT_TRUE(after.ok()) << after.error();
  EXPECT_EQ(after.Call("GET", "/hello")->status, 200);
  EXPECT_NE(after.server_serial(), before.server_serial());
  EXPECT_EQ(before.Call("GET", "/hello")->status, 200);  // connections live on
}

TEST(TlsTest, HalfWrittenRotationKeepsTheOldCertificate) {
  const testing::TempFolder folder;
  const GeneratedCertificate old_one = Generate();
  const GeneratedCertificate new_one = Generate();
  ServerWorld world({}, WriteTo(folder, old_one));
  const auto served = [&](const GeneratedCertificate& certificate) {
    const std::optional<HttpAnswer> answer =
        HttpClient(world.server->port(), Trusting(certificate)).Call("GET", "/hello");
    return answer && answer->status == 200;
  };
  folder.Write("tls.crt", new_one.cert_pem);  // the key is still the old one
  EXPECT_TRUE(served(old_one));
  folder.Write("tls.key", new_one.key_pem.substr(0, 40));
  EXPECT_TRUE(served(old_one));
  std::filesystem::remove(folder.path() + "/tls.key");
  EXPECT_TRUE(served(old_one));
  folder.Write("tls.key", new_one.key_pem);
  EXPECT_TRUE(served(new_one));
}

// A copy that keeps the date is still another file.
TEST(TlsTest, RotationThatKeepsTheDateIsNoticed) {
  const testing::TempFolder folder;
  const GeneratedCertificate old_one = Generate();
  const GeneratedCertificate new_one = Generate();
  const std::unique_ptr<TlsOptions> files = WriteTo(folder, old_one);
  const auto cert_date = std::filesystem::last_write_time(files->cert_file);
  const auto key_date = std::filesystem::last_write_time(files->key_file);
  ServerWorld world({}, std::make_unique<TlsOptions>(*files));
  WriteTo(folder, new_one);
  std::filesystem::last_write_time(files->cert_file, cert_date);
  std::filesystem::last_write_time(files->key_file, key_date);
  EXPECT_TRUE(HttpClient(world.server->port(), Trusting(new_one)).ok());
}

TEST(TlsTest, RotatedClientAuthorityIsUsedForTheNextHandshake) {
  const testing::TempFolder folder;
  const GeneratedCertificate certificate = Generate();
  const ClientIdentity old_one = MakeClient("old");
  const ClientIdentity new_one = MakeClient("new");
  std::unique_ptr<TlsOptions> files = WriteTo(folder, certificate);
  files->client_ca_file = folder.Write("ca.crt", old_one.cert_pem);
  ServerWorld world({}, std::move(files));
  const auto served = [&](const ClientIdentity& identity) {
    TlsClientOptions options = Trusting(certificate);
    options.cert_pem = identity.cert_pem;
    options.key_pem = identity.key_pem;
    return HttpClient(world.server->port(), options).Call("GET", "/hello").has_value();
  };
  EXPECT_TRUE(served(old_one));
  EXPECT_FALSE(served(new_one));
  folder.Write("ca.crt", new_one.cert_pem);
  EXPECT_TRUE(served(new_one));
  EXPECT_FALSE(served(old_one));
  folder.Write("ca.crt", old_one.cert_pem + new_one.cert_pem);  // a bundle
  EXPECT_TRUE(served(new_one));
  EXPECT_TRUE(served(old_one));
}

TEST(TlsTest, ACertificateThatIsHandedOverIsShownFromThenOn) {
  const GeneratedCertificate old_one = Generate();
  const GeneratedCertificate new_one = Generate();
  ServerWorld world({}, DataOptions(old_one));
  HttpClient before(world.server->port(), Trusting(old_one));
  ASSERT_EQ(before.Call("GET", "/hello")->status, 200);
  EXPECT_FALSE(world.server->UseCertificate(new_one.cert_pem, old_one.key_pem).ok());
  EXPECT_TRUE(HttpClient(world.server->port(), Trusting(old_one)).ok()) << "nothing has changed";
  const absl::Status used = world.server->UseCertificate(new_one.cert_pem, new_one.key_pem);
  ASSERT_TRUE(used.ok()) << used;
  EXPECT_TRUE(HttpClient(world.server->port(), Trusting(new_one)).ok());
  EXPECT_FALSE(HttpClient(world.server->port(), Trusting(old_one)).ok());
  EXPECT_EQ(before.Call("GET", "/hello")->status, 200) << "connections live on";
}

TEST(TlsTest, WithoutTlsThereIsNoCertificateToShow) {
  ServerWorld world;
  const GeneratedCertificate made = Generate();
  EXPECT_TRUE(
      absl::IsFailedPrecondition(world.server->UseCertificate(made.cert_pem, made.key_pem)));
}

TEST(TlsTest, ErrorsNameTheFileAndWhatIsWrong) {
  const testing::TempFolder folder;
  const GeneratedCertificate one = Generate();
  const std::unique_ptr<TlsOptions> good = WriteTo(folder, one);
  const std::string garbage = folder.Write("garbage.pem", "no PEM at all\n");
  const std::string other_key = folder.Write("other.key", Generate().key_pem);
  const std::string locked_key = folder.Write("locked.key", Encrypted(one.key_pem));
  const std::string missing = folder.path() + "/missing.pem";
  struct Case {
    std::string TlsOptions::*file;
    std::string value;
    std::string says;
  };
  const std::vector<Case> cases = {
      {&TlsOptions::cert_file, missing, "No such file or directory"},
      {&TlsOptions::key_file, missing, "No such file or directory"},
      {&TlsOptions::client_ca_file, missing, "No such file or directory"},
      {&TlsOptions::cert_file, garbage, "expected PEM"},
      {&TlsOptions::key_file, garbage, "expected PEM"},
      {&TlsOptions::client_ca_file, garbage, "expected PEM"},
      {&TlsOptions::key_file, other_key, "key values mismatch"},
      {&TlsOptions::key_file, locked_key, "without a passphrase"},
  };
  for (const Case& c : cases) {
    TlsOptions options = *good;
    options.*c.file = c.value;
    const absl::Status status = TlsContext::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find(c.value), absl::string_view::npos) << status;
    EXPECT_NE(status.message().find(c.says), absl::string_view::npos) << status;
  }
  EXPECT_TRUE(TlsContext::Create(*good).ok());
  TlsOptions data = *DataOptions(one, "garbage");
  EXPECT_FALSE(TlsContext::Create(data).ok());
  data.client_ca_data.clear();
  data.cert_data = "garbage";
  EXPECT_FALSE(TlsContext::Create(data).ok());
}

}  // namespace
}  // namespace tutti::http
