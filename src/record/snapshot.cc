#include "record/snapshot.h"

#include <utility>

#include "base/status_macros.h"
#include "record/log_reader.h"

namespace tutti::record {

absl::StatusOr<std::unique_ptr<ReplayWorld>> MakePlainWorld(const LogHeader&) {
  return std::make_unique<PlainWorld>();
}

absl::StatusOr<Snapshot> ReadSnapshot(std::istream& in, std::string name,
                                      const MakeWorld& make_world) {
  TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<LogReader> reader,
                         LogReader::Open(in, std::move(name)));
  Snapshot snapshot;
  snapshot.header = reader->header();
  TUTTI_ASSIGN_OR_RETURN(snapshot.world, make_world(snapshot.header));
  reader->ReadInto(*snapshot.world);
  TUTTI_ASSIGN_OR_RETURN(std::optional<Entry> entry, reader->Next());
  // The first entry of a file is its checkpoint, or Next has failed.
  snapshot.checkpoint = std::move(std::get<CheckpointEntry>(*entry).checkpoint);
  return snapshot;
}

absl::StatusOr<std::unique_ptr<planner::Core>> MakeCore(const LogHeader& header, ReplayWorld& world,
                                                        planner::CoreCheckpoint checkpoint) {
  auto core = std::make_unique<planner::Core>(header.options, world.labels(), world.plugins());
  TUTTI_RETURN_IF_ERROR(core->Restore(std::move(checkpoint)));
  return core;
}

}  // namespace tutti::record
