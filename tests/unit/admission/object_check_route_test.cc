#include "admission/object_check_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"

namespace tutti::admission {
namespace {

using nlohmann::json;

struct Answer {
  int status = 0;
  json response;
};

Answer Ask(const CheckObject& check, const std::string& body) {
  const http::Server::Route route = ObjectCheckRoute(check);
  EXPECT_EQ(route.path, "/validate");
  const auto sink = std::make_shared<testing::RecordingSink>();
  const testing::PaddedBody padded(body);
  http::Request request;
  request.body = padded.view();
  route.handler(request, http::Reply(sink));
  const json answer = json::parse(sink->body, nullptr, false);
  return {sink->status, answer.is_object() ? answer.value("response", json::object()) : json()};
}

std::string Review(const json& object) {
  return json{{"apiVersion", "admission.k8s.io/v1"},
              {"kind", "AdmissionReview"},
              {"request",
               {{"uid", "u-1"},
                {"operation", "CREATE"},
                {"resource", {{"group", "tutti.dev"}, {"version", "v1"}, {"resource", "queues"}}},
                {"object", object}}}}
      .dump();
}

const json kQueue = {{"metadata", {{"name", "research"}, {"generation", 2}}},
                     {"spec", {{"limit", {{"cpu", 8}}}}}};

TEST(ObjectCheckRouteTest, AnObjectThatNobodyMindsIsLetIn) {
  model::WatchedObjectUpserted asked;
  const Answer answer = Ask(
      [&](model::WatchedObjectUpserted object, const std::function<void(ObjectErrors)>& reply) {
        asked = std::move(object);
        reply({});
        return true;
      },
      Review(kQueue));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.response["uid"], "u-1");
  EXPECT_EQ(answer.response["allowed"], true);
  EXPECT_EQ(asked.key, (model::ObjectKey{"queues", "", "research"}));
  ASSERT_EQ(asked.spec.entries.size(), 1u);
  EXPECT_EQ(asked.spec.entries[0].pointer, "/limit/cpu");
}

TEST(ObjectCheckRouteTest, ARefusalSaysEverythingThatIsWrong) {
  const Answer answer = Ask(
      [](const model::WatchedObjectUpserted&, const std::function<void(ObjectErrors)>& reply) {
        reply({{"research", "/limit/cpu", "expected an amount"}, {"", "", "queue a is \"wrong\""}});
        return true;
      },
      Review(kQueue));
  EXPECT_EQ(answer.response["allowed"], false);
  EXPECT_EQ(answer.response["status"]["code"], 422);
  EXPECT_EQ(answer.response["status"]["message"],
            "spec/limit/cpu: expected an amount; queue a is \"wrong\"");
}

TEST(ObjectCheckRouteTest, WhatCannotBeAskedIsLetIn) {
  const CheckObject busy = [](const model::WatchedObjectUpserted&,
                              const std::function<void(ObjectErrors)>&) { return false; };
  EXPECT_EQ(Ask(busy, Review(kQueue)).response["allowed"], true);
  EXPECT_EQ(Ask(busy, Review(nullptr)).response["allowed"], true) << "a DELETE has no object";
  EXPECT_EQ(Ask(busy, "{}").status, 400);
}

}  // namespace
}  // namespace tutti::admission
