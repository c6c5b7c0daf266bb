// ServiceEndpoint: leads a Service to a process of the test, as a Pod's controllers would.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <string>

#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"

namespace tutti::testing {

// The API server's proxy refuses loopback addresses. Empty: this machine has no other.
inline std::string OwnAddress() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  std::string found;
  for (const ifaddrs* at = list; at != nullptr && found.empty(); at = at->ifa_next) {
    const bool usable = at->ifa_addr != nullptr && at->ifa_addr->sa_family == AF_INET &&
                        (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable) continue;
    char text[INET_ADDRSTRLEN] = {};
    const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)) != nullptr) found = text;
  }
  ::freeifaddrs(list);
  return found.starts_with("169.254.") ? std::string() : found;
}

// The port `http` of that Service of kube-system leads to "ADDRESS:PORT". Again: no effect.
inline void LeadService(ControlPlane& plane, const std::string& service, const std::string& door) {
  using nlohmann::json;
  const size_t colon = door.rfind(':');
  const std::string address = door.substr(0, colon);
  const json ports = json::array({{{"name", "http"}, {"port", std::stoi(door.substr(colon + 1))}}});
  const json addresses = json::array({{{"ip", address}}});
  const std::string core = "/api/v1/namespaces/kube-system/";
  json meta = {{"name", service}, {"namespace", "kube-system"}};
  const auto create = [&](const std::string& path, const json& object) {
    const absl::Status status = plane.Send("POST", path, object).status();
    ASSERT_TRUE(status.ok() || absl::IsAlreadyExists(status)) << path << ": " << status;
  };
  create(core + "endpoints",
         {{"apiVersion", "v1"},
          {"kind", "Endpoints"},
          {"metadata", meta},
          {"subsets", json::array({{{"addresses", addresses}, {"ports", ports}}})}});
  // The API server passes on to addresses of pods only.
  PodTemplate replica;
  replica.extra_spec = R"({"nodeName":"node-0"})";
  json pod = PodJson("tutti-0", replica);
  pod["metadata"]["namespace"] = "kube-system";
  create(core + "pods", pod);
  const absl::Status addressed =
      plane
          .Send("PATCH", core + "pods/tutti-0/status",
                {{"status", {{"podIP", address}, {"podIPs", addresses}}}},
                "application/merge-patch+json")
          .status();
  ASSERT_TRUE(addressed.ok()) << addressed;
  const json target = {{"kind", "Pod"}, {"namespace", "kube-system"}, {"name", "tutti-0"}};
  meta["labels"] = {{"kubernetes.io/service-name", service}};
  create("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices",
         {{"apiVersion", "discovery.k8s.io/v1"},
          {"kind", "EndpointSlice"},
          {"metadata", meta},
          {"addressType", "IPv4"},
          {"endpoints", json::array({{{"addresses", {address}},
                                      {"conditions", {{"ready", true}}},
                                      {"targetRef", target}}})},
          {"ports", ports}});
}

}  // namespace tutti::testing
