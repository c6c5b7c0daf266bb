// LogFolder: the files of a decision log, oldest first.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tutti::record {

struct LogFile {
  std::string name;  // for messages
  std::function<absl::StatusOr<std::unique_ptr<std::istream>>()> open;
};

// "decisions-00000042.tlog"; of another name: nullopt.
std::string SegmentName(uint64_t segment);
std::optional<uint64_t> SegmentOf(const std::string& file_name);

// The segments of a folder in their order, or the one file that `path` names. NotFound: there is
// none.
absl::StatusOr<std::vector<LogFile>> FindLog(const std::string& path);

// A file on disk. Opening it: NotFound where it cannot be read.
LogFile FileOnDisk(const std::string& path);

}  // namespace tutti::record
