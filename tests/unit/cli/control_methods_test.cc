#include "cli/control_methods.h"

#include <gtest/gtest.h>

#include <string>

namespace tutti::cli {
namespace {

// What the generated service says of the method that a request names.
template <class Request>
void ExpectMethod() {
  const google::protobuf::ServiceDescriptor* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          "tutti.control.v1.ControlService");
  ASSERT_NE(service, nullptr);
  const std::string name(MethodOf<Request>::kName);
  const google::protobuf::MethodDescriptor* method = service->FindMethodByName(name);
  ASSERT_NE(method, nullptr) << name;
  EXPECT_EQ(method->input_type(), Request::descriptor()) << name;
  EXPECT_EQ(method->output_type(), MethodOf<Request>::Response::descriptor()) << name;
}

TEST(ControlMethodsTest, EveryMethodIsTheServicesOwn) {
  ExpectMethod<pb::ListGangsRequest>();
  ExpectMethod<pb::GetGangRequest>();
  ExpectMethod<pb::ListQueuesRequest>();
  ExpectMethod<pb::ListPluginsRequest>();
  ExpectMethod<pb::ExplainRequest>();
  ExpectMethod<pb::SimulateRequest>();
  ExpectMethod<pb::SnapshotRequest>();
}

}  // namespace
}  // namespace tutti::cli
