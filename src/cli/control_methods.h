// The methods of the control API by the type of their request.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/control_client.h"
#include "tutti/v1/control.pb.h"

namespace tutti::cli {

namespace pb = ::tutti::control::v1;

template <class Request>
struct MethodOf;

#define TUTTI_CONTROL_METHOD(METHOD, RESPONSE)         \
  template <>                                          \
  struct MethodOf<pb::METHOD##Request> {               \
    using Response = pb::RESPONSE;                     \
    static constexpr std::string_view kName = #METHOD; \
  }
TUTTI_CONTROL_METHOD(ListGangs, ListGangsResponse);
TUTTI_CONTROL_METHOD(GetGang, Gang);
TUTTI_CONTROL_METHOD(ListQueues, ListQueuesResponse);
TUTTI_CONTROL_METHOD(ListPlugins, ListPluginsResponse);
TUTTI_CONTROL_METHOD(Explain, Explanation);
TUTTI_CONTROL_METHOD(Simulate, SimulateResponse);
TUTTI_CONTROL_METHOD(Snapshot, SnapshotChunk);
#undef TUTTI_CONTROL_METHOD

template <class Request>
absl::StatusOr<typename MethodOf<Request>::Response> Ask(ControlClient& client,
                                                         const Request& request) {
  typename MethodOf<Request>::Response response;
  absl::Status status = client.Unary(MethodOf<Request>::kName, request, response);
  if (!status.ok()) return status;
  return response;
}

// Every page of a list as one response.
template <class Request>
absl::StatusOr<typename MethodOf<Request>::Response> AskAll(ControlClient& client,
                                                            Request request) {
  constexpr int kPage = 5000;  // the most that the service answers at a time
  typename MethodOf<Request>::Response all;
  request.set_limit(kPage);
  while (true) {
    absl::StatusOr<typename MethodOf<Request>::Response> page = Ask(client, request);
    if (!page.ok()) return page.status();
    all.MergeFrom(*page);
    all.clear_continue_();
    if (page->continue_().empty()) return all;
    request.set_continue_(page->continue_());
  }
}

template <class Request>
absl::Status AskStream(
    ControlClient& client, const Request& request,
    const std::function<bool(const typename MethodOf<Request>::Response&)>& on_piece) {
  typename MethodOf<Request>::Response piece;
  return client.Stream(MethodOf<Request>::kName, request, piece, [&] { return on_piece(piece); });
}

}  // namespace tutti::cli
