#include "authoring/new_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/load_configuration.h"
#include "tests/support/temp_folder.h"

namespace tutti::authoring {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using tutti::testing::TempFolder;

const std::string kTemplates = std::string(TUTTI_SOURCE_DIR) + "/src/authoring/templates/plugin";

std::string ReadFile(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

absl::Status Create(const std::string& name, const std::string& folder,
                    const std::string& templates = kTemplates) {
  return CreatePlugin({name, folder, templates}).status();
}

TEST(NewPluginTest, SnakeCaseOfNames) {
  EXPECT_EQ(SnakeCase("GpuModel"), "gpu_model");
  EXPECT_EQ(SnakeCase("MIGShare2"), "mig_share2");
  EXPECT_EQ(SnakeCase("Numa2Fit"), "numa2_fit");
  EXPECT_EQ(SnakeCase("X"), "x");
  EXPECT_EQ(SnakeCase("NodeGPU"), "node_gpu");
}

TEST(NewPluginTest, AProjectIsWrittenWithNothingLeftToFillIn) {
  const TempFolder parent;
  const std::string folder = parent.path() + "/mine";
  const auto created = CreatePlugin({"GpuModel", folder, kTemplates});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->folder, folder);
  EXPECT_THAT(created->files,
              ElementsAre(".gitignore", "CMakeLists.txt", "README.md", "gpu_model.cc",
                          "gpu_model.h", "gpu_model_test.cc", "manifest.yaml"));
  for (const std::string& file : created->files) {
    const std::string text = ReadFile(folder + "/" + file);
    EXPECT_NE(text, "") << file;
    EXPECT_THAT(text, Not(HasSubstr("@"))) << file;
  }
  EXPECT_THAT(ReadFile(folder + "/gpu_model.cc"),
              AllOf(HasSubstr("#include \"gpu_model.h\""),
                    HasSubstr("TUTTI_EXPORT_PLUGIN(plugins::GpuModel)")));
}

// One template for each file: a new one that is not listed would never be written.
TEST(NewPluginTest, EveryTemplateIsUsed) {
  const TempFolder parent;
  const auto created = CreatePlugin({"GpuModel", parent.path() + "/mine", kTemplates});
  ASSERT_TRUE(created.ok()) << created.status();
  const auto templates = std::distance(fs::directory_iterator(kTemplates), {});
  EXPECT_EQ(static_cast<size_t>(templates), created->files.size());
}

TEST(NewPluginTest, TheManifestIsAConfigurationThatNamesTheFile) {
  const TempFolder parent;
  const std::string folder = parent.path() + "/it's: odd #1";
  ASSERT_TRUE(Create("GpuModel", folder).ok());
  const auto configuration = config::LoadConfigurationFile(folder + "/manifest.yaml", nullptr);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  ASSERT_EQ(configuration->plugins.size(), 1u);
  EXPECT_EQ(configuration->plugins[0].name, "GpuModel");
  EXPECT_EQ(configuration->plugins[0].library, folder + "/build/gpu_model.so");
}

TEST(NewPluginTest, NothingIsOverwritten) {
  const TempFolder parent;
  const std::string file = parent.Write("mine/notes", "keep me");
  const absl::Status status = Create("GpuModel", parent.path() + "/mine");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing is overwritten"));
  EXPECT_EQ(std::distance(fs::directory_iterator(parent.path() + "/mine"), {}), 1);
  EXPECT_EQ(ReadFile(file), "keep me");
  fs::create_symlink("/nowhere", parent.path() + "/link");
  EXPECT_EQ(Create("GpuModel", parent.path() + "/link").code(), absl::StatusCode::kAlreadyExists);
}

TEST(NewPluginTest, NamesAreChecked) {
  const TempFolder parent;
  const std::string folder = parent.path() + "/mine";
  for (const char* name : {"", "gpuModel", "Gpu-Model", "Gpu Model", "../Gpu", "NULL", "G\n"}) {
    const absl::Status status = Create(name, folder);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("expected UpperCamelCase"));
  }
  EXPECT_THAT(std::string(Create("NodeHeadroom", folder).message()),
              HasSubstr("a built-in plugin has it"));
  EXPECT_THAT(std::string(Create("Test", folder).message()), HasSubstr("CMake has a target"));
  EXPECT_FALSE(fs::exists(folder));
}

TEST(NewPluginTest, WhatCannotBeFinishedIsTakenAwayAgain) {
  const TempFolder parent;
  const std::string folder = parent.path() + "/mine";
  const absl::Status status = Create("GpuModel", folder, parent.path() + "/no-templates");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("make install"));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_EQ(Create("GpuModel", parent.path() + "/no/parent").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Create("GpuModel", parent.path() + "/li\nne").code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tutti::authoring
