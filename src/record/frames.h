// Frames: the container of decision logs and snapshots.
//
// "TUTTILOG", then frames: length of the compressed bytes, length of the plain bytes (uint32,
// little endian), the zlib stream. The plain bytes are records: a varint length before each. A
// frame is whole by itself, so a file that was cut off is good up to its last whole frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tutti::record {

// Collects records and compresses them frame by frame. One thread.
class FrameWriter {
 public:
  static constexpr std::string_view kMagic = "TUTTILOG";
  static constexpr size_t kFrameBytes = size_t{256} << 10;  // a frame is full from here on

  FrameWriter() : out_(kMagic) {}

  void Add(std::string_view record);
  // Closes the frame begun, full or not.
  void Flush();
  // What is to be written to the file now, and of it no more is kept.
  std::string Take();

  size_t plain_bytes() const { return plain_.size(); }

 private:
  std::string plain_;
  std::string out_;
};

// Reads records from bytes that nobody vouches for. One thread; the stream must outlive it.
class FrameReader {
 public:
  static constexpr size_t kMostFrameBytes = size_t{64} << 20;
  static constexpr size_t kMostBytes = size_t{4} << 30;  // of all frames of one file, plain

  // `name`: of the file, for messages.
  FrameReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  // The next record; good until the next call. nullopt: the end. DataLoss: the file is cut off or
  // damaged here; what came before it was whole. InvalidArgument: it is no such file at all.
  absl::StatusOr<std::optional<std::string_view>> Next();

  const std::string& name() const { return name_; }

 private:
  absl::Status ReadMagic();
  // False: the end.
  absl::StatusOr<bool> ReadFrame();
  absl::Status Damaged(std::string_view how) const;

  std::istream& in_;
  const std::string name_;
  std::string plain_;
  size_t at_ = 0;  // in `plain_`
  bool begun_ = false;
  uint64_t frames_ = 0;
  uint64_t offset_ = 0;  // of the frame being read, in the file
  uint64_t total_ = 0;
};

}  // namespace tutti::record
