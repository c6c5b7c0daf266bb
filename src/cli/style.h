// Style: colours of a terminal, or nothing at all.
#pragma once

#include <string>

namespace tutti::cli {

class Style {
 public:
  explicit Style(bool colours) : colours_(colours) {}

  std::string Bold(const std::string& text) const { return Wrap("1", text); }
  std::string Dim(const std::string& text) const { return Wrap("2", text); }
  std::string Good(const std::string& text) const { return Wrap("32", text); }
  std::string Warn(const std::string& text) const { return Wrap("33", text); }
  std::string Bad(const std::string& text) const { return Wrap("31", text); }

 private:
  std::string Wrap(const char* code, const std::string& text) const {
    return colours_ ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }

  bool colours_;
};

}  // namespace tutti::cli
