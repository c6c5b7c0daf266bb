#include "objects/json_fields.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

namespace tutti::objects {
namespace {

TEST(JsonFieldsTest, ReadsTimesOfTheServer) {
  const std::vector<std::pair<std::string_view, int64_t>> rows = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-02T00:00:01Z", 86401},
      {"2000-02-29T12:00:00Z", 951825600},
      {"2026-09-14T08:30:05Z", 1789374605},
      {"2026-09-14T08:30:05.123456Z", 1789374605},
      {"", 0},
      {"2026-09-14", 0},
      {"2026-13-14T08:30:05Z", 0},
      {"2026-02-30T08:30:05Z", 0},
      {"2026-0 -14T08:30:05Z", 0},
      {"yesterday, quarter past nine", 0},
  };
  for (const auto& [text, seconds] : rows) EXPECT_EQ(Seconds(text), seconds) << text;
}

}  // namespace
}  // namespace tutti::objects
