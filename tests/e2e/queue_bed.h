// QueueBed: an E2eBed whose Tutti has the CRDs of queues, and the rights of deploy/rbac.yaml and no
// more.
#pragma once

#include <string>

#include "tests/e2e/e2e_bed.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {

inline std::string Deploy(const std::string& file) { return TUTTI_SOURCE_DIR "/deploy/" + file; }

// A case starts with no queues. A suite with a PrepareTutti of its own calls this one.
template <class Suite>
class QueueBed : public E2eBed<Suite> {
 public:
  static void PrepareTutti(TuttiOptions& options) {
    ControlPlane& plane = E2eBed<Suite>::plane();
    ASSERT_TRUE(plane.WaitFor([&] { return plane.Get("/api/v1/namespaces/kube-system").ok(); }));
    for (const char* file :
         {"rbac.yaml", "crds/tutti.dev_queues.yaml", "crds/tutti.dev_localqueues.yaml"}) {
      const absl::Status status = CreateManifests(plane, Deploy(file));
      ASSERT_TRUE(status.ok()) << file << ": " << status;
    }
    options.kubeconfig = plane.ServiceAccountKubeconfig();
  }

 protected:
  using Bed = E2eBed<Suite>;
  static constexpr char kQueues[] = "/apis/tutti.dev/v1beta1/queues";
  static constexpr char kLocalQueues[] = "/apis/tutti.dev/v1beta1/namespaces/default/localqueues";

  void SetUp() override {
    Bed::SetUp();
    if (this->IsSkipped() || this->HasFatalFailure()) return;
    for (const char* kind : {kQueues, kLocalQueues}) {
      ASSERT_TRUE(Bed::plane().WaitFor([&] { return Bed::plane().Get(kind).ok(); })) << kind;
      ASSERT_TRUE(Bed::plane().Send("DELETE", kind, nullptr).ok()) << kind;
    }
  }

  // The API server's answer.
  static absl::Status Create(const std::string& name, const nlohmann::json& spec) {
    const nlohmann::json queue = {{"apiVersion", "tutti.dev/v1beta1"},
                                  {"kind", "Queue"},
                                  {"metadata", {{"name", name}}},
                                  {"spec", spec}};
    return Bed::plane().Send("POST", kQueues, queue).status();
  }
  // A gang with a CPU for each of its pods.
  static absl::Status Submit(const std::string& gang, int members, const std::string& queue,
                             const std::string& user = "") {
    PodTemplate pod = GangPod(gang, members, "1");
    if (!queue.empty()) pod.labels["tutti.dev/queue"] = queue;
    if (!user.empty()) pod.labels["tutti.dev/user"] = user;
    return Bed::plane().CreatePods(members, gang, pod);
  }
};

}  // namespace tutti::testing
