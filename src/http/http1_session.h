// Http1Session: a connection that speaks HTTP/1.1, its requests one after the other. Internal to
// src/http.
#pragma once

#include <memory>

#include "http/connection.h"
#include "http/session.h"

namespace tutti::http {

std::shared_ptr<Session> MakeHttp1Session(Lane& lane,
                                          Connection<boost::asio::ip::tcp::socket> connection);
std::shared_ptr<Session> MakeHttp1Session(Lane& lane, Connection<TlsStream> connection);

}  // namespace tutti::http
