// The forms that texts in a configuration must have. Internal to src/config.
#pragma once

#include "config/schema.h"

namespace tutti::config {

inline constexpr TextRule kAnyText{};
extern const TextRule kTcpAddress;
extern const TextRule kOptionalTcpAddress;  // the same or empty
extern const TextRule kAnyAddress;
extern const TextRule kRemoteAddress;     // may be empty
extern const TextRule kHttpsUrl;          // may be empty
extern const TextRule kDnsLabel;          // RFC 1123 label
extern const TextRule kOptionalDnsLabel;  // the same or empty
extern const TextRule kDnsName;           // RFC 1123 subdomain
extern const TextRule kOptionalDnsName;   // the same or empty
extern const TextRule kHostName;          // a DNS name, a wildcard one, or an IP address

}  // namespace tutti::config
