#include "cli/import_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/support/fake_api_server.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kGolden[] = TUTTI_SOURCE_DIR "/tests/golden/cli/import/";

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// TUTTI_REGENERATE=1 writes the file instead of comparing it.
void ExpectGolden(const std::string& name, const std::string& text) {
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(kGolden + name) << text;
  EXPECT_EQ(Read(kGolden + name), text) << "run cli_test with TUTTI_REGENERATE=1";
}

class ImportGoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ImportGoldenTest, QueuesOnOutputAndTheReportOnErrors) {
  CliWorld world;
  world.input = Read(kGolden + GetParam() + ".yaml");
  EXPECT_EQ(world.Run({"import", "--from", GetParam(), "-f", "-"}), ExitCode::kOk) << world.err;
  ExpectGolden(GetParam() + ".queues.yaml", world.out);
  ExpectGolden(GetParam() + ".report.txt", world.err);
}

INSTANTIATE_TEST_SUITE_P(Peers, ImportGoldenTest,
                         ::testing::Values("volcano", "kueue", "yunikorn", "kai", "elasticquota"),
                         [](const auto& peer) { return peer.param; });

// An API server with Volcano's queues, that keeps what is applied to it.
class ImportCommandTest : public ::testing::Test {
 protected:
  ImportCommandTest() {
    api.SetHook([this](const HttpRequest& request, HttpReply& reply) {
      Answer(request, reply);
      return true;
    });
    world.env["KUBECONFIG"] =
        folder.Write("kubeconfig",
                     "current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\n"
                     "clusters: [{name: k, cluster: {server: \"" +
                         api.url() + "\"}}]\n");
  }
  ~ImportCommandTest() override { api.BreakConnections(); }

  std::string File(const std::string& text) { return folder.Write("queues.yaml", text); }
  static std::string VolcanoQueue(const std::string& name, const std::string& spec) {
    return "apiVersion: scheduling.volcano.sh/v1beta1\nkind: Queue\nmetadata: {name: " + name +
           "}\nspec: {" + spec + "}\n---\n";
  }

  void Answer(const HttpRequest& request, HttpReply& reply) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto send = [&reply](int status, const json& body) {
      reply.Send(status, body.dump(), {{"Content-Type", "application/json"}});
    };
    log.push_back(request.method + " " + request.target);
    if (const auto page = pages.find(request.target); page != pages.end())
      return send(200, page->second);
    if (request.path == "/apis/tutti.dev/v1beta1" && served) return send(200, json::object());
    const auto object = objects.find(request.path);
    if (request.path.find("/tutti.dev/") == std::string::npos || !served ||
        (request.method == "GET" && object == objects.end()))
      return send(404, json::parse(testing::StatusBody(404, "NotFound", "not here")));
    if (request.method == "GET") return send(200, object->second);
    Apply(request, send);
  }

  // As server-side apply answers: the generation changes where the spec does.
  template <class Send>
  void Apply(const HttpRequest& request, const Send& send) {
    EXPECT_EQ(request.headers.at("content-type"), "application/apply-patch+yaml");
    EXPECT_EQ(request.query.at("fieldManager"), "tutti-import");
    if (request.path.ends_with(refused))
      return send(409,
                  json::parse(testing::StatusBody(409, "Conflict", "kubectl owns .spec.weight")));
    for (const auto& [refuses, until] : needs) {
      const bool there = std::any_of(objects.begin(), objects.end(), [&](const auto& object) {
        return object.first.ends_with(until);
      });
      if (request.path.ends_with(refuses) && !there)
        return send(422, json::parse(testing::StatusBody(
                             422, "Invalid", "admission webhook \"q\" denied the request: no")));
    }
    json object = json::parse(request.body);
    const auto old = objects.find(request.path);
    const int status = old == objects.end() ? 201 : 200;
    if (request.query.count("dryRun") != 0) return send(status, object);
    const bool same = old != objects.end() && old->second["spec"] == object["spec"];
    object["metadata"]["generation"] =
        old == objects.end() ? 1
                             : old->second["metadata"]["generation"].get<int>() + (same ? 0 : 1);
    // Somebody writes the status all the time.
    object["metadata"]["resourceVersion"] = std::to_string(++last_version);
    objects[request.path] = object;
    send(status, object);
  }

  size_t Writes() {
    return static_cast<size_t>(std::count_if(log.begin(), log.end(), [](const std::string& line) {
      return line.starts_with("PATCH") && line.find("dryRun") == std::string::npos;
    }));
  }

  CliWorld world;
  const testing::TempFolder folder;
  std::mutex mutex;
  bool served = true;
  std::string refused = "/nobody";
  std::map<std::string, std::string>
      needs;  // a webhook refuses the first until the second is there
  int last_version = 0;
  std::map<std::string, json> pages;  // by target
  std::map<std::string, json> objects;
  std::vector<std::string> log;
  testing::FakeApiServer api;
};

