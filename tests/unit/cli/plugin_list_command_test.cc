#include "cli/plugin_list_command.h"

#include <gtest/gtest.h>

#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

TEST(PluginListCommandTest, PluginsInTheirOrder) {
  CliWorld world;
  control::v1::Plugin& plugin = *world.control->plugins.add_plugins();
  plugin.set_name("keep-free");
  plugin.set_version("1.0");
  plugin.set_origin("/lib/keep_free.so");
  plugin.set_weight(2);
  plugin.set_on_error("reject");
  plugin.add_points("Filter");
  plugin.add_points("Score");
  plugin.add_reasons()->set_code("MustStayFree");
  EXPECT_EQ(world.Run("plugin list"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.out,
            "NAME        VERSION   ORIGIN              WEIGHT   ONERROR   POINTS\n"
            "keep-free   1.0       /lib/keep_free.so   2        reject    Filter,Score\n");
  EXPECT_EQ(world.Run("plugin list -o wide"), ExitCode::kOk);
  EXPECT_NE(world.out.find("MustStayFree"), std::string::npos);
}

}  // namespace
}  // namespace tutti::cli
