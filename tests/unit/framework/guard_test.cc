#include "framework/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PluginWorld;

// Each look at it takes a second.
class TickingClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return base::Timestamp{++looks * 1'000'000'000}; }
  int64_t WallNanos() const override { return 0; }

  mutable int64_t looks = 0;
};

class GuardTest : public ::testing::Test {
 protected:
  GuardTest() {
    w_.Add("A", testing::Script{});
    profile_ = Profile::Make(w_.registry, w_.specs, services_).value();
  }
  void Measured() {
    services_.ran = [this](uint16_t plugin, const char* point, base::Duration took) {
      EXPECT_EQ(took, std::chrono::seconds(1));
      ran_.push_back(profile_->plugins()[plugin].name + " " + point);
    };
  }
  Status Call(Measure measure) {
    return Guarded(
        *profile_, 0, "Reserve", nullptr, [] { return Status::Success(); }, measure);
  }

  PluginWorld w_;
  TickingClock clock_;
  HostServices services_{w_.resources, w_.fields, w_.reasons, w_.texts, clock_, {}};
  std::unique_ptr<Profile> profile_;
  std::vector<std::string> ran_;
};

TEST_F(GuardTest, EachCallIsMeasuredAlsoOneThatThrows) {
  Measured();
  EXPECT_TRUE(Call(Measure::kAlways).ok());
  EXPECT_FALSE(Guarded(*profile_, 0, "Permit", nullptr, []() -> Status { throw 1; }).ok());
  EXPECT_THAT(ran_, ElementsAre("A Reserve", "A Permit"));
}

TEST_F(GuardTest, OfSampledCallsOneInSoManyIs) {
  Measured();
  for (uint32_t i = 0; i < 10 * kCallsPerSample; ++i) EXPECT_TRUE(Call(Measure::kSampled).ok());
  EXPECT_EQ(ran_.size(), 10u);
}

TEST_F(GuardTest, WhereNobodyMeasuresNoClockIsRead) {
  EXPECT_TRUE(Call(Measure::kAlways).ok());
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_EQ(clock_.looks, 0);
}

}  // namespace
}  // namespace tutti::framework
