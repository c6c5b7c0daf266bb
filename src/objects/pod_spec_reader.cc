#include "objects/pod_spec_reader.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace tutti::objects {
namespace {

using model::PodShape;

void ReadTolerations(FieldReader& reader, const Element& spec, PodShape& shape) {
  reader.Objects(spec, "tolerations", [&](const Element& item) {
    model::Toleration toleration;
    toleration.key = reader.Text(item, "key");
    toleration.value = reader.Text(item, "value");
    const std::string_view effect = reader.Text(item, "effect");
    toleration.effect = ParseTaintEffect(effect);
    const std::string_view op = reader.Text(item, "operator");
    toleration.exists = op == "Exists";
    // What we do not know (operators Lt and Gt, say) tolerates nothing.
    const bool known_effect = effect.empty() || toleration.effect != model::TaintEffect::kNone;
    if (known_effect && (toleration.exists || op.empty() || op == "Equal"))
      shape.tolerations.push_back(std::move(toleration));
  });
}

void ReadContainerPorts(FieldReader& reader, const Element& container, PodShape& shape) {
  reader.Objects(container, "ports", [&](const Element& item) {
    const int64_t port = reader.Number(item, "hostPort");
    if (port == 0) return;
    if (port < 0 || port > 65535) return reader.Fail("hostPort", "expected 1 to 65535");
    const std::string_view ip = reader.Text(item, "hostIP");
    const std::string_view protocol = reader.Text(item, "protocol");
    shape.host_ports.push_back({ip.empty() ? "0.0.0.0" : std::string(ip),
                                protocol.empty() ? "TCP" : std::string(protocol),
                                static_cast<int32_t>(port)});
  });
}

void ReadPorts(FieldReader& reader, const Element& spec, PodShape& shape) {
  reader.Objects(spec, "containers",
                 [&](const Element& container) { ReadContainerPorts(reader, container, shape); });
  reader.Objects(spec, "initContainers", [&](const Element& container) {
    // Others have ended before the pod's containers start.
    if (reader.Text(container, "restartPolicy") == "Always")
      ReadContainerPorts(reader, container, shape);
  });
}

void ReadVolumes(FieldReader& reader, const Element& spec, std::string_view pod_name,
                 PodShape& shape) {
  reader.Objects(spec, "volumes", [&](const Element& volume) {
    reader.Object(volume, "persistentVolumeClaim", [&](const Element& claim) {
      shape.claims.emplace_back(reader.Text(claim, "claimName"));
    });
    if (FieldReader::IsPresent(volume, "ephemeral"))
      shape.claims.push_back(absl::StrFormat("%s-%s", pod_name, reader.Text(volume, "name")));
    if (FieldReader::IsPresent(volume, "csi")) shape.needs_referee = true;
  });
  std::sort(shape.claims.begin(), shape.claims.end());
  shape.claims.erase(std::unique(shape.claims.begin(), shape.claims.end()), shape.claims.end());
  // Volume limits, zones and late binding are kube-scheduler's to judge.
  if (!shape.claims.empty()) shape.needs_referee = true;
}

void ReadAffinity(FieldReader& reader, const Element& spec, PodShape& shape) {
  constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  reader.Object(spec, "affinity", [&](const Element& affinity) {
    reader.Object(affinity, "nodeAffinity", [&](const Element& node) {
      reader.Object(node, kRequired, [&](const Element& selector) {
        shape.required_affinity = ReadNodeSelector(reader, selector);
      });
    });
    for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
      reader.Object(affinity, kind, [&](const Element& pods) {
        if (!reader.HasItems(pods, kRequired)) return;
        shape.needs_referee = true;
        if (kind != std::string_view("podAntiAffinity")) return;
        reader.Objects(pods, kRequired, [&](const Element& term) {
          shape.spread_keys.emplace_back(reader.Text(term, "topologyKey"));
        });
      });
    }
  });
}

}  // namespace

void ReadShape(FieldReader& reader, const Element& spec, std::string_view pod_name,
               PodShape& shape) {
  // Mirrors int32 of the API; what does not fit is no priority that a server would have let pass.
  const int64_t priority = reader.Number(spec, "priority");
  shape.priority = static_cast<int32_t>(std::clamp<int64_t>(priority, INT32_MIN, INT32_MAX));
  reader.TextEntries(spec, "nodeSelector", [&](std::string_view key, std::string_view value) {
    shape.node_selector.emplace_back(key, value);
  });
  std::sort(shape.node_selector.begin(), shape.node_selector.end());
  ReadAffinity(reader, spec, shape);
  ReadTolerations(reader, spec, shape);
  ReadPorts(reader, spec, shape);
  ReadVolumes(reader, spec, pod_name, shape);
  reader.Objects(spec, "topologySpreadConstraints", [&](const Element& constraint) {
    if (reader.Text(constraint, "whenUnsatisfiable") != "DoNotSchedule") return;
    shape.needs_referee = true;
    shape.spread_keys.emplace_back(reader.Text(constraint, "topologyKey"));
  });
  std::sort(shape.spread_keys.begin(), shape.spread_keys.end());
  if (reader.HasItems(spec, "resourceClaims")) shape.needs_referee = true;
}

}  // namespace tutti::objects
