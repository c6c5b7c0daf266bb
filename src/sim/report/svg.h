// Svg: elements of a drawing as text. Coordinates have one decimal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/report/axis.h"

namespace tutti::sim {

// The part of a drawing that holds the data; axes stand around it.
struct PlotArea {
  double left;
  double top;
  double width;
  double height;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

class Svg {
 public:
  // `title` is read out for the drawing as a whole.
  Svg(double width, double height, std::string_view title);

  // One text per line of what the pointer shows; none for no tooltip.
  using Tooltip = std::vector<std::string>;

  // Every `css` is a class of the page's style sheet; texts are escaped here.
  void Line(double x1, double y1, double x2, double y2, std::string_view css);
  void Rect(double x, double y, double width, double height, std::string_view css,
            const Tooltip& tooltip = {});
  void Circle(double x, double y, double radius, std::string_view css, const Tooltip& tooltip = {});
  // `anchor` is start, middle or end.
  void Text(double x, double y, std::string_view anchor, std::string_view css,
            std::string_view text);
  void Path(std::string_view data, std::string_view css);

  // Grid lines, tick labels and the unit; below also what the axis is of.
  void AxisBelow(const PlotArea& area, const Axis& axis, std::string_view name);
  void AxisLeft(const PlotArea& area, const Axis& axis);

  std::string Take();

 private:
  std::string text_;
};

std::string Coordinate(double value);

// The first `count` characters, with an ellipsis where that is not all of them.
std::string Clipped(std::string_view text, size_t count);

}  // namespace tutti::sim
