#include "framework/object_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;

class Watcher final : public ObjectWatchPlugin {
 public:
  Watcher(std::vector<std::string> resources, std::vector<std::string>& heard)
      : resources_(std::move(resources)), heard_(heard) {}

  std::vector<ObjectKind> Watches() const override {
    std::vector<ObjectKind> kinds;
    for (const std::string& resource : resources_) kinds.push_back({"test.dev", {"v1"}, resource});
    return kinds;
  }
  void OnObject(const WatchedObject& object, Config& spec) override {
    if (object.name == "bad") throw 1;
    heard_.push_back(std::string(object.name) + " has size " +
                     std::to_string(spec.Integer("/size", 0)));
  }
  void OnObjectGone(const WatchedObject& object) override {
    heard_.push_back(std::string(object.name) + " is gone");
  }
  void CheckObject(const WatchedObject&, Config& spec) const override {
    spec.Integer("/size", 0, 1, 9);
  }

 private:
  const std::vector<std::string> resources_;
  std::vector<std::string>& heard_;
};

model::ObjectSpec Size(const std::string& size) {
  return {1, {{"/size", ConfigKind::kInteger, size, "object"}}};
}

TEST(ObjectPointsTest, EachHearsOfItsKindsOnly) {
  PluginWorld w;
  std::vector<std::string> queues;
  std::vector<std::string> both;
  w.AddMade("Queues",
            [&] { return std::make_unique<Watcher>(std::vector<std::string>{"queues"}, queues); });
  w.AddMade("Both", [&] {
    return std::make_unique<Watcher>(std::vector<std::string>{"queues", "racks"}, both);
  });
  const Plugins plugins = w.Plugins();
  const ObjectPoints points(plugins);
  ASSERT_EQ(points.kinds().size(), 2u) << "each kind once";
  EXPECT_EQ(points.kinds()[0].resource, "queues");
  EXPECT_EQ(points.kinds()[1].resource, "racks");
  points.Tell({"queues", "", "a"}, Size("3"));
  points.Tell({"racks", "", "r"}, Size("4"));
  points.TellGone({"queues", "", "a"});
  points.Tell({"others", "", "o"}, Size("5"));
  EXPECT_THAT(queues, ElementsAre("a has size 3", "a is gone"));
  EXPECT_THAT(both, ElementsAre("a has size 3", "r has size 4", "a is gone"));
}

TEST(ObjectPointsTest, WhatPluginsHaveAgainstAnObjectIsCollected) {
  PluginWorld w;
  std::vector<std::string> heard;
  w.AddMade("Queues",
            [&] { return std::make_unique<Watcher>(std::vector<std::string>{"queues"}, heard); });
  const Plugins plugins = w.Plugins();
  const ObjectPoints points(plugins);
  EXPECT_THAT(points.Check({"queues", "", "a"}, Size("3")), IsEmpty());
  const std::vector<ConfigError> errors = points.Check({"queues", "", "a"}, Size("30"));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].pointer, "/size");
  EXPECT_EQ(errors[0].message, "expected 1 to 9, got 30");
  EXPECT_THAT(heard, IsEmpty());
}

TEST(ObjectPointsTest, OneThatFailsIsReported) {
  PluginWorld w;
  std::vector<std::string> heard;
  w.AddMade("Queues",
            [&] { return std::make_unique<Watcher>(std::vector<std::string>{"queues"}, heard); });
  const Plugins plugins = w.Plugins();
  ObjectPoints(plugins).Tell({"queues", "", "bad"}, Size("3"));
  EXPECT_THAT(w.failures, ElementsAre(HasSubstr("Queues ObjectWatch")));
}

TEST(ObjectPointsTest, WithoutPluginsNothingIsWatched) {
  const Plugins none;
  EXPECT_THAT(ObjectPoints(none).kinds(), IsEmpty());
}

}  // namespace
}  // namespace tutti::framework
