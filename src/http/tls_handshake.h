// TlsHandshake: a connection until its TLS handshake is done; then ALPN says which session takes it
// over. Internal to src/http.
#pragma once

#include <memory>

#include "http/connection.h"
#include "http/session.h"

namespace tutti::http {

std::shared_ptr<Session> MakeTlsHandshake(Lane& lane, Connection<TlsStream> connection);

}  // namespace tutti::http
