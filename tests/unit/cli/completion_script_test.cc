#include "cli/completion_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_format.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

std::string Script(const std::string& shell) {
  CliWorld world;
  EXPECT_EQ(world.Run("completion " + shell), ExitCode::kOk) << world.err;
  return world.out;
}

// What the shell itself says of a file of its language; absent shells say nothing.
bool Accepts(const std::string& shell, const std::string& flag, const std::string& script) {
  const testing::TempFolder folder;
  const std::string file = folder.Write("script", script);
  return std::system(absl::StrFormat("if command -v %s >/dev/null; then %s %s '%s'; fi", shell,
                                     shell, flag, file)
                         .c_str()) == 0;
}

TEST(CompletionScriptTest, TheShellsAcceptTheirScripts) {
  EXPECT_TRUE(Accepts("bash", "-n", Script("bash")));
  EXPECT_TRUE(Accepts("zsh", "-n", Script("zsh")));
  EXPECT_TRUE(Accepts("fish", "--no-execute", Script("fish")));
}

// The words that bash offers after a line.
std::string Completed(const std::string& words) {
  const testing::TempFolder folder;
  const std::string script = folder.Write("tutti.bash", Script("bash"));
  const std::string file = folder.Write(
      "try.bash", absl::StrFormat("source '%s'\nCOMP_WORDS=(%s)\nCOMP_CWORD=$((${#COMP_WORDS[@]}-"
                                  "1))\n_tutti\necho \"${COMPREPLY[*]}\" > '%s/out'\n",
                                  script, words, folder.path()));
  EXPECT_EQ(std::system(("bash '" + file + "'").c_str()), 0);
  std::ostringstream text;
  text << std::ifstream(folder.path() + "/out").rdbuf();
  return text.str();
}

TEST(CompletionScriptTest, BashOffersWhatMayFollow) {
  EXPECT_EQ(Completed("tutti ga"), "gang\n");
  EXPECT_EQ(Completed("tutti gang ''").substr(0, 14), "list describe ");
  EXPECT_EQ(Completed("tutti -n a gang li"), "list\n");
  EXPECT_EQ(Completed("tutti gang list --all"), "--all-namespaces\n");
  EXPECT_EQ(Completed("tutti why x -o ''"), "table wide json yaml\n");
  EXPECT_EQ(Completed("tutti completion --tim"), "--timeout\n");
}

TEST(CompletionScriptTest, AnotherShellIsRefused) {
  CliWorld world;
  EXPECT_EQ(world.Run("completion tcsh"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("tcsh"));
}

}  // namespace
}  // namespace tutti::cli
