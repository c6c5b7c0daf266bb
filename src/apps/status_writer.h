// StatusWriter: writes the status of API objects of one kind where it has changed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kube/api.h"
#include "kube/client.h"
#include "nlohmann/json.hpp"
#include "obs/log.h"

namespace tutti::apps {

// One thread, which it holds up while it writes, each write with its deadline. What was written
// last is remembered: an object is read once, and written only where it is to be something else.
class StatusWriter {
 public:
  static constexpr int kMostWrites = 20;  // of one Write, in turn

  struct Item {
    kube::ObjectName object;
    // As a merge patch; `before`: what stands there.
    std::function<nlohmann::json(const nlohmann::json& before)> status;
  };

  // `kind`: what an object is called in the log: "queue".
  StatusWriter(kube::Client& client, kube::Resource resource, std::string kind, obs::Logger log)
      : client_(client),
        resource_(std::move(resource)),
        kind_(std::move(kind)),
        log_(std::move(log)) {}

  // All objects of the kind. One whose write fails is written again in its next turn.
  void Write(const std::vector<Item>& items);

 private:
  using Key = std::pair<std::string, std::string>;  // namespace, name

  static Key KeyOf(const Item& item) { return {item.object.ns, item.object.name}; }
  // False: whatever it is, the next one will not fare better.
  bool WriteOne(const Item& item);
  absl::StatusOr<nlohmann::json> StatusOf(const Item& item);

  kube::Client& client_;
  const kube::Resource resource_;
  const std::string kind_;
  const obs::Logger log_;
  std::map<Key, nlohmann::json> written_;  // the status, as we know it
  size_t next_ = 0;                        // in turn
};

}  // namespace tutti::apps
