#include "loader/file_digest.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

namespace tutti::loader {

absl::StatusOr<std::string> Sha256OfFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrFormat("opening %s", path));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  bool fine = digest != nullptr && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
  std::array<unsigned char, 64 * 1024> chunk;
  size_t got = 0;
  while (fine && (got = std::fread(chunk.data(), 1, chunk.size(), file.get())) > 0)
    fine = EVP_DigestUpdate(digest.get(), chunk.data(), got) == 1;
  if (std::ferror(file.get()) != 0)
    return absl::ErrnoToStatus(errno, absl::StrFormat("reading %s", path));
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  fine = fine && EVP_DigestFinal_ex(digest.get(), bytes.data(), &size) == 1;
  if (!fine) return absl::InternalError("OpenSSL computed no SHA-256");
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

}  // namespace tutti::loader
