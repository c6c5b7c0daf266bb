#include "config/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "config/load_configuration.h"

namespace tutti::config {
namespace {

TEST(ReferenceTest, TheDefaultsAreAValidConfiguration) {
  const LoadedConfiguration loaded = LoadConfiguration(DefaultsYaml(), "defaults.yaml");
  for (const Problem& problem : loaded.errors) ADD_FAILURE() << problem.ToString();
  for (const Problem& problem : loaded.warnings) ADD_FAILURE() << problem.ToString();
}

// TUTTI_REGENERATE=1 writes the file instead of comparing it.
TEST(ReferenceTest, TheCheckedInReferenceIsCurrent) {
  const std::string path = TUTTI_SOURCE_DIR "/docs/reference/configuration.md";
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(path) << ReferenceMarkdown();
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), ReferenceMarkdown()) << "run config_test with TUTTI_REGENERATE=1";
}

}  // namespace
}  // namespace tutti::config
