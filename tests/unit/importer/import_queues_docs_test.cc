// The examples of docs/importing-queues.md: of each section what goes in, then what comes out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/yaml_value.h"
#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using base::YamlTree;
using ::testing::SizeIs;

// The blocks of YAML in the section with this title.
std::vector<std::string> ExamplesOf(const std::string& section) {
  std::ostringstream text;
  text << std::ifstream(TUTTI_SOURCE_DIR "/docs/importing-queues.md").rdbuf();
  std::istringstream lines(text.str());
  std::vector<std::string> blocks;
  bool here = false;
  bool block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) here = line == "## " + section;
    if (!here) continue;
    if (line.starts_with("```")) {
      block = line == "```yaml";
      if (block) blocks.emplace_back();
    } else if (block) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

// In order, quotes aside.
std::string Shape(const YamlTree& tree) {
  std::string text;
  if (base::IsScalar(tree)) return tree.text;
  for (size_t i = 0; i < tree.items.size(); ++i) {
    if (!tree.keys.empty()) text += tree.keys[i].text + ": ";
    text += Shape(tree.items[i]) + ", ";
  }
  return "{" + text + "}";
}

std::string ShapeOf(const std::vector<std::string>& texts) {
  std::string shape;
  for (const std::string& text : texts) {
    std::vector<SourceObject> objects;
    EXPECT_TRUE(ReadSourceObjects(text, "f", objects).ok()) << text;
    for (const SourceObject& object : objects) shape += Shape(object.tree) + "\n";
  }
  return shape;
}

class DocsTest : public ::testing::TestWithParam<std::pair<std::string, Peer>> {};

TEST_P(DocsTest, TheExampleComesOutAsItStands) {
  const std::vector<std::string> examples = ExamplesOf(GetParam().first);
  ASSERT_THAT(examples, SizeIs(2));
  const ImportWorld world(GetParam().second, examples[0]);
  ASSERT_EQ(world.error, "");
  std::vector<std::string> manifests;
  for (const Manifest& manifest : WriteManifests(world.imported))
    manifests.push_back(manifest.json);
  EXPECT_EQ(ShapeOf(manifests), ShapeOf({examples[1]}));
}

INSTANTIATE_TEST_SUITE_P(Peers, DocsTest,
                         ::testing::Values(std::pair("Volcano", Peer::kVolcano),
                                           std::pair("Kueue", Peer::kKueue),
                                           std::pair("YuniKorn", Peer::kYuniKorn),
                                           std::pair("KAI", Peer::kKai),
                                           std::pair("ElasticQuota", Peer::kElasticQuota)),
                         [](const auto& section) { return section.param.first; });

}  // namespace
}  // namespace tutti::importer
