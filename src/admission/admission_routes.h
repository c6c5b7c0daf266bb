// AdmissionRoutes: the mutating admission webhook for pods.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "framework/core_port.h"
#include "http/server.h"
#include "objects/pod_decoder.h"

namespace tutti::admission {

enum class Outcome { kPlanned, kGated, kIgnored, kDryRun, kError };

struct AdmissionOptions {
  std::function<objects::PodDecoder()> make_decoder;
  std::function<void(Outcome)> observe;
  bool mark_pods = false;  // gang pods ask for tutti.dev/gang-member
};

// POST /mutate. A pod of no gang, one already handled and one that cannot be read pass unchanged;
// wrong markers are answered with a warning. Everything passed in must outlive the server.
std::vector<http::Server::Route> AdmissionRoutes(framework::CorePort& core,
                                                 AdmissionOptions options);

}  // namespace tutti::admission
