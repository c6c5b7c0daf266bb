// Runs a fuzz target over its corpus, as an ordinary test: what a fuzzer found once stays fixed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::filesystem::path> CorpusFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(TUTTI_CORPUS)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Heap memory of exactly this size, so that AddressSanitizer sees a read beyond its end.
void RunTarget(const std::string& input) {
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
}

std::string Mutated(std::string input, std::mt19937_64& random) {
  for (uint64_t i = 1 + random() % 4; i > 0; --i) {
    const size_t at = input.empty() ? 0 : random() % input.size();
    switch (random() % 4) {
      case 0:
        input.insert(at, 1, static_cast<char>(random()));
        break;
      case 1:
        input.erase(at, 1 + random() % 8);
        break;
      case 2:
        input.insert(at, input.substr(at, 1 + random() % 16));
        break;
      default:
        if (!input.empty()) input[at] = static_cast<char>(random());
    }
  }
  return input;
}

TEST(FuzzReplayTest, EveryCorpusFileIsHandled) {
  const std::vector<std::filesystem::path> files = CorpusFiles();
  ASSERT_FALSE(files.empty()) << TUTTI_CORPUS;
  RunTarget("");
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.string());
    RunTarget(ReadFile(file));
  }
}

TEST(FuzzReplayTest, MutationsOfTheCorpusAreHandled) {
  const uint64_t seed = 1;
  SCOPED_TRACE("seed 1");
  std::mt19937_64 random(seed);
  for (const std::filesystem::path& file : CorpusFiles()) {
    SCOPED_TRACE(file.string());
    const std::string input = ReadFile(file);
    for (int round = 0; round < 200; ++round) RunTarget(Mutated(input, random));
  }
}

}  // namespace
