#include "loader/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "absl/strings/str_format.h"

namespace tutti::loader {
namespace {

template <class T>
bool ReadAt(std::ifstream& file, uint64_t offset, T& into) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&into), sizeof into));
}

// How long the file must be for all that is mapped of it; nothing is believed that would overflow.
uint64_t EndOf(const Elf64_Phdr& segment) {
  return segment.p_filesz > UINT64_MAX - segment.p_offset ? UINT64_MAX
                                                          : segment.p_offset + segment.p_filesz;
}

}  // namespace

absl::Status CheckElfComplete(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<uint64_t>(file.tellg());
  Elf64_Ehdr header = {};
  if (!file || !ReadAt(file, 0, header)) return absl::OkStatus();
  const bool elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
                   header.e_ident[EI_CLASS] == ELFCLASS64 &&
                   header.e_phentsize == sizeof(Elf64_Phdr);
  if (!elf) return absl::OkStatus();
  uint64_t end = 0;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment = {};
    // A table that lies outside of the file is one that the linker refuses by itself.
    if (!ReadAt(file, header.e_phoff + i * sizeof segment, segment)) return absl::OkStatus();
    if (segment.p_type == PT_LOAD) end = std::max(end, EndOf(segment));
  }
  if (end <= size) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "plugin file %s is refused: it is truncated: %d bytes, its headers tell of %d; copy it again",
      path, size, end));
}

}  // namespace tutti::loader