TEST_F(ImportCommandTest, AppliesParentsFirstAndSaysWhatItDid) {
  const std::string file = File(VolcanoQueue("child", "parent: top, weight: 2") +
                                VolcanoQueue("top", "capability: {cpu: 8}"));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kOk)
      << world.err;
  EXPECT_EQ(world.out, "Queue top created\nQueue child created\n");
  const json child = objects.at("/apis/tutti.dev/v1beta1/queues/child");
  EXPECT_EQ(child["spec"], (json{{"parent", "top"}, {"weight", 2}}));
  EXPECT_EQ(child["kind"], "Queue");
  // A second time there is nothing to do, and then only where something has changed.
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kOk);
  EXPECT_EQ(world.out, "Queue top unchanged\nQueue child unchanged\n");
  File(VolcanoQueue("child", "parent: top, weight: 3") +
       VolcanoQueue("top", "capability: {cpu: 8}"));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kOk);
  EXPECT_EQ(world.out, "Queue top unchanged\nQueue child configured\n");
}

TEST_F(ImportCommandTest, TheDryRunWritesNothing) {
  const std::string file = File(VolcanoQueue("a", ""));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file}), ExitCode::kOk);
  EXPECT_EQ(world.out,
            "apiVersion: tutti.dev/v1beta1\nkind: Queue\nmetadata:\n  name: a\nspec: {}\n");
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(ImportCommandTest, NothingIsAppliedWhereOneIsInConflict) {
  const std::string file = File(VolcanoQueue("a", "") + VolcanoQueue("b", "parent: gone"));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kNo);
  EXPECT_EQ(world.out, "");
  EXPECT_THAT(world.err, HasSubstr("conflict    there is no queue gone"));
  EXPECT_THAT(world.err, HasSubstr("nothing was applied: mend the conflicts first"));
  EXPECT_THAT(log, IsEmpty());
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file}), ExitCode::kNo);
}

TEST_F(ImportCommandTest, NothingIsAppliedWhereTheServerRefusesOne) {
  refused = "/b";
  const std::string file = File(VolcanoQueue("a", "") + VolcanoQueue("b", ""));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kFailed);
  EXPECT_EQ(world.out, "");
  EXPECT_THAT(world.err, HasSubstr("error: nothing was applied: Queue b: "));
  EXPECT_THAT(world.err, HasSubstr("kubectl owns .spec.weight: take the change over"));
  EXPECT_EQ(Writes(), 0u);
}

TEST_F(ImportCommandTest, WhatAWebhookRefusesIsTriedAgainWhenTheRestIsThere) {
  // It knows of a parent only when that is written.
  needs["/a"] = "/b";
  const std::string file = File(VolcanoQueue("a", "") + VolcanoQueue("b", ""));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kOk)
      << world.err;
  EXPECT_EQ(world.out, "Queue a created\nQueue b created\n");
}

TEST_F(ImportCommandTest, WithoutTheCrdsItSaysSo) {
  served = false;
  const std::string file = File(VolcanoQueue("a", ""));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply"}), ExitCode::kFailed);
  EXPECT_THAT(world.err, HasSubstr("tutti.dev/v1beta1 is not served by this API server"));
  EXPECT_EQ(Writes(), 0u);
}

