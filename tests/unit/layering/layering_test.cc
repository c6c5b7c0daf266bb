// The direction of dependencies and the rules of the source tree, read off the sources themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

const fs::path kRoot = TUTTI_SOURCE_DIR;

// A module may include itself and what stands here; one that is missing fails the test, so that
// adding one is a decision.
const std::map<std::string, std::set<std::string>>& AllowedModules() {
  static const std::map<std::string, std::set<std::string>> allowed = [] {
    std::map<std::string, std::set<std::string>> table;
    table["base"] = {};
    table["model"] = {"base"};
    table["objects"] = {"base", "model"};
    table["framework"] = {"base", "model"};
    table["loader"] = {"base", "model", "framework"};
    table["remote"] = {"base", "model", "framework"};
    table["planner"] = {"base", "model", "framework"};
    table["record"] = {"base", "model", "objects", "framework", "planner"};
    table["sim"] = {"base", "model", "objects", "framework", "planner"};
    table["obs"] = {"base"};
    table["config"] = {"base", "model"};
    table["check"] = {"base", "model", "framework", "loader", "config"};
    table["authoring"] = {"base", "framework"};
    table["importer"] = {"base", "objects"};
    table["http"] = {"base"};
    table["kube"] = {"base", "model", "objects", "framework", "planner", "obs"};
    table["extender"] = {"base", "model", "objects", "framework", "planner", "http", "obs"};
    table["admission"] = {"base", "model", "objects", "framework", "http"};
    table["control"] = {"base", "model", "objects", "framework", "planner"};
    table["provisioning"] = {"base",    "model", "objects", "framework",
                             "planner", "obs",   "kube",    "control"};
    table["rpc"] = {"base", "model", "objects",  "framework", "planner",
                    "http", "obs",   "extender", "control"};
    std::set<std::string> everything;
    for (const auto& [module, ignored] : table) everything.insert(module);
    table["cli"] = everything;
    everything.insert("cli");
    table["apps"] = everything;
    return table;
  }();
  return allowed;
}

// Slow to compile: inside a module only, never in what others include.
constexpr std::string_view kNeverInHeaders[] = {
    "grpc/",     "grpcpp/", "boost/",      "curl/",    "simdjson",         "nlohmann/",
    "yaml-cpp/", "spdlog/", "prometheus/", "openssl/", "google/protobuf/", "nghttp2/"};

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

struct Include {
  std::string path;
  bool quoted = false;
  std::string where;  // file:line
};

std::optional<Include> ParseInclude(const std::string& line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return std::nullopt;
  const size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return std::nullopt;
  const size_t open = line.find_first_of("<\"", word + 7);
  if (open == std::string::npos) return std::nullopt;
  const size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
  if (close == std::string::npos) return std::nullopt;
  return Include{line.substr(open + 1, close - open - 1), line[open] == '"', ""};
}

std::vector<Include> IncludesOf(const fs::path& file) {
  std::vector<Include> includes;
  std::ifstream stream(file);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::optional<Include> include = ParseInclude(line);
    if (!include) continue;
    include->where = fs::relative(file, kRoot).string() + ":" + std::to_string(number);
    includes.push_back(*std::move(include));
  }
  return includes;
}

