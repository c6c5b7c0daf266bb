// Numbers and foreign text as reports write them: the same bytes for the same input on any machine,
// and nothing in a job's name that the format would obey.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::sim {

// Up to six decimals, no exponent, no trailing zeros, "0" for -0; "" where it is not finite.
std::string Number(double value);

// For people: three significant digits or all that stand before the point, thousands apart by thin
// spaces ("12 345"); "-" where it is not finite.
std::string ShortNumber(double value);
std::string Grouped(int64_t value);

// "1 d 3 h", "4 min 5 s", "250 ms": the two largest units, and milliseconds only
// below ten seconds.
std::string Span(int64_t ms);
std::string SpanOfSeconds(double seconds);  // "-" where it is not finite

// Well-formed UTF-8 for all three: what is none becomes U+FFFD, and so do control characters and
// those that turn the direction of writing, which could make one name look like another.
std::string HtmlText(std::string_view text);    // also within double-quoted attributes
std::string JsonString(std::string_view text);  // with its quotes
// Quoted where RFC 4180 wants it; texts that a spreadsheet would run as a formula get a ' in front.
std::string CsvField(std::string_view text);

}  // namespace tutti::sim
