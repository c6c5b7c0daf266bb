// RecordedGang: the smallest world worth recording: one node, one gang of two, one file.
#pragma once

#include <string>
#include <vector>

#include "model/resource_table.h"
#include "record/log_header.h"
#include "tests/support/core_world.h"
#include "tests/support/memory_recorder.h"

namespace tutti::record {

class RecordedGang {
 public:
  explicit RecordedGang(size_t batches_per_file = 1'000'000)
      : recorder(batches_per_file), world(Options(recorder)) {
    header.version = "1.2.3";
    header.process = "p1";
    world.AddNode("n0", 4000);
    world.CreateGang("train", 2, 2, 1000);
    world.Run();
  }

  std::string Bytes(size_t file = 0) {
    return testing::MemoryRecorder::Bytes(recorder.files.at(file), header, world.labels(),
                                          resources);
  }
  std::vector<LogFile> Files() { return recorder.Write(header, world.labels(), resources); }

  testing::MemoryRecorder recorder;
  LogHeader header;
  model::ResourceTable resources;
  testing::CoreWorld world;

 private:
  static testing::WorldOptions Options(testing::MemoryRecorder& recorder) {
    testing::WorldOptions options;
    options.recorder = &recorder;
    return options;
  }
};

}  // namespace tutti::record
