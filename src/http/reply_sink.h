// Reply::Sink: where a Reply's answer goes. Internal to src/http.
#pragma once

#include <string>

#include "http/server.h"

namespace tutti::http {

class Reply::Sink {
 public:
  virtual ~Sink() = default;
  virtual void Answer(int status, std::string body,
                      std::string content_type) = 0;  // any thread, at most once
  virtual bool abandoned() const = 0;
};

}  // namespace tutti::http
