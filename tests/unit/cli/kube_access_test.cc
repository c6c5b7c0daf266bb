#include "cli/kube_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/support/temp_folder.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

std::string Kubeconfig(const std::string& server, const std::string& ns) {
  return absl::StrFormat(
      "current-context: c\n"
      "contexts: [{name: c, context: {cluster: k, namespace: %s}}]\n"
      "clusters: [{name: k, cluster: {server: \"%s\"}}]\n",
      ns, server);
}

class KubeAccessTest : public ::testing::Test {
 protected:
  Environment Env() {
    return [this](const char* name) { return env[name]; };
  }
  const testing::TempFolder folder;
  std::map<std::string, std::string> env;
  GlobalOptions options;
};

TEST_F(KubeAccessTest, TheFlagWinsThenTheVariableThenTheHomeFolder) {
  env["HOME"] = folder.path();
  folder.Write(".kube/config", Kubeconfig("https://home", "a"));
  EXPECT_EQ(FindCredentials(options, Env())->server, "https://home");
  env["KUBECONFIG"] =
      "/nowhere:" + folder.Write("variable.yaml", Kubeconfig("https://variable", "b"));
  EXPECT_EQ(FindCredentials(options, Env())->server, "https://variable");
  EXPECT_EQ(NamespaceOf(options, Env()), "b");
  options.kubeconfig = folder.Write("flag.yaml", Kubeconfig("https://flag", "c"));
  EXPECT_EQ(FindCredentials(options, Env())->server, "https://flag");
  options.ns = "mine";
  EXPECT_EQ(NamespaceOf(options, Env()), "mine");
}

TEST_F(KubeAccessTest, WithoutAnyItSaysWhatWasLookedFor) {
  env["HOME"] = folder.path();
  const auto credentials = FindCredentials(options, Env());
  ASSERT_FALSE(credentials.ok());
  EXPECT_THAT(std::string(credentials.status().message()), HasSubstr("$KUBECONFIG"));
  EXPECT_EQ(NamespaceOf(options, Env()), "default");
  env["KUBECONFIG"] = "/nowhere/config";
  EXPECT_THAT(std::string(FindCredentials(options, Env()).status().message()),
              HasSubstr("/nowhere/config"));
}

}  // namespace
}  // namespace tutti::cli
