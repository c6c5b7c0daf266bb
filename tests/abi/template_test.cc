// A project made of the templates builds against the installed package, and passes its own tests
// and tutti-check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "authoring/new_plugin.h"
#include "loader/plugin_loader.h"
#include "tests/support/temp_folder.h"

namespace tutti {
namespace {

const std::string kInstalled = std::string(TUTTI_EXAMPLES) + "/installed";

// What the command has written; empty where it succeeded.
std::string Shell(const std::string& command, const std::string& log) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  if (std::system((command + " >'" + log + "' 2>&1").c_str()) == 0) return "";
  std::ifstream stream(log);
  return command + "\n" + std::string{std::istreambuf_iterator<char>(stream), {}};
}

TEST(TemplateTest, AProjectOfTheInstalledTemplatesBuildsAndPasses) {
  const testing::TempFolder parent;
  const std::string folder = parent.path() + "/mine";
  const std::string log = parent.path() + "/log";
  const auto created =
      authoring::CreatePlugin({"MatchModel", folder, kInstalled + "/share/tutti/templates/plugin"});
  ASSERT_TRUE(created.ok()) << created.status();
  const std::string build = folder + "/build";
  ASSERT_EQ(Shell("cmake -S '" + folder + "' -B '" + build + "' -DCMAKE_PREFIX_PATH='" +
                      kInstalled + "' -DCMAKE_CXX_FLAGS=-Werror",
                  log),
            "");
  ASSERT_EQ(Shell("cmake --build '" + build + "'", log), "");
  ASSERT_EQ(Shell("ctest --test-dir '" + build + "' --no-tests=error --output-on-failure", log),
            "");
  const auto loaded = loader::LoadPlugin({build + "/match_model.so", ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->name, "MatchModel");
}

}  // namespace
}  // namespace tutti
