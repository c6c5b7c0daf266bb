#include "cli/trace/progress_bar.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_format.h"
#include "sim/report/report_text.h"

namespace tutti::cli {
namespace {

constexpr base::Duration kInterval = std::chrono::milliseconds(200);
constexpr int64_t kWidth = 24;
constexpr char kStartOfLine[] = "\r\x1b[K";  // and nothing on it

}  // namespace

std::string ProgressBar::Line(const sim::SimulationProgress& progress, base::Timestamp now) const {
  const auto elapsed_ms = std::max<int64_t>((now - began_).count() / 1'000'000, 1);
  const std::string counts =
      absl::StrFormat("%s jobs, %s placements/s", sim::Grouped(progress.finished),
                      sim::Grouped(progress.placed * 1000 / elapsed_ms));
  if (expected_ == 0) return counts;
  const int64_t done = std::min(progress.finished, expected_);
  const int64_t filled = done * kWidth / expected_;
  std::string line = absl::StrFormat(
      "[%s%s] %d %%, %s", std::string(static_cast<size_t>(filled), '#'),
      std::string(static_cast<size_t>(kWidth - filled), '.'), done * 100 / expected_, counts);
  if (done > 0) {
    const int64_t left_ms = elapsed_ms * (expected_ - done) / done;
    line += absl::StrFormat(", %s left", sim::Span(std::max<int64_t>(left_ms / 1000, 1) * 1000));
  }
  return line;
}

void ProgressBar::Show(const sim::SimulationProgress& progress) {
  const base::Timestamp now = clock_.Now();
  if (now < next_) return;
  next_ = now + kInterval;
  drawn_ = true;
  out_ << kStartOfLine << Line(progress, now) << std::flush;
}

void ProgressBar::Clear() {
  if (drawn_) out_ << kStartOfLine << std::flush;
  drawn_ = false;
}

}  // namespace tutti::cli
