// Kubelet: stands in for the kubelets of all nodes. No container ever runs.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.h"
#include "kube/client.h"
#include "kube/reflector.h"
#include "nlohmann/json_fwd.hpp"

namespace tutti::testing {

// Pods that are bound run, until Finish says that they have succeeded; those that are to be deleted
// go at once. Any thread.
class Kubelet final : public kube::ReflectorSink {
 public:
  // `client` must outlive it.
  explicit Kubelet(kube::Client& client);
  ~Kubelet() override;

  // From now on all pods named `prefix`-something succeed as soon as they run.
  void Finish(const std::string& prefix);

 private:
  struct Pod {
    std::string ns;
    std::string name;
    std::string uid;
    std::string phase;  // as last seen
    std::string asked;  // the phase last written: each is written once, the next when it was seen
  };

  void OnListStart() override {}
  void OnListPage(std::string_view list_json) override;
  void OnListDone() override {}
  void OnWatchEvent(kube::WatchEventType type, std::string_view object_json) override;
  void Take(const nlohmann::json& object);
  void Forget(const nlohmann::json& object);
  void Advance(Pod& pod);
  void Ask(Pod& pod, const std::string& phase);

  kube::Client& client_;
  const base::SystemClock clock_;
  std::mutex mutex_;
  std::map<std::string, Pod> pods_;  // that have a node, by uid
  std::set<std::string> finished_;   // prefixes
  std::unique_ptr<kube::Reflector> reflector_;
};

}  // namespace tutti::testing
