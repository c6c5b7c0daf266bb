#include "record/frames.h"

#include <zlib.h>

#include <array>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::record {
namespace {

constexpr size_t kHeaderBytes = 8;
constexpr int kCompression = 1;  // speed: the log is written beside the work

void AppendU32(std::string& out, size_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

uint32_t ReadU32(const char* bytes) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

void FrameWriter::Add(std::string_view record) {
  size_t length = record.size();
  for (; length >= 0x80; length >>= 7) plain_ += static_cast<char>(length | 0x80);
  plain_ += static_cast<char>(length);
  plain_ += record;
  if (plain_.size() >= kFrameBytes) Flush();
}

void FrameWriter::Flush() {
  if (plain_.empty()) return;
  uLongf size = compressBound(plain_.size());
  const size_t begin = out_.size();
  out_.resize(begin + kHeaderBytes + size);
  compress2(reinterpret_cast<Bytef*>(out_.data() + begin + kHeaderBytes), &size,
            reinterpret_cast<const Bytef*>(plain_.data()), plain_.size(), kCompression);
  std::string header;
  AppendU32(header, size);
  AppendU32(header, plain_.size());
  out_.replace(begin, kHeaderBytes, header);
  out_.resize(begin + kHeaderBytes + size);
  plain_.clear();
}

std::string FrameWriter::Take() { return std::exchange(out_, {}); }

absl::Status FrameReader::Damaged(std::string_view how) const {
  return absl::DataLossError(absl::StrFormat(
      "%s: %s in frame %d, which begins at byte %d; the %d frames before it are whole", name_, how,
      frames_ + 1, offset_, frames_));
}

absl::Status FrameReader::ReadMagic() {
  std::array<char, FrameWriter::kMagic.size()> magic{};
  in_.read(magic.data(), magic.size());
  if (std::string_view(magic.data(), static_cast<size_t>(in_.gcount())) == FrameWriter::kMagic) {
    begun_ = true;
    offset_ = magic.size();
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: expected a decision log or a snapshot of Tutti, which begins with %s: name another file",
      name_, FrameWriter::kMagic));
}

absl::StatusOr<bool> FrameReader::ReadFrame() {
  std::array<char, kHeaderBytes> header{};
  in_.read(header.data(), header.size());
  if (in_.gcount() == 0) return false;
  if (static_cast<size_t>(in_.gcount()) < header.size()) return Damaged("the file is cut off");
  const size_t packed = ReadU32(header.data());
  const size_t plain = ReadU32(header.data() + 4);
  if (plain == 0 || plain > kMostFrameBytes || packed > compressBound(plain))
    return Damaged("impossible lengths");
  total_ += plain;
  if (total_ > kMostBytes) return Damaged("more than 4 GiB unpacked");
  std::string bytes(packed, '\0');
  in_.read(bytes.data(), static_cast<std::streamsize>(packed));
  if (static_cast<size_t>(in_.gcount()) < packed) return Damaged("the file is cut off");
  plain_.resize(plain);
  uLongf size = plain;
  const int result = uncompress(reinterpret_cast<Bytef*>(plain_.data()), &size,
                                reinterpret_cast<const Bytef*>(bytes.data()), packed);
  if (result != Z_OK || size != plain) return Damaged("damaged bytes");
  at_ = 0;
  ++frames_;
  offset_ += kHeaderBytes + packed;
  return true;
}

absl::StatusOr<std::optional<std::string_view>> FrameReader::Next() {
  if (!begun_) TUTTI_RETURN_IF_ERROR(ReadMagic());
  if (at_ == plain_.size()) {
    TUTTI_ASSIGN_OR_RETURN(const bool more, ReadFrame());
    if (!more) return std::nullopt;
  }
  size_t length = 0;
  for (int shift = 0;; shift += 7) {
    if (shift > 28 || at_ == plain_.size()) return Damaged("a record without an end");
    const auto byte = static_cast<unsigned char>(plain_[at_++]);
    length |= size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  if (length > plain_.size() - at_) return Damaged("a record without an end");
  const std::string_view record = std::string_view(plain_).substr(at_, length);
  at_ += length;
  return record;
}

}  // namespace tutti::record
