#include "kube/token_source.h"

#include <fstream>
#include <iterator>
#include <utility>

namespace tutti::kube {
namespace {

constexpr base::Duration kLookAgain = std::chrono::seconds(1);

bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

TokenSource::TokenSource(std::string fixed, std::string token_file, const base::Clock& clock)
    : token_file_(std::move(token_file)), clock_(clock) {
  absl::MutexLock lock(&mutex_);
  token_.value = std::move(fixed);
  looked_at_ = clock_.Now();
  if (!token_file_.empty()) Read();
}

TokenSource::Token TokenSource::Current() {
  absl::MutexLock lock(&mutex_);
  if (token_file_.empty()) return token_;
  const base::Timestamp now = clock_.Now();
  if (now - looked_at_ >= kLookAgain) {
    looked_at_ = now;
    struct stat now_seen = {};
    if (::stat(token_file_.c_str(), &now_seen) == 0 && !SameFile(now_seen, seen_)) Read();
  }
  return token_;
}

bool TokenSource::Changed(uint64_t refused) {
  absl::MutexLock lock(&mutex_);
  if (!token_file_.empty()) Read();
  return token_.version != refused;
}

void TokenSource::Read() {
  // The stat comes first: a rotation between the two is then seen at the next look.
  struct stat before = {};
  if (::stat(token_file_.c_str(), &before) != 0) return;
  std::ifstream file(token_file_, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  if (!file || text.empty()) return;
  seen_ = before;
  if (text == token_.value) return;
  token_.value = std::move(text);
  ++token_.version;
}

}  // namespace tutti::kube
