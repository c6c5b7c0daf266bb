// Server: the whole service, wired together.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/configuration.h"
#include "obs/log.h"

namespace tutti::apps {

class Server {
 public:
  // Starts everything; ready later, once the caches are synced and this process leads. `version` is
  // for build_info.
  static absl::StatusOr<std::unique_ptr<Server>> Start(config::Configuration configuration,
                                                       obs::Logger log, const std::string& version);
  // Stops in order: doors, watches, core, client.
  ~Server();

  struct Door {
    std::string name;     // "extender", "webhook", "metrics", "grpc", "controlGateway"
    std::string address;  // "127.0.0.1:41234"
  };
  std::vector<Door> doors() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tutti::apps
