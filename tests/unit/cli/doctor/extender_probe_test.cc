#include "cli/doctor/extender_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/api_client.h"
#include "tests/support/http_test_server.h"

namespace tutti::cli {
namespace {

using ::testing::ElementsAre;
using testing::HttpReply;
using testing::HttpRequest;

class ExtenderProbeTest : public ::testing::Test {
 protected:
  std::vector<std::string> Problems() {
    const std::unique_ptr<kube::Client> client = testing::ClientOf(server, clock);
    std::vector<std::string> problems;
    for (const Finding& finding : ProbeExtender(*client, std::chrono::seconds(5))) {
      if (finding.verdict == Verdict::kProblem) problems.push_back(finding.check);
    }
    return problems;
  }

  const base::SystemClock clock;
  std::string filter = R"({"NodeNames": [], "FailedNodes": {}})";
  std::string preempt = R"({"NodeNameToMetaVictims": {}})";
  int status = 200;
  bool count = false;
  std::atomic<int> calls{0};
  testing::HttpTestServer server{[this](const HttpRequest& request, HttpReply& reply) {
    std::string body = request.path == "/filter" ? filter : preempt;
    if (count) body.insert(1, "\"Call\": " + std::to_string(++calls) + ",");
    reply.Send(status, body, {{"Content-Type", "application/json"}});
  }};
};

TEST_F(ExtenderProbeTest, RightAnswersAreRight) { EXPECT_THAT(Problems(), ElementsAre()); }

TEST_F(ExtenderProbeTest, WrongAnswersAreNamedByTheirVerb) {
  preempt = R"({"NodeNameToMetaVictims": null})";
  EXPECT_THAT(Problems(), ElementsAre("extender/preempt"));
  filter = R"({"NodeNames": null})";
  EXPECT_THAT(Problems(), ElementsAre("extender/filter", "extender/preempt"));
}

TEST_F(ExtenderProbeTest, AFilterThatChangesItsMindIsFound) {
  count = true;
  EXPECT_THAT(Problems(), ElementsAre("extender/filter"));
}

TEST_F(ExtenderProbeTest, WhoIsNotReadySaysSo) {
  status = 503;
  filter = R"({"Error": "tutti/NotReady: not synced"})";
  EXPECT_THAT(Problems(), ElementsAre("extender/filter"));
}

}  // namespace
}  // namespace tutti::cli
