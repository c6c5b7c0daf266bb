// Http2Session: a connection that speaks HTTP/2, its requests side by side. Internal to src/http.
#pragma once

#include <memory>

#include "http/connection.h"
#include "http/session.h"

namespace tutti::http {

std::shared_ptr<Session> MakeHttp2Session(Lane& lane, Connection<TlsStream> connection);

}  // namespace tutti::http
