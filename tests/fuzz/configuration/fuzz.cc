// Configuration files: any bytes give a configuration or problems that point into the file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load_configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tutti::config::LoadedConfiguration loaded =
      tutti::config::LoadConfiguration(text, "fuzz.yaml");
  for (const tutti::config::Problem& problem : loaded.errors) {
    if (problem.line < 1 || problem.column < 1 || problem.text.empty()) std::abort();
    if (problem.ToString().size() > 4096) std::abort();
  }
  return 0;
}
