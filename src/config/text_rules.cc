#include "config/text_rules.h"

#include <algorithm>
#include <optional>

#include "config/listen_address.h"

namespace tutti::config {
namespace {

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsDnsLabel(std::string_view text) {
  return !text.empty() && text.size() <= 63 && IsLowerAlnum(text.front()) &&
         IsLowerAlnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

bool IsDnsName(std::string_view text) {
  if (text.size() > 253) return false;
  while (true) {
    const size_t dot = text.find('.');
    if (!IsDnsLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool IsHostName(std::string_view text) {
  const std::string any_port = ":0";
  if (ParseListenAddress(std::string(text) + any_port)) return true;
  if (ParseListenAddress("[" + std::string(text) + "]" + any_port)) return true;
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  return IsDnsName(text);
}

bool IsTcpAddress(std::string_view text) {
  const std::optional<ListenAddress> address = ParseListenAddress(text);
  return address && address->unix_path.empty();
}

// As gRPC names a target.
bool IsRemoteAddress(std::string_view text) {
  static constexpr std::string_view kDns = "dns:";
  if (text.empty()) return true;
  if (text.substr(0, kDns.size()) != kDns) {
    const std::optional<ListenAddress> address = ParseListenAddress(text);
    return address && !address->unix_path.empty();
  }
  text.remove_prefix(kDns.size());
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::optional<ListenAddress> port =
      ParseListenAddress("127.0.0.1" + std::string(text.substr(colon)));
  if (!port || port->port == 0) return false;
  const std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return ParseListenAddress(text).has_value();
  return IsDnsName(host);
}

bool IsHttpsUrl(std::string_view text) {
  static constexpr std::string_view kScheme = "https://";
  if (text.empty()) return true;
  if (text.size() > 2048 || text.substr(0, kScheme.size()) != kScheme) return false;
  const std::string_view rest = text.substr(kScheme.size());
  if (rest.empty() || rest.front() == '/' || rest.front() == ':') return false;
  // kube-apiserver refuses user information, queries and fragments here.
  return std::all_of(rest.begin(), rest.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '@' && c != '?' && c != '#' && c != '"';
  });
}

}  // namespace

constinit const TextRule kTcpAddress{"an address such as 127.0.0.1:8888 or [::1]:8888",
                                     IsTcpAddress};
constinit const TextRule kOptionalTcpAddress{
    "an address such as 127.0.0.1:8888, or empty",
    [](std::string_view text) { return text.empty() || IsTcpAddress(text); }};
constinit const TextRule kAnyAddress{
    "an address such as 127.0.0.1:9090 or unix:///run/tutti/grpc.sock",
    [](std::string_view text) { return ParseListenAddress(text).has_value(); }};
constinit const TextRule kRemoteAddress{
    "an address such as unix:///run/price.sock or dns:price.example.org:9000", IsRemoteAddress};
constinit const TextRule kHttpsUrl{"a URL such as https://10.0.0.5:9443/mutate, without query",
                                   IsHttpsUrl};
constinit const TextRule kDnsLabel{"lower case letters, digits and -, at most 63", IsDnsLabel};
constinit const TextRule kOptionalDnsLabel{
    "lower case letters, digits and -, at most 63",
    [](std::string_view text) { return text.empty() || IsDnsLabel(text); }};
constinit const TextRule kDnsName{"a DNS name such as tutti or tutti.example.org", IsDnsName};
constinit const TextRule kOptionalDnsName{
    "a DNS name such as tutti or tutti.example.org, or empty",
    [](std::string_view text) { return text.empty() || IsDnsName(text); }};
constinit const TextRule kHostName{"a DNS name or an IP address", IsHostName};

}  // namespace tutti::config
