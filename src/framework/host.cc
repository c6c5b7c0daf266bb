#include "framework/host.h"

namespace tutti::framework {

CounterId Host::Counter(std::string_view name, std::string_view help) {
  std::vector<HostServices::Counter>& counters = services_.counters;
  for (size_t i = 0; i < counters.size(); ++i) {
    if (counters[i].plugin == plugin_ && counters[i].name == name)
      return CounterId(static_cast<uint16_t>(i));
  }
  counters.push_back({plugin_, std::string(name), std::string(help)});
  return CounterId(static_cast<uint16_t>(counters.size() - 1));
}

}  // namespace tutti::framework
