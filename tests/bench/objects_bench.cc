// Decoding what the API server lists: CPU for 50,000 pods, and what they take in memory.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "model/resource_table.h"
#include "objects/pod_decoder.h"
#include "objects/shape_table.h"

namespace tutti::objects {
namespace {

constexpr int kPods = 50'000;
constexpr int kPage = 500;
constexpr int kGangs = 500;

// One running member of a Job, 2.5 kB: every hundredth pod has another gang, thus another shape.
std::string PodJson(int i) {
  const int gang = i / (kPods / kGangs);
  constexpr char kHead[] =
      R"({"metadata":{"name":"train-%05d-%05d","generateName":"train-%05d-","namespace":"team-%02d","uid":"%08x-0000-4000-8000-%012x","resourceVersion":"%d","generation":1,"creationTimestamp":"2026-09-14T08:30:05Z","labels":{"app.kubernetes.io/name":"train","batch.kubernetes.io/controller-uid":"7d3a6f0e-0f5b-4f6a-8d2c-3b1f5a6c7d8e","batch.kubernetes.io/job-name":"train-%05d","team":"team-%02d"},"annotations":{"tutti.dev/gang":"train-%05d","tutti.dev/min-member":"100"},"ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"train-%05d","uid":"7d3a6f0e-0f5b-4f6a-8d2c-3b1f5a6c7d8e","controller":true,"blockOwnerDeletion":true}],"finalizers":["batch.kubernetes.io/job-tracking"]},)";
  constexpr char kSpec[] =
      R"("spec":{"volumes":[{"name":"kube-api-access-x7k2p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],"containers":[{"name":"trainer","image":"registry.example/train:2026.09","command":["torchrun","--nnodes=100","train.py"],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"NODE","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"spec.nodeName"}}},{"name":"EPOCHS","value":"3"}],"resources":{"limits":{"cpu":"8","memory":"64Gi","nvidia.com/gpu":"1"},"requests":{"cpu":"%d","memory":"64Gi","nvidia.com/gpu":"1"}},"volumeMounts":[{"name":"kube-api-access-x7k2p","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Never","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","nodeSelector":{"node.example/pool":"h100"},"serviceAccountName":"default","serviceAccount":"default","nodeName":"gpu-node-%04d","securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":%d,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},)";
  constexpr char kStatus[] =
      R"("status":{"phase":"Running","conditions":[{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-09-14T08:30:07Z"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-09-14T08:30:09Z"}],"hostIP":"10.0.0.3","podIP":"10.4.3.7","podIPs":[{"ip":"10.4.3.7"}],"startTime":"2026-09-14T08:30:07Z","containerStatuses":[{"name":"trainer","state":{"running":{"startedAt":"2026-09-14T08:30:09Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example/train:2026.09","imageID":"sha256:5f0e","containerID":"containerd://8d2c","started":true,"allocatedResources":{"cpu":"%d","memory":"64Gi","nvidia.com/gpu":"1"},"resources":{"requests":{"cpu":"%d","memory":"64Gi","nvidia.com/gpu":"1"}}}],"qosClass":"Burstable"}})";
  const int cpu = 1 + gang % 8;
  return absl::StrFormat(kHead, gang, i, gang, gang % 40, i, i, 1000 + i, gang, gang % 40, gang,
                         gang) +
         absl::StrFormat(kSpec, cpu, i % 5000, gang % 10) + absl::StrFormat(kStatus, cpu, cpu);
}

struct Pages {
  std::vector<std::string> pages;  // with padding
  size_t bytes = 0;

  Pages() {
    for (int first = 0; first < kPods; first += kPage) {
      std::vector<std::string> items;
      for (int i = first; i < first + kPage; ++i) items.push_back(PodJson(i));
      pages.push_back(R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[)" +
                      absl::StrJoin(items, ",") + "]}");
      bytes += pages.back().size();
      pages.back().append(kJsonPadding, ' ');
    }
  }
  std::string_view Page(size_t i) const {
    return std::string_view(pages[i]).substr(0, pages[i].size() - kJsonPadding);
  }
};

// As the annotation dialect does: the key and the spec are the pod's own.
class AnnotationLike final : public GangGrouping {
 public:
  std::string_view name() const override { return "annotations"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override {
    const std::string_view gang = pod.Annotation("tutti.dev/gang");
    if (gang.empty()) return std::nullopt;
    GangMembership membership;
    membership.identity = gang;
    membership.display_name = gang;
    membership.spec.emplace().min_member = 100;
    return membership;
  }
};

void Require(bool condition) {
  if (!condition) std::abort();
}

void ListPods(benchmark::State& state) {
  const Pages pages;
  const AnnotationLike grouping;
  std::vector<model::PodInfo> pods;
  double heap = 0;
  for (auto _ : state) {
    state.PauseTiming();
    pods.clear();
    pods.shrink_to_fit();
    pods.reserve(kPods);
    model::ResourceTable resources;
    ShapeTable shapes;
    const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.ResumeTiming();
    {
      PodDecoder decoder(resources, shapes, {&grouping});
      for (size_t i = 0; i < pages.pages.size(); ++i) {
        const absl::Status status = decoder.DecodeList(
            pages.Page(i), [&](model::PodInfo pod) { pods.push_back(std::move(pod)); },
            [](const absl::Status&) { Require(false); });
        Require(status.ok());
      }
    }
    heap = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
  }
  Require(pods.size() == kPods);
  state.SetBytesProcessed(static_cast<int64_t>(pages.bytes) * state.iterations());
  state.counters["json_bytes_per_pod"] = static_cast<double>(pages.bytes) / kPods;
  state.counters["sizeof_PodInfo"] = sizeof(model::PodInfo);
  state.counters["heap_bytes_per_pod"] = heap / kPods;
}
BENCHMARK(ListPods)->Unit(benchmark::kMillisecond);

// A watch event.
void DecodeOnePod(benchmark::State& state) {
  std::string json = PodJson(7);
  const size_t size = json.size();
  json.append(kJsonPadding, ' ');
  const AnnotationLike grouping;
  model::ResourceTable resources;
  ShapeTable shapes;
  PodDecoder decoder(resources, shapes, {&grouping});
  for (auto _ : state) Require(decoder.Decode(std::string_view(json).substr(0, size)).ok());
}
BENCHMARK(DecodeOnePod)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tutti::objects
