// Escaping of text that goes into URLs and JSON.
#pragma once

#include <string>
#include <string_view>

namespace tutti::kube {

// Everything but letters, digits and -._~ as %XX: safe as a path segment and as a query value.
std::string EscapeQuery(std::string_view text);

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so that
// the result is always JSON.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace tutti::kube
