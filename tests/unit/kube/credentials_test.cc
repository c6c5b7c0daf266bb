#include "kube/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/temp_folder.h"

namespace tutti::kube {
namespace {

using ::testing::HasSubstr;

class CredentialsTest : public ::testing::Test {
 protected:
  // A kubeconfig with one context "main" whose user has these fields.
  std::string Kubeconfig(const std::string& user, const std::string& cluster = "") {
    return folder_.Write("config", R"(apiVersion: v1
kind: Config
current-context: main
contexts:
- name: other
  context: {cluster: missing, user: u}
- name: main
  context: {cluster: c, user: u, namespace: team}
clusters:
- name: c
  cluster:
    server: https://10.0.0.1:6443/
)" + cluster + R"(
users:
- name: u
  user:
)" + user);
  }
  std::string MessageOf(const std::string& path, const std::string& context = "") {
    const auto result = LoadKubeconfig(path, context);
    EXPECT_FALSE(result.ok());
    return std::string(result.status().message());
  }

  const testing::TempFolder folder_;
};

TEST_F(CredentialsTest, CertificatesByData) {
  const auto got = LoadKubeconfig(
      Kubeconfig("    client-certificate-data: Y2VydA==\n    client-key-data: a2V5\n",
                 "    certificate-authority-data: Y2E=\n    tls-server-name: kube.example\n"));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->server, "https://10.0.0.1:6443");
  EXPECT_EQ(got->ca_data, "ca");
  EXPECT_EQ(got->client_cert_data, "cert");
  EXPECT_EQ(got->client_key_data, "key");
  EXPECT_EQ(got->tls_server_name, "kube.example");
  EXPECT_EQ(got->default_namespace, "team");
  EXPECT_FALSE(got->insecure_skip_tls_verify);
}

TEST_F(CredentialsTest, FilesAreRelativeToTheKubeconfig) {
  folder_.Write("pki/c.pem", "cert");
  folder_.Write("pki/k.pem", "key");
  const auto got =
      LoadKubeconfig(Kubeconfig("    client-certificate: pki/c.pem\n    client-key: pki/k.pem\n",
                                "    certificate-authority: pki/ca.pem\n"));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->client_cert_data, "cert");
  EXPECT_EQ(got->client_key_data, "key");
  EXPECT_EQ(got->ca_file, folder_.path() + "/pki/ca.pem");
}

TEST_F(CredentialsTest, TokenAndTokenFile) {
  EXPECT_EQ(LoadKubeconfig(Kubeconfig("    token: abc\n"))->token, "abc");
  const auto got = LoadKubeconfig(Kubeconfig("    tokenFile: t\n    token: abc\n"));
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->token_file, folder_.path() + "/t");
  EXPECT_EQ(got->token, "") << "the file wins, as in client-go";
  EXPECT_TRUE(LoadKubeconfig(Kubeconfig("    token: a\n", "    insecure-skip-tls-verify: true\n"))
                  ->insecure_skip_tls_verify);
}

TEST_F(CredentialsTest, UnsupportedUsersSayWhatToUseInstead) {
  const std::string exec = MessageOf(Kubeconfig("    exec: {command: aws}\n"));
  EXPECT_THAT(exec, HasSubstr("\"exec\""));
  EXPECT_THAT(exec, HasSubstr("user \"u\""));
  EXPECT_THAT(exec, HasSubstr("tokenFile"));
  EXPECT_THAT(MessageOf(Kubeconfig("    auth-provider: {name: gcp}\n")),
              HasSubstr("auth-provider"));
  EXPECT_THAT(MessageOf(Kubeconfig("    username: x\n    password: y\n")), HasSubstr("password"));
  EXPECT_THAT(MessageOf(Kubeconfig("    token: x\n", "    proxy-url: http://p\n")),
              HasSubstr("proxy-url"));
}

TEST_F(CredentialsTest, MistakesNameFileAndEntry) {
  const std::string good = Kubeconfig("    token: x\n");
  EXPECT_THAT(MessageOf(good, "absent"), HasSubstr("\"absent\""));
  EXPECT_THAT(MessageOf(good, "other"), HasSubstr("\"missing\""));
  EXPECT_THAT(MessageOf(folder_.path() + "/nowhere"), HasSubstr("nowhere"));
  EXPECT_THAT(MessageOf(folder_.Write("bad", "a: [1\n")), HasSubstr("bad:"));
  EXPECT_THAT(MessageOf(folder_.Write("scalar", "hello")), HasSubstr("not a YAML map"));
  EXPECT_THAT(MessageOf(Kubeconfig("    client-certificate-data: Y2VydA==\n")),
              HasSubstr("together"));
  EXPECT_THAT(MessageOf(Kubeconfig("    client-key-data: '***'\n")), HasSubstr("not base64"));
  EXPECT_THAT(MessageOf(Kubeconfig("    client-certificate: none.pem\n")), HasSubstr("none.pem"));
}

TEST_F(CredentialsTest, InCluster) {
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadInCluster(folder_.path()).status()));
  ::setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  EXPECT_TRUE(absl::IsNotFound(LoadInCluster(folder_.path()).status()));
  const std::string account = "var/run/secrets/kubernetes.io/serviceaccount/";
  const std::string token = folder_.Write(account + "token", "t");
  folder_.Write(account + "ca.crt", "ca");
  folder_.Write(account + "namespace", "tutti\n");
  const auto got = LoadInCluster(folder_.path());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->server, "https://[fd00::1]:443");
  EXPECT_EQ(got->token_file, token);
  EXPECT_EQ(got->ca_data, "ca");
  EXPECT_EQ(got->default_namespace, "tutti");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  ::unsetenv("KUBERNETES_SERVICE_PORT");
}

}  // namespace
}  // namespace tutti::kube
