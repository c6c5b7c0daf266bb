// Table: columns as kubectl prints them: capital headers, three spaces between, nothing after the
// last.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tutti::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> headers);

  // As many cells as headers. An empty cell shows as "<none>".
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the headers first
};

// Texts of the service on one line, without anything a terminal would obey.
std::string Printable(const std::string& text);

}  // namespace tutti::cli
