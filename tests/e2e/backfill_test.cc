// Conservative backfill on a real control plane: who passes whom, and what is told of it.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/e2e/e2e_bed.h"
#include "tutti/v1/control.grpc.pb.h"

namespace tutti::testing {
namespace {

namespace pb = ::tutti::control::v1;

class BackfillTest : public E2eBed<BackfillTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.tutti.extra = "gang: {backfill: Conservative}\n";
    return options;
  }

 protected:
  // Of pods with one CPU each.
  static void Create(const std::string& gang, int pods, const std::string& duration) {
    PodTemplate pod = GangPod(gang, pods, "1");
    pod.annotations["tutti.dev/expected-duration"] = duration;
    ASSERT_TRUE(plane().CreatePods(pods, gang, pod).ok());
  }
  static pb::StartRange StartOf(const std::string& gang) {
    const auto stub = pb::ControlService::NewStub(
        grpc::CreateChannel(tutti().door("control"), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    pb::ExplainRequest request;
    request.mutable_gang()->set_namespace_("default");
    request.mutable_gang()->set_name(gang);
    pb::Explanation why;
    const grpc::Status status = stub->Explain(&context, request, &why);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return why.start();
  }
};

// 16 CPUs: 9 are in use for two hours. The head needs 12 of them for two hours, the second all 16.
TEST_F(BackfillTest, NobodyPutsOffTheSecondThatWaits) {
  Create("runs", 9, "2h");
  ASSERT_TRUE(AllBound("runs", 9));
  Create("head", 12, "2h");
  ASSERT_TRUE(SawReason("head", "WaitingForCapacity"));
  Create("second", 16, "2h");
  ASSERT_TRUE(SawReason("second", "WaitingForCapacity"));
  Create("long", 4, "10h");
  ASSERT_TRUE(SawReason("long", "BehindHead"));
  Create("brief", 3, "1h");
  EXPECT_TRUE(AllBound("brief", 3)) << "it has ended before anybody needs its room";
  EXPECT_EQ(plane().CountBound("long"), 0);

  const pb::StartRange head = StartOf("head");
  EXPECT_GT(head.latest_seconds(), 7000);
  EXPECT_LE(head.latest_seconds(), 7200);
  const pb::StartRange second = StartOf("second");
  EXPECT_GT(second.latest_seconds(), 14000);
  EXPECT_LE(second.latest_seconds(), 14400);
  EXPECT_EQ(second.before(), 1);
  EXPECT_TRUE(second.reserved());
  EXPECT_GT(StartOf("long").latest_seconds(), second.latest_seconds());

  plane().DeletePods("second");
  EXPECT_TRUE(AllBound("long", 4)) << "beside the head, which needs 12 of the 16";
  EXPECT_EQ(plane().CountBound("head"), 0);
}

}  // namespace
}  // namespace tutti::testing
