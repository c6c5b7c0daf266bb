#include "framework/plugin_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::framework {
namespace {

using ::testing::HasSubstr;

PluginRegistry::Entry From(std::string origin) {
  return {"1", std::move(origin), [](Config&, PluginHost&) { return std::make_unique<Plugin>(); }};
}

TEST(PluginRegistryTest, ANameThatComesTwiceNamesBothOrigins) {
  PluginRegistry registry;
  ASSERT_TRUE(registry.Add("Fit", From("built in")).ok());
  const absl::Status again = registry.Add("Fit", From("/opt/fit.so"));
  EXPECT_TRUE(absl::IsAlreadyExists(again));
  EXPECT_THAT(std::string(again.message()), HasSubstr("built in"));
  EXPECT_THAT(std::string(again.message()), HasSubstr("/opt/fit.so"));
  EXPECT_EQ(registry.Find("Fit")->origin, "built in");
  EXPECT_EQ(registry.Find("Other"), nullptr);
}

TEST(PluginRegistryTest, WhatIsNoNameOrHasNoFactoryIsRefused) {
  PluginRegistry registry;
  for (const std::string& name :
       {std::string(), std::string("lower"), std::string("With-Dash"), std::string("Ünicode"),
        std::string(64, 'A'), std::string("A\0B", 3)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(registry.Add(name, From("test")))) << name;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(registry.Add("Fit", {"1", "test", nullptr})));
  EXPECT_TRUE(registry.entries().empty());
}

}  // namespace
}  // namespace tutti::framework
