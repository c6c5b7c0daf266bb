#include "cli/cli_reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/tutti_app.h"

namespace tutti::cli {
namespace {

// TUTTI_REGENERATE=1 writes the file instead of comparing it.
TEST(CliReferenceTest, TheCheckedInReferenceIsCurrent) {
  const std::string path = TUTTI_SOURCE_DIR "/docs/reference/cli.md";
  const std::string reference = CliReference(DescribeProgram());
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(path) << reference;
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), reference) << "run cli_test with TUTTI_REGENERATE=1";
}

}  // namespace
}  // namespace tutti::cli
