// ApiClient: a client of a server in this process, FakeApiServer or whatever else has a URL.
#pragma once

#include <memory>
#include <utility>

#include "kube/client.h"

namespace tutti::testing {

// Without credentials. `clock` must outlive it.
template <class Server>
std::unique_ptr<kube::Client> ClientOf(const Server& server, const base::Clock& clock) {
  kube::Credentials credentials;
  credentials.server = server.url();
  return *kube::Client::Create(std::move(credentials), clock);
}

}  // namespace tutti::testing
