// PluginServer: any plugin of the SDK, served over the plugin protocol as its author would.
//
// Tests bend its answers: what a plugin that lies, hangs or dies does is a function of the request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tutti/plugin.h"

namespace tutti::v1::plugin {
class ServeRequest;
class ServeResponse;
}  // namespace tutti::v1::plugin

namespace tutti::testing {

// What becomes of a stream after one request.
enum class Fate {
  kAnswer,
  kEnd,   // an error of the stream, without an answer
  kHang,  // no answer until the other side gives up
};

class PluginServer {
 public:
  // Before the response leaves: may change it. Any thread.
  using Bend = std::function<Fate(const v1::plugin::ServeRequest&, v1::plugin::ServeResponse&)>;

  struct Tls {
    std::string cert_pem;
    std::string key_pem;
  };

  // Listens at once. `address`: "unix:///...".
  PluginServer(const PluginDescriptor& plugin, std::string address, Bend bend = nullptr,
               const Tls* tls = nullptr);
  ~PluginServer();
  PluginServer(const PluginServer&) = delete;
  PluginServer& operator=(const PluginServer&) = delete;

  const std::string& address() const { return address_; }
  // Streams that are open, and that ever were.
  int open_streams() const;
  int streams() const;
  // What the plugin has counted and no response has told, by name, once no stream is open any more:
  // what happens when a stream ends can be told to nobody.
  std::map<std::string, double> UntoldCounts() const;

 private:
  class Service;

  const std::string address_;
  const std::unique_ptr<Service> service_;
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace tutti::testing
