// CrashLoop: kills the server with SIGKILL while gangs are being bound, again and again, and looks
// for what must not be.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {

struct CrashLoopOptions {
  int kills = 50;
  uint64_t seed = 1;
  int kills_per_check = 10;
};

struct CrashLoopResult {
  int kills = 0;
  std::vector<std::string> bad;  // one line each: partial, doubled, over capacity, leaked
};

class CrashLoop {
 public:
  explicit CrashLoop(CrashLoopOptions options) : options_(options), random_(options.seed) {}
  absl::StatusOr<CrashLoopResult> Run();

 private:
  absl::Status Start();
  absl::Status Restart(bool wait_ready);
  absl::Status SubmitGangs();
  void DeleteOldest(size_t keep);
  // Waits for the repair, then compares the API's truth with the promises.
  void Check();
  void CheckOnce(std::vector<std::string>& partial);
  void CheckLeaks();
  uint64_t Pick(uint64_t below) { return random_() % below; }

  const CrashLoopOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<ControlPlane> plane_;
  std::unique_ptr<TuttiProcess> tutti_;
  uint16_t port_ = 0;
  int next_gang_ = 0;
  std::vector<std::string> gangs_;               // that exist, oldest first
  std::map<std::string, std::string> bound_to_;  // pod uid -> node
  CrashLoopResult result_;
};

}  // namespace tutti::testing
