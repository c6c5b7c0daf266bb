#include "extender/extender_routes.h"

#include <string>
#include <utility>

#include "extender/bind_handler.h"
#include "extender/filter_handler.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"

namespace tutti::extender {
namespace {

using Verb = std::function<VerbAnswer(std::string_view body)>;

http::Handler Immediate(std::string verb, Verb run, const base::Clock& clock,
                        ExtenderObserver& observer) {
  return [verb = std::move(verb), run = std::move(run), &clock, &observer](
             const http::Request& request, http::Reply reply) {
    const base::Timestamp begin = clock.Now();
    observer.Began();
    VerbAnswer answer = run(request.body);
    observer.Answered(verb, answer.status, clock.Now() - begin, answer.reason);
    reply.Send(answer.status, std::move(answer.body));
  };
}

http::Handler Deferred(BindHandler handler, const base::Clock& clock, ExtenderObserver& observer) {
  return [handler = std::move(handler), &clock, &observer](const http::Request& request,
                                                           http::Reply reply) mutable {
    const base::Timestamp begin = clock.Now();
    observer.Began();
    // std::function wants copies; the reply exists once.
    const auto shared = std::make_shared<http::Reply>(std::move(reply));
    handler.Bind(request.body, [shared, begin, &clock, &observer](VerbAnswer answer) {
      observer.Answered("bind", answer.status, clock.Now() - begin, answer.reason);
      shared->Send(answer.status, std::move(answer.body));
    });
  };
}

}  // namespace

std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces, const base::Clock& clock,
                                                ExtenderObserver& observer) {
  const auto filter = std::make_shared<FilterHandler>(core, workspaces);
  const auto prioritize = std::make_shared<PrioritizeHandler>(workspaces);
  const auto preempt = std::make_shared<PreemptHandler>(core, workspaces);
  const auto route = [&](const char* verb, Verb run) {
    return http::Server::Route{"POST", std::string("/") + verb,
                               Immediate(verb, std::move(run), clock, observer)};
  };
  return {
      route("filter", [filter](std::string_view body) { return filter->Filter(body); }),
      route("filter-dryrun",
            [filter](std::string_view body) { return filter->FilterDryRun(body); }),
      route("prioritize",
            [prioritize](std::string_view body) { return prioritize->Prioritize(body); }),
      route("preempt", [preempt](std::string_view body) { return preempt->Preempt(body); }),
      {"POST", "/bind", Deferred(BindHandler(core, workspaces), clock, observer)},
  };
}

}  // namespace tutti::extender
