// Evictions as the core asks for them, against the real API server.
#include "absl/synchronization/notification.h"
#include "kube/effect_writer.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using model::WriteOutcome;
using nlohmann::json;

class EvictionTest : public E2eBed<EvictionTest> {
 public:
  static Options BedOptions() { return {}; }

 protected:
  // Evicts the pod where it has no node, with a writer of our own.
  static model::WriteFinished EvictUnbound(const json& pod) {
    model::WriteFinished end;
    absl::Notification ended;
    writers_.push_back(std::make_unique<kube::EffectWriter>(
        plane().client(), clock_, 1,
        [&](model::WriteFinished finished) {
          end = std::move(finished);
          ended.Notify();
        },
        [](const model::ReportGang&) {}, [](const model::ReportRun&) {},
        [](const model::ReportMarkers&) {}, [](const model::EvictPod&) {}));
    const std::string uid = pod["metadata"]["uid"];
    model::EvictPod evict{1,
                          {*base::Uid::Parse(uid), "default", pod["metadata"]["name"], ""},
                          "",
                          /*only_unbound=*/true};
    writers_.back()->Execute(std::move(evict));
    ended.WaitForNotification();
    return end;
  }
  static bool Exists(const std::string& name) { return !Pod(name).empty(); }

  inline static base::SystemClock clock_;
  // A writer has more to do when it has told of an end, so it lives as long as the client does.
  inline static std::vector<std::unique_ptr<kube::EffectWriter>> writers_;
};

TEST_F(EvictionTest, AnEvictionOfUnboundPodsLeavesABoundOneAlone) {
  ASSERT_TRUE(plane().CreatePods(1, "runs", PodTemplate{}).ok());
  ASSERT_TRUE(AllBound("runs", 1));
  const model::WriteFinished end = EvictUnbound(Pod("runs-0"));
  EXPECT_EQ(end.outcome, WriteOutcome::kRefused);
  EXPECT_THAT(end.message, ::testing::HasSubstr("the pod is bound to node node-"));
  EXPECT_TRUE(Exists("runs-0"));
}

TEST_F(EvictionTest, AnUnboundPodIsEvictedAndAnotherOfItsNameIsNot) {
  PodTemplate waits;
  waits.extra_spec = R"({"schedulingGates":[{"name":"example.com/wait"}]})";
  ASSERT_TRUE(plane().CreatePods(1, "waits", waits).ok());
  const json pod = Pod("waits-0");
  json other = pod;
  other["metadata"]["uid"] = "00000000-0000-4000-8000-000000000001";
  EXPECT_EQ(EvictUnbound(other).outcome, WriteOutcome::kGone);
  EXPECT_TRUE(Exists("waits-0"));
  EXPECT_EQ(EvictUnbound(pod).outcome, WriteOutcome::kDone);
  EXPECT_TRUE(plane().WaitFor([] { return !Exists("waits-0"); }));
  EXPECT_EQ(EvictUnbound(pod).outcome, WriteOutcome::kGone);
}

}  // namespace
}  // namespace tutti::testing
