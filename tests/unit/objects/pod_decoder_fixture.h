// The fixture of the tests of PodDecoder.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "objects/pod_decoder.h"
#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {

using model::PodInfo;

inline constexpr char kUid[] = "0f1c7b52-5f0e-4c5c-9a49-6e4d3c1f2a07";

// Claims pods that have the annotation `key`; the annotation's value is the gang.
class FakeGrouping final : public GangGrouping {
 public:
  FakeGrouping(std::string name, std::string key) : name_(std::move(name)), key_(std::move(key)) {}
  std::string_view name() const override { return name_; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override {
    if (pod.Annotation(key_).empty()) return std::nullopt;
    GangMembership membership;
    membership.identity = pod.Annotation(key_);
    const OwnerReferenceView* owner = pod.Controller();
    membership.display_name =
        absl::StrFormat("%s|%s|%s|%s|%s", pod.name, pod.namespace_name, pod.Label("team"),
                        owner == nullptr ? "" : owner->name, pod.scheduling_group);
    membership.spec = GangSpec{8, std::chrono::seconds(5)};
    membership.problem = pod.Annotation("problem");
    return membership;
  }

 private:
  const std::string name_;
  const std::string key_;
};

class PodDecoderTest : public ::testing::Test {
 protected:
  absl::StatusOr<PodInfo> Decode(const std::string& json, std::string_view namespace_name = {}) {
    return decoder_.Decode(Padded(json).json(), namespace_name);
  }
  // A pod that must be fine, from parts of its JSON.
  PodInfo Pod(const std::string& spec, const std::string& status = "{}",
              const std::string& metadata = R"({"name":"p","namespace":"ns"})") {
    const std::string json =
        absl::StrFormat(R"({"metadata":%s,"spec":%s,"status":%s})", metadata, spec, status);
    absl::StatusOr<PodInfo> pod = Decode(json);
    EXPECT_TRUE(pod.ok()) << pod.status() << "\n" << json;
    if (pod.ok()) return *std::move(pod);
    PodInfo empty;
    empty.shape = std::make_shared<model::PodShape>();
    empty.charge = std::make_shared<model::ResourceList>();
    return empty;
  }
  std::string Requests(const std::string& requests) {
    const PodInfo pod = Pod(
        absl::StrFormat(R"({"containers":[{"name":"c","resources":{"requests":%s}}]})", requests));
    return Describe(pod.shape->requests, resources_);
  }

  model::ResourceTable resources_;
  ShapeTable shapes_;
  FakeGrouping first_{"first", "tutti.dev/gang"};
  FakeGrouping second_{"second", "other/gang"};
  PodDecoder decoder_{resources_, shapes_, {&first_, &second_}};
};

}  // namespace tutti::objects
