// Decision logs and snapshots: any bytes give entries or an error, and a checkpoint that is taken
// makes a core that balances its books and goes on.
//
// The first byte says whether the rest is the file as it is, or the records of its one frame, which
// is what a fuzzer can change to some purpose.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "record/frames.h"
#include "record/log_reader.h"
#include "record/replay.h"
#include "record/snapshot.h"

namespace {

using tutti::record::FrameWriter;

std::string InFrames(std::string_view records) {
  FrameWriter frames;
  // Records with lengths before them, as FrameWriter makes them.
  while (!records.empty()) {
    const size_t length =
        std::min<size_t>(static_cast<unsigned char>(records[0]) * 4, records.size() - 1);
    frames.Add(records.substr(1, length));
    records.remove_prefix(1 + length);
  }
  frames.Flush();
  return frames.Take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string bytes = data[0] % 2 == 0 ? std::string(rest) : InFrames(rest);
  const tutti::record::LogFile file{"fuzz", [&]() -> absl::StatusOr<std::unique_ptr<std::istream>> {
                                      return std::make_unique<std::istringstream>(bytes);
                                    }};
  // Whatever it says, saying it is all it may do.
  const auto report = tutti::record::Replay({file}, tutti::record::MakePlainWorld);
  if (!report.ok() && report.status().message().empty()) std::abort();
  return 0;
}
