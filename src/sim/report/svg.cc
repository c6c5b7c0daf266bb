#include "sim/report/svg.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/report/report_text.h"

namespace tutti::sim {
namespace {

std::string NameAndUnit(std::string_view name, const std::string& unit) {
  std::string text(name);
  if (!unit.empty()) absl::StrAppendFormat(&text, " (%s)", unit);
  return text;
}

std::string Titled(std::string_view element, const Svg::Tooltip& tooltip) {
  if (tooltip.empty()) return "/>\n";
  std::string lines;
  for (const std::string& line : tooltip) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", HtmlText(line));
  }
  return absl::StrFormat("><title>%s</title></%s>\n", lines, element);
}

}  // namespace

std::string Coordinate(double value) {
  std::string text = absl::StrFormat("%.1f", std::isfinite(value) ? value : 0.0);
  if (text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string Clipped(std::string_view text, size_t count) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xc0u) != 0x80;
    if (starts && ++characters > count) {
      // Room for the ellipsis is taken from the characters that are kept.
      while (count > 0 && i > 0) {
        --i;
        if ((static_cast<unsigned char>(text[i]) & 0xc0u) != 0x80) break;
      }
      return std::string(text.substr(0, i)) + "\xe2\x80\xa6";
    }
  }
  return std::string(text);
}

Svg::Svg(double width, double height, std::string_view title) {
  text_ = absl::StrFormat(
      "<svg viewBox=\"0 0 %s %s\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
      "<title>%s</title>\n",
      Coordinate(width), Coordinate(height), HtmlText(title));
}

void Svg::Line(double x1, double y1, double x2, double y2, std::string_view css) {
  absl::StrAppendFormat(&text_, "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" class=\"%s\"/>\n",
                        Coordinate(x1), Coordinate(y1), Coordinate(x2), Coordinate(y2), css);
}

void Svg::Rect(double x, double y, double width, double height, std::string_view css,
               const Tooltip& tooltip) {
  absl::StrAppendFormat(&text_, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"%s\"%s",
                        Coordinate(x), Coordinate(y), Coordinate(width), Coordinate(height), css,
                        Titled("rect", tooltip));
}

void Svg::Circle(double x, double y, double radius, std::string_view css, const Tooltip& tooltip) {
  absl::StrAppendFormat(&text_, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" class=\"%s\"%s",
                        Coordinate(x), Coordinate(y), Coordinate(radius), css,
                        Titled("circle", tooltip));
}

void Svg::Text(double x, double y, std::string_view anchor, std::string_view css,
               std::string_view text) {
  absl::StrAppendFormat(&text_,
                        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
                        Coordinate(x), Coordinate(y), anchor, css, HtmlText(text));
}

void Svg::Path(std::string_view data, std::string_view css) {
  absl::StrAppendFormat(&text_, "<path d=\"%s\" class=\"%s\"/>\n", data, css);
}

void Svg::AxisBelow(const PlotArea& area, const Axis& axis, std::string_view name) {
  for (const Tick& tick : axis.ticks) {
    const double x = area.left + area.width * axis.Place(tick.value);
    Line(x, area.top, x, area.bottom(), "grid");
    Text(x, area.bottom() + 16, "middle", "tick", tick.label);
  }
  Line(area.left, area.bottom(), area.right(), area.bottom(), "axis");
  Text(area.right(), area.bottom() + 32, "end", "label", NameAndUnit(name, axis.unit));
}

void Svg::AxisLeft(const PlotArea& area, const Axis& axis) {
  for (const Tick& tick : axis.ticks) {
    const double y = area.bottom() - area.height * axis.Place(tick.value);
    Line(area.left, y, area.right(), y, "grid");
    Text(area.left - 8, y + 4, "end", "tick", tick.label);
  }
  // A long one would leave the drawing on the left.
  const bool is_short = axis.unit.size() <= 6;
  Text(is_short ? area.left - 8 : 4, area.top - 12, is_short ? "end" : "start", "label", axis.unit);
}

std::string Svg::Take() { return std::move(text_) + "</svg>\n"; }

}  // namespace tutti::sim
