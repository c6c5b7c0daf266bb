// ObjectCheckRoute: the validating admission webhook for the objects that plugins watch.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/server.h"
#include "model/cluster_event.h"

namespace tutti::admission {

// What plugins have against an object; empty: nothing.
using ObjectErrors = std::vector<ConfigError>;
// Any thread; must not block. Answers once, on any thread. False: it will not, the core is
// overloaded or stops.
using CheckObject = std::function<bool(model::WatchedObjectUpserted object,
                                       std::function<void(ObjectErrors)> answer)>;

// POST /validate. What cannot be asked now is let in: an object that is wrong harms nobody but the
// gangs that it is for.
http::Server::Route ObjectCheckRoute(CheckObject check);

}  // namespace tutti::admission
