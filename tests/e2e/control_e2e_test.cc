// The control API beside a real control plane: why a gang waits, what would fit, what a hold does.
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
using ::testing::HasSubstr;

class ControlE2eTest : public E2eBed<ControlE2eTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    return options;
  }

 protected:
  void SetUp() override {
    E2eBed<ControlE2eTest>::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    stub_ = pb::ControlService::NewStub(
        grpc::CreateChannel(tutti().door("control"), grpc::InsecureChannelCredentials()));
  }

  template <class Request, class Response>
  grpc::Status Call(grpc::Status (pb::ControlService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    response.Clear();
    return (stub_.get()->*method)(&context, request, &response);
  }
  static void Name(const std::string& name, pb::GangRef& gang) {
    gang.set_namespace_("default");
    gang.set_name(name);
  }
  pb::Explanation Explain(const std::string& name) {
    pb::ExplainRequest request;
    Name(name, *request.mutable_gang());
    pb::Explanation why;
    const grpc::Status status = Call(&pb::ControlService::Stub::Explain, request, why);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return why;
  }
  pb::SimulatedGang Simulate(const std::string& manifest) {
    pb::SimulateRequest request;
    request.set_manifest(manifest);
    pb::SimulateResponse response;
    const grpc::Status status = Call(&pb::ControlService::Stub::Simulate, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.gangs_size() == 0 ? pb::SimulatedGang() : response.gangs(0);
  }
  static std::string JobOf(int pods, const std::string& cpu) {
    const std::string count = std::to_string(pods);
    return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: what-if}\nspec:\n  parallelism: " +
           count + "\n  completions: " + count +
           "\n  template:\n    metadata: {annotations: {tutti.dev/gang-job: \"true\"}}\n    spec: "
           "{containers: [{name: main, resources: {requests: {cpu: \"" +
           cpu + "\"}}}]}\n";
  }

  std::unique_ptr<pb::ControlService::Stub> stub_;
};

// Four nodes of 4 CPU each.
TEST_F(ControlE2eTest, AWaitingGangIsExplainedInNumbers) {
  PodTemplate runs = GangPod("runs", 12, "1");
  runs.annotations["tutti.dev/expected-duration"] = "2h";
  ASSERT_TRUE(plane().CreatePods(12, "runs", runs).ok());
  ASSERT_TRUE(AllBound("runs", 12));
  ASSERT_TRUE(plane().CreatePods(6, "waits", GangPod("waits", 6, "1")).ok());
  ASSERT_TRUE(SawReason("waits", "WaitingForCapacity"));
  const pb::Explanation why = Explain("waits");
  EXPECT_EQ(why.reason().code(), "WaitingForCapacity");
  EXPECT_EQ(why.reason().resource(), "cpu");
  EXPECT_EQ(why.reason().need(), 6000);
  EXPECT_EQ(why.reason().have(), 4000);
  ASSERT_EQ(why.holders_size(), 1);
  EXPECT_EQ(why.holders(0).who(), "gang runs");
  EXPECT_EQ(why.holders(0).amount(), 12000);
  EXPECT_EQ(why.position(), 1);
  EXPECT_GT(why.start().latest_seconds(), 0) << "when those that run have ended";
  EXPECT_LE(why.start().latest_seconds(), 7200);
  EXPECT_FALSE(why.start().has_earliest_seconds()) << "nothing was learned yet";
  EXPECT_EQ(why.start().ends(), 1);
  EXPECT_TRUE(why.start().reserved());
  EXPECT_EQ(why.nodes(), 4);
  ASSERT_EQ(why.classes_size(), 1);
  int64_t nodes = why.classes(0).nodes_with_room();
  for (const pb::NodeCount& refused : why.classes(0).refused()) nodes += refused.nodes();
  EXPECT_EQ(nodes, 4);
  EXPECT_EQ(why.remedy().kind(), pb::Remedy::KIND_OTHERS_END);
  ASSERT_GT(why.text_size(), 0);
  EXPECT_THAT(why.text(0), HasSubstr("Gang default/waits"));
}

TEST_F(ControlE2eTest, WhatIsSaidToFitFits) {
  const pb::SimulatedGang fits = Simulate(JobOf(16, "1"));
  EXPECT_TRUE(fits.fits_now()) << fits.DebugString();
  EXPECT_EQ(fits.placed(), 16);
  EXPECT_EQ(fits.nodes_size(), 4);
  EXPECT_EQ(Reservations(), 0) << "a question holds nothing";
  const pb::SimulatedGang never = Simulate(JobOf(17, "1"));
  EXPECT_FALSE(never.fits_now());
  EXPECT_FALSE(never.fits_empty_cluster());
  EXPECT_EQ(never.reason().code(), "ExceedsCluster");
  ASSERT_TRUE(plane().CreatePods(16, "whole", GangPod("whole", 16, "1")).ok());
  EXPECT_TRUE(AllBound("whole", 16));
  EXPECT_FALSE(Simulate(JobOf(1, "1")).fits_now());
}

TEST_F(ControlE2eTest, AHeldQueueWaitsAndAWatcherSeesItGoOn) {
  pb::HoldRequest hold;
  hold.set_queue("default");
  pb::HoldResponse held;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Hold, hold, held).ok());
  ASSERT_TRUE(plane().CreatePods(2, "kept", GangPod("kept", 2, "1")).ok());
  ASSERT_TRUE(SawReason("kept", "Held"));
  EXPECT_EQ(plane().CountBound("kept"), 0);

  grpc::ClientContext context;
  pb::WatchRequest watch;
  Name("kept", *watch.mutable_gang());
  const auto stream = stub_->Watch(&context, watch);
  stream->WaitForInitialMetadata();
  pb::ResumeRequest resume;
  resume.set_queue("default");
  pb::ResumeResponse resumed;
  ASSERT_TRUE(Call(&pb::ControlService::Stub::Resume, resume, resumed).ok());
  EXPECT_TRUE(resumed.changed());
  pb::Decision decision;
  int binds = 0;
  while (binds < 2 && stream->Read(&decision))
    binds += decision.kind() == pb::Decision::KIND_BIND ? 1 : 0;
  EXPECT_EQ(binds, 2);
  EXPECT_TRUE(AllBound("kept", 2));
  context.TryCancel();
  stream->Finish();
}

}  // namespace
}  // namespace tutti::testing
