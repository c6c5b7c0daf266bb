#include "tests/e2e/bench/machine.h"

#include <sys/utsname.h>

#include <fstream>
#include <string>
#include <thread>

#include "nlohmann/json.hpp"

namespace tutti::testing {

nlohmann::json MachineJson() {
  utsname name{};
  ::uname(&name);
  std::string cpu;
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) cpu = line.substr(line.find(':') + 2);
  }
  return {{"kernel", name.release}, {"cpu", cpu}, {"cores", std::thread::hardware_concurrency()}};
}

}  // namespace tutti::testing