std::vector<fs::path> Sources(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(kRoot / folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cc") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string FirstFolder(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

std::string ModuleOf(const fs::path& file) {
  return fs::relative(file, kRoot / "src").begin()->string();
}

TEST(LayeringTest, TheTestSeesTheSources) {
  EXPECT_GT(Sources("src").size(), 20u);
  EXPECT_EQ(ParseInclude("  #  include <a/b.h>  // c")->path, "a/b.h");
  EXPECT_TRUE(ParseInclude("#include \"a.h\"")->quoted);
  EXPECT_FALSE(ParseInclude("// #include \"a.h\""));
}

TEST(LayeringTest, ModulesIncludeOnlyWhatLiesBelowThem) {
  std::vector<std::string> broken;
  for (const fs::path& file : Sources("src")) {
    const std::string module = ModuleOf(file);
    const auto allowed = AllowedModules().find(module);
    ASSERT_NE(allowed, AllowedModules().end())
        << "src/" << module << " is new: say in this test what it may include";
    for (const Include& include : IncludesOf(file)) {
      const std::string target = FirstFolder(include.path);
      if (!fs::is_directory(kRoot / "src" / target) || target == module) continue;
      if (allowed->second.count(target) == 0)
        broken.push_back(include.where + " includes " + include.path);
    }
  }
  EXPECT_THAT(broken, IsEmpty());
}

TEST(LayeringTest, TheTableHasNoCycle) {
  for (const auto& [module, below] : AllowedModules()) {
    for (const std::string& other : below) {
      EXPECT_THAT(AllowedModules().at(other), Not(Contains(module))) << other;
    }
  }
}

TEST(LayeringTest, OnlyThoseWhoSpeakGrpcSeeGeneratedProtobuf) {
  const std::set<std::string> speakers = {"rpc", "record", "remote", "cli", "apps"};
  std::vector<std::string> broken;
  for (const fs::path& file : Sources("src")) {
    if (speakers.count(ModuleOf(file)) != 0) continue;
    for (const Include& include : IncludesOf(file)) {
      if (include.path.find(".pb.h") != std::string::npos) broken.push_back(include.where);
    }
  }
  EXPECT_THAT(broken, IsEmpty());
}

// Headers of src that some file outside their module includes, directly or through other headers.
std::set<std::string> HeadersSeenOutside() {
  std::set<std::string> seen;
  std::vector<std::string> todo;
  const auto visit = [&](const Include& include) {
    if (fs::exists(kRoot / "src" / include.path) && seen.insert(include.path).second) {
      todo.push_back(include.path);
    }
  };
  for (const char* folder : {"src", "tests", "plugins"}) {
    for (const fs::path& file : Sources(folder)) {
      const std::string path = fs::relative(file, kRoot).string();
      for (const Include& include : IncludesOf(file)) {
        const std::string module = FirstFolder(include.path) + "/";
        const bool inside =
            StartsWith(path, "src/" + module) || StartsWith(path, "tests/unit/" + module);
        if (!inside) visit(include);
      }
    }
  }
  while (!todo.empty()) {
    const std::string header = todo.back();
    todo.pop_back();
    for (const Include& include : IncludesOf(kRoot / "src" / header)) visit(include);
  }
  return seen;
}

TEST(LayeringTest, HeadersSeenOutsideTheirModuleKeepHeavyLibrariesOut) {
  const std::set<std::string> headers = HeadersSeenOutside();
  EXPECT_THAT(headers, Contains("base/clock.h"));
  std::vector<std::string> broken;
  for (const std::string& header : headers) {
    for (const Include& include : IncludesOf(kRoot / "src" / header)) {
      for (std::string_view heavy : kNeverInHeaders) {
        if (StartsWith(include.path, heavy)) {
          broken.push_back(include.where + " includes " + include.path);
        }
      }
    }
  }
  EXPECT_THAT(broken, IsEmpty());
}

// Standard headers have no folder in their name: <vector>, <cstdint>, <stdint.h>.
bool IsStandard(const Include& include) {
  return !include.quoted && include.path.find('/') == std::string::npos;
}

TEST(LayeringTest, ThePublicHeadersNeedOnlyTheStandardLibrary) {
  std::vector<std::string> broken;
  for (const fs::path& file : Sources("include")) {
    for (const Include& include : IncludesOf(file)) {
      if (IsStandard(include) || StartsWith(include.path, "tutti/")) continue;
      broken.push_back(include.where + " includes " + include.path);
    }
  }
  EXPECT_THAT(broken, IsEmpty());
}

TEST(LayeringTest, PluginsSeeOnlyThePublicHeadersAndTheirOwnFolder) {
  std::vector<std::string> broken;
  for (const fs::path& file : Sources("plugins")) {
    const fs::path relative = fs::relative(file, kRoot / "plugins");
    const bool list = relative == "builtin_plugins.cc" || relative == "builtin_plugins.h";
    const std::string own = "plugins/" + relative.begin()->string() + "/";
    for (const Include& include : IncludesOf(file)) {
      const bool beside = include.quoted && fs::exists(file.parent_path() / include.path);
      if (IsStandard(include) || StartsWith(include.path, "tutti/") || beside) continue;
      // JSON in annotations; it stays out of their headers, as of ours.
      if (file.extension() == ".cc" && include.path == "nlohmann/json.hpp") continue;
      // The examples bring their tests with them.
      const bool test = file.stem().string().ends_with("_test");
      if (test && StartsWith(include.path, "gtest/")) continue;
      if (StartsWith(include.path, list ? std::string("plugins/") : own)) continue;
      broken.push_back(include.where + " includes " + include.path);
    }
  }
  EXPECT_THAT(broken, IsEmpty());
}

// tests/unit/foo/bar_test.cc, or bar_more_test.cc, tests src/foo/bar.h or include/foo/bar.h.
TEST(LayeringTest, UnitTestsMirrorTheSources) {
  std::vector<std::string> broken;
  for (const fs::path& file : Sources("tests/unit")) {
    const fs::path relative = fs::relative(file, kRoot / "tests/unit");
    std::string stem = file.stem().string();
    static constexpr std::string_view kSuffix = "_test";
    if (relative.begin()->string() == "layering" || stem.size() <= kSuffix.size() ||
        stem.substr(stem.size() - kSuffix.size()) != kSuffix) {
      continue;
    }
    bool found = false;
    for (size_t end = stem.rfind('_'); !found && end != std::string::npos; end = stem.rfind('_')) {
      stem.resize(end);
      for (const char* folder : {"src", "include"}) {
        const fs::path source = kRoot / folder / relative.parent_path() / stem;
        found = found || fs::exists(source.string() + ".h") || fs::exists(source.string() + ".cc");
      }
    }
    if (!found) broken.push_back("tests/unit/" + relative.string());
  }
  EXPECT_THAT(broken, IsEmpty()) << "no source has this name";
}

}  // namespace
}  // namespace tutti
