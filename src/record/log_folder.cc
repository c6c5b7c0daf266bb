#include "record/log_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>

#include "absl/strings/str_format.h"

namespace tutti::record {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "decisions-";
constexpr std::string_view kSuffix = ".tlog";

}  // namespace

std::string SegmentName(uint64_t segment) {
  return absl::StrFormat("%s%08d%s", kPrefix, segment, kSuffix);
}

std::optional<uint64_t> SegmentOf(const std::string& file_name) {
  const std::string_view name = file_name;
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view digits =
      name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  uint64_t segment = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), segment);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return segment;
}

LogFile FileOnDisk(const std::string& path) {
  return {path, [path]() -> absl::StatusOr<std::unique_ptr<std::istream>> {
            auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
            if (!*stream) {
              return absl::NotFoundError(
                  absl::StrFormat("%s: cannot be read: name a file of a decision log", path));
            }
            return stream;
          }};
}

absl::StatusOr<std::vector<LogFile>> FindLog(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<LogFile>{FileOnDisk(path)};
  std::map<uint64_t, std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (const auto segment = SegmentOf(entry.path().filename().string()))
      found[*segment] = entry.path().string();
  }
  if (found.empty()) {
    return absl::NotFoundError(
        absl::StrFormat("%s: expected files %s, found none: name the folder of decisionLog.path",
                        path, SegmentName(1)));
  }
  std::vector<LogFile> files;
  for (const auto& [segment, name] : found) files.push_back(FileOnDisk(name));
  return files;
}

}  // namespace tutti::record
