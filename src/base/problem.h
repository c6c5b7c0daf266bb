// Problem: one thing that is wrong with a file that somebody wrote, and where.
#pragma once

#include <string>

namespace tutti::base {

struct Problem {
  std::string file;
  int line = 0;      // from 1
  int column = 0;    // from 1
  std::string path;  // "gang.backoff.initial"; empty for the document as a whole
  std::string text;

  // file:line:col: path: text
  std::string ToString() const;
};

}  // namespace tutti::base
