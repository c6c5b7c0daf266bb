#include "extender/extender_routes.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "extender/bind_handler.h"
#include "extender/filter_handler.h"
#include "extender/filter_pacer.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"

namespace tutti::extender {
namespace {

using Run = std::function<Answer(std::string_view body)>;

// A verb that is answered at once.
http::Server::Route Immediate(std::string verb, Run run, const base::Clock& clock,
                              ExtenderObserver& observer) {
  std::string path = "/" + verb;
  http::Handler handler = [verb = std::move(verb), run = std::move(run), &clock, &observer](
                              const http::Request& request, http::Reply reply) {
    const base::Timestamp begin = clock.Now();
    observer.Began();
    Answer answer = run(request.body);
    if (!answer.error.empty()) observer.Refused(verb, request.peer, answer.error);
    observer.Answered(verb, answer.status, clock.Now() - begin, answer.reason);
    reply.Send(answer.status, std::move(answer.body));
  };
  return {"POST", std::move(path), std::move(handler)};
}

// Filter, with the answers that lead to a bind at the pace of the API server.
http::Server::Route PacedFilter(std::shared_ptr<FilterHandler> filter,
                                std::shared_ptr<FilterPacer> pacer, const base::Clock& clock,
                                ExtenderObserver& observer) {
  return {"POST", "/filter",
          [filter = std::move(filter), pacer = std::move(pacer), &clock, &observer](
              const http::Request& request, http::Reply reply) {
            const base::Timestamp begin = clock.Now();
            observer.Began();
            Answer answer = filter->Handle(request.body, FilterMode::kReal);
            if (!answer.error.empty()) observer.Refused("filter", request.peer, answer.error);
            const bool paced = answer.leads_to_bind;
            const auto held = std::make_shared<std::pair<Answer, http::Reply>>(std::move(answer),
                                                                               std::move(reply));
            const auto send = [held, begin, &clock, &observer] {
              auto& [kept, to] = *held;
              observer.Answered("filter", kept.status, clock.Now() - begin, kept.reason);
              to.Send(kept.status, std::move(kept.body));
            };
            if (!paced) return send();
            if (pacer->Pace(send)) observer.FilterHeld();
          }};
}

}  // namespace

std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces,
                                                framework::WriteBacklog& backlog,
                                                const base::Clock& clock,
                                                ExtenderObserver& observer) {
  const auto filter = std::make_shared<FilterHandler>(core, workspaces);
  const auto prioritize = std::make_shared<PrioritizeHandler>(core, workspaces);
  const auto preempt = std::make_shared<PreemptHandler>(core, workspaces);
  const auto bind = std::make_shared<BindHandler>(core, clock, observer);
  const auto immediate = [&](const char* verb, Run run) {
    return Immediate(verb, std::move(run), clock, observer);
  };
  return {
      PacedFilter(filter, std::make_shared<FilterPacer>(backlog), clock, observer),
      immediate(
          "filter-dryrun",
          [filter](std::string_view body) { return filter->Handle(body, FilterMode::kDryRun); }),
      immediate("prioritize",
                [prioritize](std::string_view body) { return prioritize->Handle(body); }),
      immediate("preempt", [preempt](std::string_view body) { return preempt->Handle(body); }),
      {"POST", "/bind",
       [bind](const http::Request& request, http::Reply reply) {
         bind->Handle(request, std::move(reply));
       }},
  };
}

}  // namespace tutti::extender