TEST_F(ImportCommandTest, TheClusterIsReadPageByPage) {
  const std::string path = "/apis/scheduling.volcano.sh/v1beta1/queues?limit=500";
  pages[path] = {{"kind", "QueueList"},
                 {"apiVersion", "scheduling.volcano.sh/v1beta1"},
                 {"metadata", {{"continue", "next/page"}}},
                 {"items", json::array({{{"metadata", {{"name", "a"}}}}})}};
  pages[path + "&continue=next%2Fpage"] = {
      {"kind", "QueueList"},
      {"apiVersion", "scheduling.volcano.sh/v1beta1"},
      {"items", json::array({{{"metadata", {{"name", "b"}}}, {"spec", {{"weight", 7}}}}})}};
  EXPECT_EQ(world.Run("import --from volcano -o table"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.out,
            "NAME   PARENT   GUARANTEED   LIMIT    WEIGHT   PRIORITY   STATE\n"
            "a      <none>   <none>       <none>   1        0          Open\n"
            "b      <none>   <none>       <none>   7        0          Open\n");
}

TEST_F(ImportCommandTest, AKindThatIsNotServedIsAnError) {
  EXPECT_EQ(world.Run("import --from kai"), ExitCode::kFailed);
  EXPECT_EQ(world.err,
            "error: queues.scheduling.run.ai (v2): not served by this API server: name another one "
            "(--context), or give the manifests with -f\n");
  EXPECT_EQ(world.Run("import --from elasticquota"), ExitCode::kFailed);
  EXPECT_THAT(world.err, HasSubstr("elasticquotas.scheduling.x-k8s.io (v1alpha1) and "
                                   "elasticquotas.scheduling.sigs.k8s.io (v1alpha1): not served"));
}

TEST_F(ImportCommandTest, OneOfTheElasticQuotasIsEnough) {
  pages["/apis/scheduling.x-k8s.io/v1alpha1/elasticquotas?limit=500"] = {
      {"kind", "ElasticQuotaList"},
      {"apiVersion", "scheduling.x-k8s.io/v1alpha1"},
      {"items", json::array({{{"metadata", {{"name", "q"}, {"namespace", "team"}}}}})}};
  EXPECT_EQ(world.Run("import --from elasticquota"), ExitCode::kOk) << world.err;
  EXPECT_THAT(world.out, HasSubstr("name: team\n"));
}

TEST_F(ImportCommandTest, OlderVersionsOfAKindAreRead) {
  const auto list = [](const std::string& kind, const std::string& version, json items) {
    return json{{"kind", kind + "List"},
                {"apiVersion", "kueue.x-k8s.io/" + version},
                {"items", std::move(items)}};
  };
  const std::string group = "/apis/kueue.x-k8s.io/";
  pages[group + "v1alpha1/cohorts?limit=500"] =
      list("Cohort", "v1alpha1", json::array({{{"metadata", {{"name", "all"}}}}}));
  pages[group + "v1beta1/clusterqueues?limit=500"] =
      list("ClusterQueue", "v1beta1",
           json::array({{{"metadata", {{"name", "cq"}}},
                         {"spec", {{"cohort", "all"}, {"namespaceSelector", json::object()}}}}}));
  pages[group + "v1beta1/localqueues?limit=500"] = list("LocalQueue", "v1beta1", json::array());
  pages[group + "v1beta1/resourceflavors?limit=500"] =
      list("ResourceFlavor", "v1beta1", json::array());
  EXPECT_EQ(world.Run("import --from kueue -o json"), ExitCode::kOk) << world.err;
  const json answer = json::parse(world.out);
  EXPECT_EQ(answer["ok"], true);
  EXPECT_EQ(answer["manifests"][1]["spec"], (json{{"parent", "all"}}));
  EXPECT_EQ(answer["report"][0]["object"], "Cohort all");
  EXPECT_EQ(world.err, "");
}

TEST_F(ImportCommandTest, TheConfigMapOfYuniKornIsFoundByItsName) {
  const std::string maps = "/api/v1/namespaces/yunikorn/configmaps/";
  pages[maps + "yunikorn-configs"] = {{"kind", "ConfigMap"}, {"data", {{"log.level", "INFO"}}}};
  pages[maps + "yunikorn-defaults"] = {
      {"kind", "ConfigMap"},
      {"metadata", {{"name", "yunikorn-defaults"}, {"namespace", "yunikorn"}}},
      {"data", {{"queues.yaml", "partitions: [{queues: [{name: root}]}]"}}}};
  EXPECT_EQ(world.Run("import --from yunikorn"), ExitCode::kOk) << world.err;
  EXPECT_THAT(world.out, HasSubstr("name: root\n"));
  EXPECT_EQ(world.Run("import --from yunikorn -n elsewhere"), ExitCode::kNotFound);
  EXPECT_THAT(world.err, HasSubstr("no ConfigMap yunikorn-configs or yunikorn-defaults with "
                                   "queues.yaml in namespace elsewhere"));
}

TEST_F(ImportCommandTest, WhatWasAppliedInJson) {
  const std::string file = File(VolcanoQueue("a", ""));
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", file, "--apply", "-o", "json"}),
            ExitCode::kOk);
  EXPECT_EQ(
      json::parse(world.out)["applied"],
      json::array({{{"kind", "Queue"}, {"namespace", ""}, {"name", "a"}, {"result", "created"}}}));
}

TEST_F(ImportCommandTest, ThreeHundredAreAppliedSeveralAtATime) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += VolcanoQueue("q" + std::to_string(i), "");
  EXPECT_EQ(world.Run({"import", "--from", "volcano", "-f", File(text), "--apply"}), ExitCode::kOk)
      << world.err;
  EXPECT_EQ(objects.size(), 300u);
  EXPECT_EQ(Writes(), 300u);
}

TEST_F(ImportCommandTest, InputsThatCannotBeReadAreMistakesOfTheCall) {
  EXPECT_EQ(world.Run("import -f x.yaml"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("--from"));
  EXPECT_EQ(world.Run("import --from slurm -f x.yaml"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("slurm"));
  EXPECT_EQ(world.Run("import --from kai -f /nowhere.yaml"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("/nowhere.yaml"));
  EXPECT_EQ(world.Run({"import", "--from", "kai", "-f", File("kind: [\n")}), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("queues.yaml:2:"));
  EXPECT_EQ(world.Run({"import", "--from", "kai", "-f", File("kind: Pod\n")}), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("there are no queues of kai: expected Queue"));
}

}  // namespace
}  // namespace tutti::cli
